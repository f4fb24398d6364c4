/** Calls by domain and issuer: how many there were, and how many were let in. Pure. */

import { getOrInsert } from '../base/get-or-insert.js';
import type { Mutable } from '../base/mutable.js';
import { bareName, inAccount, knownDomain } from '../config/qualified-names.js';
import type { Config, KnownConfig } from '../config/settings.js';
import { underWildcards } from '../count/bound-scopes.js';
import { originOf } from '../logs/log-source.js';

/** The calls of one scope and issuer in some span of time. */
export interface Calls {
  readonly scope: string;
  /** Canonical. */
  readonly issuerDn: string;
  readonly calls: number;
  /** Those whose certificate was not refused, whatever they were answered. */
  readonly letIn: number;
  /** When one was let in for the last time, in milliseconds since the epoch; 0 for never. */
  readonly letInAt: number;
}

/** What an access record tells of the place of a call. */
export interface CallPlace {
  /** Empty where it names none. */
  readonly domainName: string;
  readonly apiId: string | null;
  readonly stage: string | null;
}

export interface CallSource {
  /** In front of each scope where accounts are told apart; otherwise ''. */
  readonly account: string;
  readonly logGroup: string;
}

/** The scope under which a refused call of this place would be counted. */
export function scopeOfCall({ domainName, apiId, stage }: CallPlace, source: CallSource, config: Config): string {
  const { account, logGroup } = source;
  const scope =
    domainName === ''
      ? originOf({ apiId, stage }, { account, logGroup: inAccount(account, logGroup), domains: config.domains }).scope
      : inAccount(account, domainName);
  return underWildcards([{ scope, at: 0 }], config)[0]?.scope ?? scope;
}

/**
 * Whether all calls of a scope were counted. Of a scope that is not discovered nobody knows which log groups hold them, so that any that
 * was not counted may be one.
 * @param uncounted names of log groups
 */
export function areWhole(uncounted: readonly string[], { callLogs = {} }: KnownConfig): (scope: string) => boolean {
  const names = new Set(Object.keys(callLogs));
  const missing = new Set(uncounted);
  return (scope) => {
    const domain = knownDomain(bareName(scope), names);
    if (domain === null) return missing.size === 0;
    const logs = callLogs[domain] ?? null;
    return logs !== null && logs.length > 0 && !logs.some((name) => missing.has(name));
  };
}

export const callsKey = ({ scope, issuerDn }: Pick<Calls, 'scope' | 'issuerDn'>): string =>
  JSON.stringify([scope, issuerDn]);

/** One sum for each scope and issuer. */
export function sumCalls(parts: Iterable<Calls>): Calls[] {
  const sums = new Map<string, Mutable<Calls>>();
  for (const part of parts) {
    const { scope, issuerDn } = part;
    const sum = getOrInsert(sums, callsKey(part), () => ({ scope, issuerDn, calls: 0, letIn: 0, letInAt: 0 }));
    sum.calls += part.calls;
    sum.letIn += part.letIn;
    sum.letInAt = Math.max(sum.letInAt, part.letInAt);
  }
  return [...sums.values()];
}
