/** The scoring of public series, on a folder of made-up ones in the layouts in which they are published. */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RATES, readSeries, scored } from '../support/public-series.js';
import { randomOf } from '../support/random.js';

const START = Date.UTC(2026, 0, 5);
const STEP = 300_000;
const DAY = 288;
const DAYS = 28;
const timeOf = (row: number): string => new Date(START + row * STEP).toISOString().slice(0, 19);

/** Four weeks of five-minute counts of about 20, with peaks of 400 at the rows given, three rows each. */
function countsOf(seed: number, peaks: readonly number[]): number[] {
  const random = randomOf(seed);
  const counts = Array.from({ length: DAYS * DAY }, () => random.poisson(20));
  for (const row of peaks) for (let i = 0; i < 3; i++) counts[row + i] = 400;
  return counts;
}

function folderOf(files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'mtls-watch-public-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, dirname(name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
  return dir;
}

const PEAK = 20 * DAY;
const OTHER = 24 * DAY;

describe('public series', () => {
  it('with windows in a file of their own: an event is found by an alarm within, all others are false', async () => {
    const counts = countsOf(1, [PEAK, OTHER]);
    const data = folderOf({
      'data/realTweets/volume_A.csv': `timestamp,value\n${counts.map((n, i) => `${timeOf(i).replace('T', ' ')},${n}`).join('\n')}\n`,
      'labels/combined_windows.json': JSON.stringify({
        'realTweets/volume_A.csv': [
          [`${timeOf(PEAK - 10).replace('T', ' ')}.000000`, `${timeOf(PEAK + 10).replace('T', ' ')}.000000`],
          [`${timeOf(22 * DAY).replace('T', ' ')}.000000`, `${timeOf(22 * DAY + 4).replace('T', ' ')}.000000`],
        ],
      }),
      'data/README.csv': 'name,licence\nA,none\n',
    });
    const all = await readSeries(data);
    expect(all.map(({ name, day, events }) => [name, day, events])).toEqual([
      [
        'data/realTweets/volume_A.csv',
        DAY,
        [
          { from: PEAK - 10, to: PEAK + 10 },
          { from: 22 * DAY, to: 22 * DAY + 4 },
        ],
      ],
    ]);
    const { rows, at } = scored(all[0]!);
    // The first 15 % are not judged, nor are the 21 and 5 rows of the events.
    expect(rows).toBe(counts.length - Math.floor(0.15 * counts.length) - 26);
    const [strictest] = at;
    expect(strictest?.found).toBe(1);
    // The peak that nobody labelled is one alarm, or one for each of its three rows.
    expect(strictest?.alarms).toBeGreaterThanOrEqual(1);
    expect(strictest?.alarms).toBeLessThanOrEqual(3);
    expect(at).toHaveLength(RATES.length);
    for (let i = 1; i < at.length; i++) {
      expect(at[i]!.alarms).toBeGreaterThanOrEqual(at[i - 1]!.alarms);
      expect(at[i]!.found).toBeGreaterThanOrEqual(at[i - 1]!.found);
    }
  });

  it('with a label in each row: neighbouring rows are one event, and a missing value is no count', async () => {
    const counts = countsOf(2, [PEAK]);
    const rows = counts.map((n, i) => {
      const label = (i >= PEAK && i < PEAK + 3) || i === OTHER ? 1 : 0;
      return `${timeOf(i)}Z,${i === 100 ? '' : n},${label}`;
    });
    const [series] = await readSeries(folderOf({ 'count-1.csv': `timestamp,value,label\r\n${rows.join('\r\n')}\r\n` }));
    expect(series?.counts[100]).toBeNull();
    expect(series?.events).toEqual([
      { from: PEAK, to: PEAK + 2 },
      { from: OTHER, to: OTHER },
    ]);
    const [strictest] = scored(series!).at;
    expect(strictest).toEqual({ alarms: 0, found: 1 });
  });
});
