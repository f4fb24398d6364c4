/** Sums the calls in recorded access logs by day, place and issuer, in bounded memory. */

import { commandLimits } from '../../shared/base/command-limits.js';
import { DAY_MS } from '../../shared/base/time.js';
import { type CallPlace, type Calls, scopeOfCall, sumCalls } from '../../shared/calls/calls.js';
import { hostName } from '../../shared/config/qualified-names.js';
import type { Config } from '../../shared/config/settings.js';
import type { Period } from '../../shared/report/period.js';
import type { ObservedClient } from '../../shared/x509/observed.js';

export interface CallsCollector {
  readonly add: (observed: ObservedClient, logGroup: string) => void;
  /** Null where nothing shows that the logs hold what was let in. */
  readonly calls: (period: Period, config: Config) => Calls[] | null;
  readonly isCut: () => boolean;
}

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

export function collectCalls(): CallsCollector {
  const sums = new Map<string, Sum>();
  let cut = false;
  return {
    add: ({ at, place, issuerDn, refused, isForbidden, count }, logGroup) => {
      if (place === undefined || issuerDn === '') return;
      const { domainName, apiId, stage } = place;
      const day = Math.floor(at / DAY_MS);
      const key = JSON.stringify([day, domainName, apiId, stage, logGroup, issuerDn]);
      let sum = sums.get(key);
      if (sum === undefined) {
        if (sums.size >= commandLimits.replayCallsMax) {
          cut = true;
          return;
        }
        const named = { domainName: hostName(domainName ?? ''), apiId, stage };
        sum = { day, place: named, logGroup, issuerDn, calls: 0, letIn: 0, letInAt: 0, plain: 0 };
        sums.set(key, sum);
      }
      sum.calls += count;
      if (!refused) sum.letIn += count;
      if (!refused) sum.letInAt = Math.max(sum.letInAt, at);
      if (!refused && !isForbidden) sum.plain += count;
    },
    calls: ({ from, to }, config) => {
      const inPeriod = [...sums.values()].filter(({ day }) => from <= day * DAY_MS && day * DAY_MS < to);
      const scoped = inPeriod.map(({ plain, place, logGroup, ...sum }) => {
        const scope = scopeOfCall(place, { account: '', logGroup }, config);
        return { plain, sum: { ...sum, scope } };
      });
      // Of a domain of which only 403s were kept, nobody knows what was let in.
      const whole = new Set(scoped.flatMap(({ plain, sum }) => (plain > 0 ? [sum.scope] : [])));
      return whole.size === 0 ? null : sumCalls(scoped.flatMap(({ sum }) => (whole.has(sum.scope) ? [sum] : [])));
    },
    isCut: () => cut,
  };
}
