/** The public series below a folder. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openSeries } from '../../shared/detect/series.js';

export interface PublicSeries {
  readonly name: string;
  readonly counts: readonly (number | null)[];
  /** Steps in a day. */
  readonly day: number;
  /** First and last row of each event. */
  readonly events: readonly { readonly from: number; readonly to: number }[];
}

type Windows = ReadonlyMap<string, readonly (readonly [string, string])[]>;

/** Accepted rates of false alarms, per row. */
export const RATES = [6e-5, 2e-4, 5e-4, 1e-3] as const;
/** The first part of a series is not judged, as in the Numenta Anomaly Benchmark. */
const PROBATION = 0.15;
const DAY_MS = 86_400_000;

function seriesOf(name: string, text: string, windows: Windows): PublicSeries | null {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const columns = header
    .toLowerCase()
    .split(',')
    .map((column) => column.trim());
  const [at, value, label] = ['timestamp', 'value', 'label'].map((column) => columns.indexOf(column));
  if (at === undefined || value === undefined || at < 0 || value < 0) return null;
  const rows = lines.map((line) => line.split(','));
  const times = rows.map((row) => Date.parse(`${row[at]?.trim().replace(' ', 'T')}Z`.replace('ZZ', 'Z')));
  const steps = times
    .slice(1)
    .map((time, i) => time - (times[i] ?? 0))
    .sort((a, b) => a - b);
  const step = steps[Math.floor(steps.length / 2)] ?? 0;
  if (!(step > 0)) return null;
  const counts = rows.map((row) => {
    const count = Number(row[value]);
    return row[value]?.trim() === '' || !Number.isFinite(count) ? null : Math.max(0, count);
  });
  const labelled = label !== undefined && label >= 0 ? rows.map((row) => Number(row[label]) === 1) : null;
  const windowed = [...windows].find(([key]) => name.endsWith(key))?.[1] ?? [];
  const isIn = (time: number): boolean => windowed.some(([from, to]) => time >= timeOf(from) && time <= timeOf(to));
  const flags = labelled ?? times.map(isIn);
  return { name, counts, day: Math.max(1, Math.round(DAY_MS / step)), events: runsOf(flags) };
}

const timeOf = (text: string): number => Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`);

function runsOf(flags: readonly boolean[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const [i, isOn] of flags.entries()) {
    const last = runs.at(-1);
    if (!isOn) continue;
    if (last !== undefined && last.to === i - 1) last.to = i;
    else runs.push({ from: i, to: i });
  }
  return runs;
}

export interface PublicScore {
  /** Rows outside events that are judged. */
  readonly rows: number;
  /** For each of `RATES`: alarms outside events, and events with an alarm. */
  readonly at: readonly { readonly alarms: number; readonly found: number }[];
}

export function scored({ counts, day, events }: PublicSeries): PublicScore {
  const push = openSeries({ seasons: [day, 7 * day], falseAlarms: 1e-3 });
  const first = Math.floor(PROBATION * counts.length);
  const best = events.map(() => 0);
  const outside: number[] = [];
  for (const [i, count] of counts.entries()) {
    const { score } = push(count);
    const event = events.findIndex(({ from, to }) => i >= from && i <= to);
    if (event >= 0) best[event] = Math.max(best[event] ?? 0, score);
    else if (i >= first) outside.push(score);
  }
  const at = RATES.map((rate) => ({
    alarms: outside.filter((score) => score > 0 && score >= -Math.log10(rate)).length,
    found: best.filter((score) => score > 0 && score >= -Math.log10(rate)).length,
  }));
  return { rows: outside.length, at };
}

/** Every series below the folder, by name. */
export async function readSeries(data: string): Promise<readonly PublicSeries[]> {
  const files = (await readdir(data, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const labels = files.find((file) => file.endsWith('combined_windows.json'));
  const windows: Windows = new Map(
    labels === undefined ? [] : Object.entries(JSON.parse(await readFile(labels, 'utf8'))),
  );
  const all: PublicSeries[] = [];
  for (const file of files.filter((one) => one.endsWith('.csv')).sort()) {
    const series = seriesOf(relative(data, file), await readFile(file, 'utf8'), windows);
    if (series !== null) all.push(series);
  }
  return all;
}
