import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtest, parseOptions } from '../../cli/commands/backtest.js';
import { streamOf } from '../support/streams.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backtest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const defaults = { step: '5', season: ['288', '2016'], falseAlarms: '0.0005', json: true };

async function run(csv: string, raw: Partial<Parameters<typeof parseOptions>[0]> = {}): Promise<string> {
  const file = join(folder, 'series.csv');
  await writeFile(file, csv);
  let out = '';
  await backtest(file, parseOptions({ ...defaults, ...raw }), (text) => {
    out += text;
  });
  return out;
}

interface Scored {
  series: string;
  index: number;
  count: number | null;
  expected: number;
  score: number;
  alarm: boolean;
}

async function rowsOf(csv: string, raw: Partial<Parameters<typeof parseOptions>[0]> = {}): Promise<Scored[]> {
  return (await run(csv, raw))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Scored);
}

const csvOf = (counts: readonly (number | null)[]): string => `count\n${counts.map((c) => c ?? '').join('\n')}\n`;

describe('backtest', () => {
  it('scores every row, and the alarm is the score that passes the accepted rate', async () => {
    const { counts, events } = streamOf('mentions', 6);
    const rows = await rowsOf(csvOf(counts));
    expect(rows).toHaveLength(counts.length);
    expect(rows.map((r) => r.index)).toEqual(counts.map((_, i) => i));
    expect(rows.every((r) => r.alarm === r.score >= -Math.log10(0.0005))).toBe(true);
    const found = events.filter((e) => rows.slice(e.from, e.to + 24).some((r) => r.alarm));
    expect(found.length).toBeGreaterThanOrEqual(events.length - 1);
    expect(rows.filter((r) => r.alarm).length).toBeLessThan(60);
  });

  it('judges each row by what stood before it only', async () => {
    const counts = streamOf('doors', 2).counts.slice(0, 3000);
    const all = await rowsOf(csvOf(counts));
    const cut = await rowsOf(csvOf(counts.slice(0, 2500)));
    expect(cut).toEqual(all.slice(0, 2500));
  });

  it('starts every series afresh, interleaved or not', async () => {
    const a = streamOf('doors', 1).counts.slice(0, 2500);
    const b = streamOf('loop', 1).counts.slice(0, 2500);
    const mixed = a.map((n, i) => `A,${n}\n"B ""x"", y",${b[i] ?? ''}`).join('\n');
    const rows = await rowsOf(`series,count\n${mixed}\n`);
    const alone = await rowsOf(csvOf(b));
    const ofB = rows.filter((r) => r.series === 'B "x", y');
    expect(ofB.map(({ series: _, ...rest }) => rest)).toEqual(alone.map(({ series: _, ...rest }) => rest));
  });

  it('keeps the phase of the seasons where timestamps show a gap', async () => {
    const at = (i: number): string =>
      new Date(Date.UTC(2026, 0, 5) + i * 300_000).toISOString().slice(0, 19).replace('T', ' ');
    // Busy from noon to three, and two and a half hours without a record.
    const count = (i: number): number => (i % 288 >= 144 && i % 288 < 180 ? 40 + (i % 3) : 2);
    const lines = Array.from({ length: 12 * 288 }, (_, i) => i).filter((i) => i < 2600 || i >= 2630);
    const rows = await rowsOf(`timestamp,count\n${lines.map((i) => `${at(i)},${count(i)}`).join('\n')}\n`);
    const noon = rows[lines.indexOf(11 * 288 + 150)]!;
    expect(noon.expected).toBeGreaterThan(25);
    expect(rows[lines.indexOf(11 * 288 + 100)]!.expected).toBeLessThan(8);
  });

  it('draws the series into an SVG and leaves no markup of theirs in it', async () => {
    const plot = join(folder, 'plot.svg');
    const counts = streamOf('mentions', 6).counts;
    const out = await run(`series,count\n${counts.map((n) => `<script>alert(1)</script>,${n}`).join('\n')}\n`, {
      plot,
      json: false,
    });
    const svg = await readFile(plot, 'utf8');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script>');
    expect(svg.match(/<circle/g)?.length).toBeGreaterThan(0);
    expect(svg.length).toBeLessThan(200_000);
    expect(out).toMatch(/\d+ alarms in 16,128 rows of 1 series/);
  });

  it.each([
    ['a header without count', 'time,value\n1,2\n', /line 1: the header is .*expected a column named "count"/],
    ['a count that is none', 'count\n1\nmany\n', /line 3: the count is "many"/],
    ['a negative count', 'count\n-1\n', /line 2: the count is "-1"/],
    ['a short row', 'timestamp,count\n2026-01-01\n', /line 2: got 1 fields; expected 2/],
    ['a quote left open', `count,series\n1,"${'x'.repeat(70_000)}`, /line 2: no end within/],
    ['nothing', '', /is empty/],
    ['a header alone', 'count\n', /no row after the header/],
  ])('refuses %s in one line', async (_, csv, message) => {
    await expect(run(csv)).rejects.toMatchObject({ code: 'unreadable-input', message: expect.stringMatching(message) });
  });

  it.each([
    [{ step: 'five' }, /--step: got "five"/],
    [{ falseAlarms: '1' }, /--false-alarms: got "1"/],
    [{ season: ['1', '2', '3'] }, /--season: got "1"/],
    [{ season: ['10', '20', '30'] }, /at most two/],
  ])('refuses the options %o', (raw, message) => {
    expect(() => parseOptions({ ...defaults, ...raw })).toThrow(message);
  });
});
