/** Sums the calls in recorded access logs by day, place and issuer, in bounded memory. */

import { commandLimits } from '../../shared/base/command-limits.js';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { DAY_MS } from '../../shared/base/time.js';
import { type CallPlace, type Calls, scopeOfCall, sumCalls } from '../../shared/calls/calls.js';
import { hostName } from '../../shared/config/qualified-names.js';
import type { Config } from '../../shared/config/settings.js';
import type { Period } from '../../shared/report/period.js';
import type { ObservedClient } from '../../shared/x509/observed.js';

interface Sum {
  readonly day: number;
  readonly place: CallPlace;
  readonly logGroup: string;
  readonly issuerDn: string;
  calls: number;
  letIn: number;
  letInAt: number;
  /** Those that were answered with anything but a 403. */
  plain: number;
}

export function collectCalls() {
  const sums = new Map<string, Sum>();
  let cut = false;
  return {
    add: ({ at, place, issuerDn, refused, isForbidden, count }: ObservedClient, logGroup: string): void => {
      if (place === undefined || issuerDn === '') return;
      const { domainName, apiId, stage } = place;
      const day = Math.floor(at / DAY_MS);
      const key = JSON.stringify([day, domainName, apiId, stage, logGroup, issuerDn]);
      if (!sums.has(key) && sums.size >= commandLimits.replayCallsMax) {
        cut = true;
        return;
      }
      const named = { domainName: hostName(domainName ?? ''), apiId, stage };
      const sum = getOrInsert(
        sums,
        key,
        (): Sum => ({
          ...{ day, place: named, logGroup, issuerDn, calls: 0, letIn: 0, letInAt: 0, plain: 0 },
        }),
      );
      sum.calls += count;
      if (refused) return;
      sum.letIn += count;
      sum.letInAt = Math.max(sum.letInAt, at);
      if (!isForbidden) sum.plain += count;
    },
    /** Null where nothing shows that the logs hold what was let in. */
    calls: ({ from, to }: Period, config: Config): Calls[] | null => {
      const inPeriod = [...sums.values()].filter(({ day }) => from <= day * DAY_MS && day * DAY_MS < to);
      const scoped = inPeriod.map(({ plain, place, logGroup, ...sum }) => {
        const scope = scopeOfCall(place, { account: '', logGroup }, config);
        return { plain, sum: { ...sum, scope } };
      });
      // Of a domain of which only 403s were kept, nobody knows what was let in.
      const whole = new Set(scoped.flatMap(({ plain, sum }) => (plain > 0 ? [sum.scope] : [])));
      return whole.size === 0 ? null : sumCalls(scoped.flatMap(({ sum }) => (whole.has(sum.scope) ? [sum] : [])));
    },
    isCut: (): boolean => cut,
  };
}
