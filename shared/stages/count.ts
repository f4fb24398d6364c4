/**
 * From failures to facts: how many of each group one batch brought for each minute. A pure fold, so that a retry of the
 * batch gives the same facts, and putting them again changes nothing.
 */

import { groupId } from '../digest.js';
import { limits } from '../limits.js';
import {
  type Client,
  type ClientTally,
  type Fact,
  type Failure,
  type ForbiddenFact,
  type GroupKey,
  type OtherForbidden,
  UNKNOWN_ISSUER,
} from '../model.js';

export const MINUTE_MS = 60_000;

export function minuteOf(at: number): number {
  return Math.floor(at / MINUTE_MS);
}

export function countFailures(grouped: readonly (readonly [GroupKey, Failure])[], batchId: string): Fact[] {
  const byGroupAndMinute = new Map<string, Failure[]>();
  const groups = new Map<string, GroupKey>();
  for (const [group, failure] of grouped) {
    const key = `${minuteOf(failure.at)} ${groupId(group)}`;
    groups.set(key, group);
    const failures = byGroupAndMinute.get(key);
    if (failures === undefined) byGroupAndMinute.set(key, [failure]);
    else failures.push(failure);
  }
  return [...byGroupAndMinute].map(([key, failures]) => factOf(groups.get(key) as GroupKey, failures, batchId));
}

function factOf(group: GroupKey, failures: readonly Failure[], batchId: string): Fact {
  const times = failures.map((failure) => failure.at);
  const firstAt = times.reduce((a, b) => Math.min(a, b));
  return {
    group,
    minute: minuteOf(firstAt),
    batchId,
    requests: failures.length,
    count: weightOf(failures),
    unattributed: weightOf(failures.filter((failure) => failure.issuerDn === UNKNOWN_ISSUER)),
    inferred: weightOf(failures.filter((failure) => failure.attribution === 'inferred')),
    firstAt,
    lastAt: times.reduce((a, b) => Math.max(a, b)),
    reasonText: failures[0]?.reasonText ?? '',
    clients: tally(
      failures.flatMap(({ client, weight }) => (client === null ? [] : [tallyOf(client, weight)])),
      limits.clientsPerFactMax,
    ),
  };
}

function weightOf(failures: readonly Failure[]): number {
  return failures.reduce((sum, failure) => sum + failure.weight, 0);
}

function tallyOf({ subjectDn, serialNumber, fingerprint, sourceIp }: Client, count: number): ClientTally {
  return { subjectDn, serialNumber, fingerprint, sourceIps: sourceIp === '' ? [] : [sourceIp], count };
}

/** Adds tallies up by certificate and keeps the `most` that failed most often, in that order. */
export function tally(tallies: readonly ClientTally[], most: number): ClientTally[] {
  const byClient = new Map<string, ClientTally>();
  for (const one of tallies) {
    const key = one.fingerprint ?? `${one.serialNumber} ${one.subjectDn}`;
    const sum = byClient.get(key);
    const sourceIps = [...new Set([...(sum?.sourceIps ?? []), ...one.sourceIps])].sort();
    byClient.set(key, {
      ...one,
      count: one.count + (sum?.count ?? 0),
      sourceIps: sourceIps.slice(0, limits.sourceIpsPerClientMax),
    });
  }
  return [...byClient.values()]
    .sort((a, b) => b.count - a.count || (a.subjectDn < b.subjectDn ? -1 : 1))
    .slice(0, most);
}

type ForbiddenAt = Pick<OtherForbidden, 'at' | 'cause' | 'scope'>;

export function countForbidden(forbidden: readonly ForbiddenAt[], batchId: string): ForbiddenFact[] {
  const facts = new Map<string, ForbiddenFact>();
  for (const { at, cause, scope } of forbidden) {
    const minute = minuteOf(at);
    const key = `${minute} ${cause} ${scope}`;
    const count = (facts.get(key)?.count ?? 0) + 1;
    facts.set(key, { scope, cause, minute, batchId, requests: count, count });
  }
  return [...facts.values()];
}
