/** The tables of the situations, and of the accepted rate of false pages beside the measured one. */

import {
  isCalm,
  KNOWN_FROM,
  LENGTH,
  SITUATIONS,
  type SituationName,
  situationOf,
} from '../../test/support/situations.js';
import { type Build, type Fate, falsePagesAt, fateOf, methodsOf } from './situations.js';

const MINUTES_PER_MONTH = 43_200;

/** One row for each situation, with a cell for each method. */
export function situationRows(runs: number, seed: number, before: Build | null): { head: string[]; rows: string[][] } {
  const methods = methodsOf(0.5, before);
  const rows = SITUATIONS.map((name) => {
    const cells = [...methods.values()].map((start) => cellOf(name, fates(name, runs, seed, start)));
    return [name, ...cells];
  });
  return { head: ['situation', ...methods.keys()], rows };
}

const ASKED = [0.05, 0.5, 5];

/** The accepted rate and the measured rate in the calm situations. */
export function rateRows(runs: number, seed: number): { head: string[]; rows: string[][] } {
  const names = SITUATIONS.filter(isCalm);
  const got = names.map((name) => {
    const pages = Array.from({ length: runs }, (_, run) => falsePagesAt(ASKED, situationOf(name, seed + run)));
    return ASKED.map((_, k) => pages.reduce((sum, one) => sum + (one[k] ?? 0), 0));
  });
  const rows = ASKED.map((asked, k) => [String(asked), ...got.map((one) => monthly(one[k] ?? 0, runs).toFixed(2))]);
  return { head: ['asked', ...names], rows };
}

function fates(
  name: SituationName,
  runs: number,
  seed: number,
  start: () => Parameters<typeof fateOf>[1],
): readonly Fate[] {
  return Array.from({ length: runs }, (_, run) => fateOf(situationOf(name, seed + run), start()));
}

function perMonth(all: readonly Fate[]): number {
  const pages = all.reduce((sum, { falsePages }) => sum + falsePages, 0);
  return monthly(pages, all.length);
}

/** Of a group in 30 days. */
function monthly(pages: number, groups: number): number {
  return (pages * MINUTES_PER_MONTH) / (groups * (LENGTH - KNOWN_FROM));
}

function cellOf(name: SituationName, all: readonly Fate[]): string {
  if (isCalm(name)) return `${perMonth(all).toFixed(2)} a month`;
  const sum = (of: (fate: Fate) => number): number => all.reduce((total, fate) => total + of(fate), 0);
  const delays = all.flatMap((fate) => fate.delays);
  const resolves = all.flatMap((fate) => fate.resolves);
  const found = `${sum((fate) => fate.told)}/${sum((fate) => fate.outages)}`;
  const office = all.flatMap((fate) => fate.officeDelays);
  const inOffice =
    office.length === 0 ? '' : ` (${quantile(office, 0.5)}/${quantile(office, 0.95)} of them in office hours)`;
  const ends = resolves.length === 0 ? '' : `; ends ${quantile(resolves, 0.5)}/${quantile(resolves, 0.95)}`;
  const notices = (sum((fate) => fate.notices) / all.length).toFixed(0);
  return `${found} after ${quantile(delays, 0.5)}/${quantile(delays, 0.95)}${inOffice}${ends}; ${notices} notices`;
}

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return String(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? '-');
}
