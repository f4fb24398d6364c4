/**
 * Sums hourly roll-ups into one series for each group, so that the memory for a report depends on the number of groups,
 * not on the number of hours or failures.
 */

import { limits } from '../base/limits.js';
import { HOUR_MS } from '../base/time.js';
import { tally } from '../count/count.js';
import { groupId } from '../model/group-id.js';
import type { ClientTally, GroupKey, Rollup } from '../model/index.js';
import { dayIn, daysOf, type Period, stretchOf } from './period.js';

export interface GroupSeries {
  readonly group: GroupKey;
  /** By compared period; the period of the report is last. */
  readonly stretches: number[];
  /** By day of the period. */
  readonly days: number[];
  unattributed: number;
  inferred: number;
  /** In the period; Infinity if it has no failures. */
  firstAt: number;
  lastAt: number;
  clients: ClientTally[];
}

export interface Folded {
  readonly series: readonly GroupSeries[];
  /** The index of the first compared period for which there is data. */
  readonly knownFrom: number;
}

export interface Fold {
  readonly add: (rollups: readonly Rollup[]) => void;
  readonly result: () => Folded;
}

/** Tallies are merged when this many are waiting, so that a busy group stays small. */
const TALLIES_WAITING_MAX = 4 * limits.reportClientsPerGroupMax;
const CURRENT = limits.reportWeeksMax - 1;

export function foldRollups(period: Period): Fold {
  const byGroup = new Map<string, GroupSeries>();
  const days = daysOf(period).length;
  let knownFrom = CURRENT;
  let last: GroupSeries | undefined;
  const seriesOf = (group: GroupKey): GroupSeries => {
    // Roll-ups are ordered by group, so most lookups need no digest.
    if (last?.group === group) return last;
    const id = groupId(group);
    last = byGroup.get(id) ?? emptySeries(group, days);
    byGroup.set(id, last);
    return last;
  };
  return {
    add: (rollups) => {
      for (const rollup of rollups) {
        const at = rollup.hour * HOUR_MS;
        const stretch = stretchOf(period, at);
        if (stretch === null) continue;
        knownFrom = Math.min(knownFrom, stretch);
        const series = seriesOf(rollup.group);
        series.stretches[stretch] = (series.stretches[stretch] ?? 0) + rollup.count;
        if (stretch === CURRENT) addCurrent(series, rollup, dayIn(period, at));
      }
    },
    result: () => {
      for (const series of byGroup.values()) series.clients = tally(series.clients, limits.reportClientsPerGroupMax);
      return { series: [...byGroup.values()], knownFrom };
    },
  };
}

function emptySeries(group: GroupKey, days: number): GroupSeries {
  return {
    group,
    stretches: new Array<number>(limits.reportWeeksMax).fill(0),
    days: new Array<number>(days).fill(0),
    unattributed: 0,
    inferred: 0,
    firstAt: Number.POSITIVE_INFINITY,
    lastAt: Number.NEGATIVE_INFINITY,
    clients: [],
  };
}

function addCurrent(series: GroupSeries, rollup: Rollup, day: number): void {
  series.days[day] = (series.days[day] ?? 0) + rollup.count;
  series.unattributed += rollup.unattributed;
  series.inferred += rollup.inferred;
  series.firstAt = Math.min(series.firstAt, rollup.firstAt);
  series.lastAt = Math.max(series.lastAt, rollup.lastAt);
  series.clients.push(...rollup.clients);
  if (series.clients.length > TALLIES_WAITING_MAX) {
    series.clients = tally(series.clients, limits.reportClientsPerGroupMax);
  }
}
