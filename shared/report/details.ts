/** Collects sources, user agents, first and last time of the clients from the failure records, in bounded memory. */

import { limits } from '../base/limits.js';
import type { Mutable } from '../base/mutable.js';
import { DAY_MS } from '../base/time.js';
import type { FailureLog } from '../ports/index.js';
import type { ClientDetail } from './build.js';
import type { Period } from './period.js';

export interface DetailsCollector extends FailureLog {
  readonly details: (period: Period) => ClientDetail[];
  readonly isCut: () => boolean;
}

type Growing = Mutable<ClientDetail>;

export function collectDetails(): DetailsCollector {
  const byDay = new Map<string, Growing & { day: number }>();
  let cut = false;
  return {
    record: (failures) => {
      for (const { client, at, scope, reason, isUnverified, door, words } of failures) {
        if (client === null || isUnverified) continue;
        const day = Math.floor(at / DAY_MS);
        const { subjectDn, serialNumber, issuerDn, sourceIp, userAgent } = client;
        const detail: Growing & { day: number } = {
          ...{ subjectDn, serialNumber, issuerDn, scope, reason, door, words, day },
          ...{ sourceIps: [sourceIp], userAgents: [userAgent], firstAt: at, lastAt: at },
        };
        const key = `${day} ${keyOf(detail)}`;
        const known = byDay.get(key);
        if (known !== undefined) merge(known, detail);
        else if (byDay.size < limits.reportDetailsMax) byDay.set(key, detail);
        else cut = true;
      }
    },
    details: ({ from, to }) => {
      const inPeriod = [...byDay.values()].filter(({ day }) => from <= day * DAY_MS && day * DAY_MS < to);
      return mergeDetails(inPeriod.map(({ day: _, ...detail }) => detail));
    },
    isCut: () => cut,
  };
}

/** One detail for each client, domain and reason. */
export function mergeDetails(details: readonly ClientDetail[]): ClientDetail[] {
  const merged = new Map<string, Growing>();
  for (const detail of details) {
    const known = merged.get(keyOf(detail));
    if (known === undefined) merged.set(keyOf(detail), { ...detail });
    else merge(known, detail);
  }
  return [...merged.values()];
}

function merge(into: Growing, { sourceIps, userAgents, firstAt, lastAt }: ClientDetail): void {
  into.sourceIps = some([...into.sourceIps, ...sourceIps]);
  into.userAgents = some([...into.userAgents, ...userAgents]);
  into.firstAt = Math.min(into.firstAt, firstAt);
  into.lastAt = Math.max(into.lastAt, lastAt);
}

function some(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '').slice(0, limits.sourceIpsPerClientMax);
}

function keyOf({ subjectDn, serialNumber, issuerDn, scope, reason, door, words }: ClientDetail): string {
  return JSON.stringify([subjectDn, serialNumber, issuerDn, scope, reason, door, words]);
}
