/**
 * `mtls-watch backtest SERIES.csv`: scores any count series with the production detector, as it would have been scored
 * live: each row is judged by what stood before it. Streams; of a series only the detector's state stays in memory.
 */

import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import { openSeries, type ScoredStep, type SeriesOptions } from '../../shared/detect/series.js';
import { type Row, readSeries } from '../backtest/csv.js';
import { addPoint, drawSvg, type Plot, plotOf } from '../backtest/plot.js';
import { folded, table } from '../terminal/table.js';

export interface BacktestOptions extends SeriesOptions {
  /** Minutes from one row to the next. */
  readonly step: number;
  readonly json: boolean;
  readonly plot: string | null;
}

type Write = (text: string) => void | Promise<void>;

interface BacktestSeries {
  readonly push: (count: number | null) => ScoredStep;
  readonly plot: Plot | null;
  rows: number;
  alarms: number;
  highest: number;
  lastAt: number | null;
  regular: boolean;
}

interface AlarmRow {
  readonly series: string;
  readonly index: number;
  readonly timestamp: string;
  readonly count: number;
  readonly scored: ScoredStep;
}

/** Rows of the table that a terminal shows without long scrolling; `--json` prints all. */
const ALARMS_SHOWN = 60;
/** Characters that are buffered before they are written. */
const CHUNK_CHARS = 64 * 1024;

export function backtestCommand(): Command {
  return new Command('backtest')
    .argument('<series>', 'CSV with a header: count, optionally timestamp, optionally series; - reads standard input')
    .option('--step <minutes>', 'minutes from one row to the next', '5')
    .option('--season <steps...>', 'lengths of the rhythms in steps, at most two (default: a day and a week)')
    .option('--false-alarms <rate>', 'acceptable rate of false alarms per step', '0.001')
    .option('--plot <file>', 'draw counts, expectation and alarms into an SVG file')
    .option('--json', 'one JSON object for every row', false)
    .action(async (file: string, raw: RawOptions) => {
      await backtest(file, parseOptions(raw), (text) => writeOut(text));
    });
}

interface RawOptions {
  readonly step: string;
  readonly season?: readonly string[];
  readonly falseAlarms: string;
  readonly plot?: string;
  readonly json: boolean;
}

export function parseOptions(raw: RawOptions): BacktestOptions {
  const step = numberOf('--step', raw.step, (n) => n > 0 && n <= 525_600, 'minutes, more than 0');
  const falseAlarms = numberOf(
    '--false-alarms',
    raw.falseAlarms,
    (n) => n > 0 && n < 1,
    'a rate between 0 and 1, such as 0.001',
  );
  // Commander splits `--season 288 2016` itself; many users write `--season 288,2016`.
  const given = raw.season?.flatMap((text) => text.split(',')).map((text) => seasonOf(text));
  const seasons = [...new Set(given ?? usualSeasons(step))].sort((a, b) => a - b);
  if (seasons.length > 2)
    throw new MtlsWatchError('usage', `--season: got ${seasons.length} lengths; expected at most two`);
  return { step, seasons, falseAlarms, json: raw.json, plot: raw.plot ?? null };
}

function seasonOf(text: string): number {
  return numberOf(
    '--season',
    text,
    (n) => Number.isInteger(n) && n >= 4 && n <= 1_000_000,
    'whole steps, from 4 to 1,000,000',
  );
}

function numberOf(name: string, text: string, valid: (n: number) => boolean, expected: string): number {
  const n = text.trim() === '' ? Number.NaN : Number(text);
  if (!valid(n)) throw new MtlsWatchError('usage', `${name}: got "${printable(text)}"; expected ${expected}`);
  return n;
}

/** A day and a week; for weekly rows a year; for daily rows a week. */
function usualSeasons(step: number): number[] {
  if (step <= 120) return [Math.round(1440 / step), Math.round(10_080 / step)];
  if (step <= 1440) return [Math.round(10_080 / step)];
  return step <= 10_080 ? [Math.round((365.25 * 1440) / step)] : [];
}

/** @throws MtlsWatchError `unreadable-input` with the line, `usage` */
export async function backtest(file: string, options: BacktestOptions, write: Write): Promise<void> {
  const all = new Map<string, BacktestSeries>();
  const alarms: AlarmRow[] = [];
  let pending = '';
  for await (const row of readSeries(inputOf(file), file === '-' ? 'standard input' : file)) {
    const series = all.get(row.series) ?? openNext(all, row.series, options);
    skipGap(series, row, options);
    const scored = series.push(row.count);
    const index = series.rows++;
    series.highest = Math.max(series.highest, scored.score);
    if (scored.alarm) {
      series.alarms++;
      if (alarms.length < ALARMS_SHOWN) {
        alarms.push({ series: row.series, index, timestamp: row.timestamp, count: row.count ?? 0, scored });
      }
    }
    if (series.plot !== null) addPoint(series.plot, row.count, scored);
    if (!options.json) continue;
    pending += `${jsonOf(row, index, scored)}\n`;
    if (pending.length >= CHUNK_CHARS) {
      await write(pending);
      pending = '';
    }
  }
  if (all.size === 0) {
    throw new MtlsWatchError('unreadable-input', `${file}: no row after the header; expected one count a line`);
  }
  if (options.plot !== null) await savePlot(options.plot, all, options);
  await write(options.json ? pending : summary(all, alarms, options));
}

function openNext(all: Map<string, BacktestSeries>, name: string, options: BacktestOptions): BacktestSeries {
  if (all.size >= commandLimits.backtestSeriesMax) {
    throw new MtlsWatchError(
      'unreadable-input',
      `more than ${commandLimits.backtestSeriesMax} different values in the column "series"; split the file`,
    );
  }
  const plot = options.plot !== null && all.size < commandLimits.backtestPlotsMax ? plotOf(name) : null;
  const series = { push: openSeries(options), plot, rows: 0, alarms: 0, highest: 0, lastAt: null, regular: false };
  all.set(name, series);
  return series;
}

/** If timestamps show that rows are missing, the detector's time advances by the gap. */
function skipGap(series: BacktestSeries, row: Row, options: BacktestOptions): void {
  const before = series.lastAt;
  series.lastAt = row.at;
  if (before === null || row.at === null) return;
  const steps = (row.at - before) / (options.step * MINUTE_MS);
  if (Math.abs(steps - 1) < 0.1) series.regular = true;
  // Only for a series whose other timestamps match --step; otherwise timestamps mean something else.
  if (!series.regular) return;
  const season = options.seasons.at(-1) ?? 1;
  const missing = Math.round(steps) - 1;
  // From a very long gap whole seasons are left out: the detector learns nothing in a gap, and only the phase matters.
  const kept = missing <= 2 * season ? missing : season + ((missing - season) % season);
  for (let i = 0; i < kept; i++) series.push(null);
}

function jsonOf(row: Row, index: number, scored: ScoredStep): string {
  const { series, count } = row;
  const expected = Number(scored.expected.toPrecision(6));
  return JSON.stringify({
    series,
    index,
    count,
    expected,
    score: Number(scored.score.toFixed(4)),
    alarm: scored.alarm,
  });
}

function summary(
  all: ReadonlyMap<string, BacktestSeries>,
  alarms: readonly AlarmRow[],
  options: BacktestOptions,
): string {
  const many = all.size > 1;
  const shown = alarms.map(({ series, index, timestamp, count, scored }) => {
    const once = `${Math.round(Math.min(1e12, 10 ** scored.score)).toLocaleString('en-US')} steps`;
    const cells = [String(index), printable(timestamp), String(count), scored.expected.toPrecision(3), once];
    return many ? [printable(series), ...cells] : cells;
  });
  const head = [...(many ? ['Series'] : []), 'Row', 'Timestamp', 'Count', 'Expected', 'Once in'];
  const right = [0, 2, 3, 4].map((at) => (many ? at + 1 : at));
  let rows = 0;
  let total = 0;
  for (const series of all.values()) {
    rows += series.rows;
    total += series.alarms;
  }
  const left = total - alarms.length;
  const rate = (total / rows).toPrecision(2);
  return folded(
    [
      total > 0 ? `${table(head, shown, right)}\n` : '',
      left > 0 ? `and ${left} more alarms (--json has all)\n` : '',
      `${total} alarms in ${rows.toLocaleString('en-US')} rows of ${all.size} series: ${rate} a row`,
      ` (accepted for false ones: ${options.falseAlarms}), seasons of ${options.seasons.join(' and ') || 'no'} steps\n`,
    ].join(''),
  );
}

async function savePlot(
  path: string,
  all: ReadonlyMap<string, BacktestSeries>,
  options: BacktestOptions,
): Promise<void> {
  const plots = [...all.values()].flatMap((s) => (s.plot === null ? [] : [s.plot]));
  try {
    await writeFile(path, drawSvg(plots, all.size - plots.length, options.falseAlarms));
  } catch (cause) {
    throw new MtlsWatchError('usage', `--plot: cannot write ${path}: ${messageOf(cause)}`, { cause });
  }
}

function inputOf(file: string): AsyncIterable<Buffer | string> {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 256 * 1024 });
}

function writeOut(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Removes characters that could move a terminal's cursor or change the direction of text. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?').slice(0, 80);
}
