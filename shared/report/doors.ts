/** What was refused at each front door, side by side. Pure. */

import { limits } from '../base/limits.js';
import { compareTexts } from '../base/text.js';
import { MINUTE_MS } from '../base/time.js';
import type { ForbiddenFact, GroupKey } from '../model/index.js';
import { isNamed } from '../x509/names.js';
import type { GroupSeries } from './fold.js';
import { type Period, stretchOf } from './period.js';
import type { Report } from './schema.js';

/** The door that an item without one belongs to. */
export const FIRST_DOOR = 'api-gateway';

export interface DoorParts {
  readonly series: readonly GroupSeries[];
  /** Groups of the incidents of the period. */
  readonly incidents: readonly Pick<GroupKey, 'door'>[];
  /** Null where they are not known. */
  readonly forbidden: readonly ForbiddenFact[] | null;
  readonly period: Period;
  readonly trendOf: (
    series: readonly GroupSeries[],
  ) => Pick<Report['doors'][number], 'failures' | 'before' | 'median4' | 'stretches'>;
}

/** Those with most refusals first; a door at which nothing was seen in the compared time is left out. */
export function doorsOf({ series, incidents, forbidden, period, trendOf }: DoorParts): Report['doors'] {
  const others = new Map<string, number>();
  for (const { door = FIRST_DOOR, minute, count } of forbidden ?? []) {
    if (stretchOf(period, minute * MINUTE_MS) !== limits.reportWeeksMax - 1) continue;
    others.set(door, (others.get(door) ?? 0) + count);
  }
  const doors = new Set([...series.map(({ group }) => group.door ?? FIRST_DOOR), ...others.keys()]);
  return [...doors]
    .map((door) => {
      const own = series.filter(({ group }) => (group.door ?? FIRST_DOOR) === door);
      const current = own.filter(({ lastAt }) => Number.isFinite(lastAt)).map(({ group }) => group);
      return {
        door,
        ...trendOf(own),
        groups: current.length,
        issuers: new Set(current.map(({ issuerDn }) => issuerDn).filter(isNamed)).size,
        scopes: new Set(current.map(({ scope }) => scope)).size,
        incidents: incidents.filter((one) => (one.door ?? FIRST_DOOR) === door).length,
        otherCauses: forbidden === null ? null : (others.get(door) ?? 0),
      };
    })
    .sort((a, b) => b.failures - a.failures || compareTexts(a.door, b.door));
}
