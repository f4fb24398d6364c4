/** What must be true at the end of a run, whatever happened in it. Each violation is one line for a person. */

import { limits } from '../../shared/base/limits.js';
import { dayOf, hourOf } from '../../shared/base/time.js';
import { type Fact, type ForbiddenFact, OTHER_ISSUERS, type Rollup, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { checkIncidents, checkNotices } from './check-notices.js';
import type { Ended, Expect } from './ended.js';
import type { Observed } from './oracle.js';
import type { Request } from './traffic.js';

export async function check(ended: Ended): Promise<string[]> {
  const violations: string[] = [];
  const expect: Expect = (isRight, what) => {
    if (!isRight) violations.push(what());
  };
  const facts = await factsIn(ended);
  checkTotals(ended, facts, await rollupsIn(ended), expect);
  checkWords(ended, facts, expect);
  checkForbidden(ended, await ended.stores.facts.forbidden(FIRST_DAY, LAST_DAY, ALL), expect);
  checkBounds(ended, facts, expect);
  if (ended.isStorm) checkEstimates(ended, facts, expect);
  else if (limits.clientsPerFactMax > CLIENTS_OF_A_FACT) checkClients(ended, facts, expect);
  await checkRollups(ended, facts, expect);
  checkNotices(ended, expect);
  checkIncidents(ended, expect);
  return violations;
}

/** More than any run has. */
const ALL = 1e9;
/** UTC days in which all runs lie. */
const FIRST_DAY = 20_776;
const LAST_DAY = 20_850;

async function factsIn({ stores, observed }: Ended): Promise<Fact[]> {
  const groups = [...observed.groups.values()];
  const facts = await Promise.all(groups.map((group) => stores.facts.window(group, FIRST_DAY * 1440, LAST_DAY * 1440)));
  return facts.flat();
}

async function rollupsIn({ stores }: Ended): Promise<Rollup[]> {
  const [from, to] = [FIRST_DAY * 24, LAST_DAY * 24];
  const groups = await stores.rollups.groups(from, to, ALL);
  const rollups = await Promise.all(groups.map((group) => stores.rollups.load(group, from, to)));
  return rollups.flat();
}

/** Facts keep every client in runs where their bound was lifted above this. */
const CLIENTS_OF_A_FACT = 100;

function sumBy<T>(items: Iterable<T>, keyOf: (item: T) => string, countOf: (item: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(keyOf(item), (sums.get(keyOf(item)) ?? 0) + countOf(item));
  return sums;
}

const minuteOf = (at: number): number => Math.floor(at / 60_000);

/** Every denial once: under its reason and in its minute the sum over all issuers is exact, in a storm too. */
function checkTotals(
  { traffic, isStorm }: Ended,
  facts: readonly Fact[],
  rollups: readonly Rollup[],
  expect: Expect,
): void {
  const denials = traffic.requests.filter((request) => request.hasDenial);
  const wanted = sumBy(
    denials,
    ({ reason, at }) => `${reason} in minute ${minuteOf(at)}`,
    () => 1,
  );
  const counted = sumBy(
    facts,
    ({ group, minute }) => `${group.reason} in minute ${minute}`,
    ({ count }) => count,
  );
  for (const key of new Set([...wanted.keys(), ...counted.keys()])) {
    const [want = 0, got = 0] = [wanted.get(key), counted.get(key)];
    expect(want === got, () => `${key}: ${want} refused, ${got} counted`);
  }
  const summed = sumBy(
    rollups,
    ({ group, hour }) => `${group.reason} in hour ${hour}`,
    ({ count }) => count,
  );
  const ofHour = sumBy(
    denials,
    ({ reason, at }) => `${reason} in hour ${hourOf(minuteOf(at))}`,
    () => 1,
  );
  for (const key of new Set([...ofHour.keys(), ...summed.keys()])) {
    const [want = 0, got = 0] = [ofHour.get(key), summed.get(key)];
    expect(want === got, () => `${key}: ${want} refused, ${got} in the roll-ups`);
  }
  if (isStorm) return;
  const bySelf = sumBy(
    denials,
    ({ denialScope, reason, at }) => `${denialScope} ${reason} ${minuteOf(at)}`,
    () => 1,
  );
  const unknown = facts.filter(({ group }) => group.issuerDn === UNKNOWN_ISSUER);
  const key = ({ group, minute }: Fact): string => `${group.scope} ${group.reason} ${minute}`;
  for (const [place, count] of sumBy(unknown, key, (fact) => fact.count)) {
    expect(
      count <= (bySelf.get(place) ?? 0),
      () => `${place}: ${count} of unknown issuer, ${bySelf.get(place) ?? 0} refused`,
    );
  }
  for (const fact of facts) {
    const isUnknown = fact.group.issuerDn === UNKNOWN_ISSUER;
    expect(
      fact.unattributed === (isUnknown ? fact.count : 0),
      () => `unattributed is ${fact.unattributed} of ${fact.count}`,
    );
  }
}

/**
 * Every denial of a reason without a name under its kind of sentence, and in a storm as well: or, beyond the bound, among the rest. A
 * kind that has a place has all of its denials.
 */
function checkWords({ traffic }: Ended, facts: readonly Fact[], expect: Expect): void {
  const others = traffic.requests.filter(({ reason, hasDenial }) => reason === 'other' && hasDenial);
  const wanted = sumBy(
    others,
    ({ words, at }) => `“${words}” in minute ${minuteOf(at)}`,
    () => 1,
  );
  const worded = facts.filter(({ group }) => group.words !== undefined);
  const counted = sumBy(
    worded,
    ({ group, minute }) => `“${group.words}” in minute ${minute}`,
    ({ count }) => count,
  );
  const kindsOn = (place: string, day: number): number =>
    new Set(others.flatMap((one) => (one.denialScope === place && dayOf(one.at) === day ? [one.words] : []))).size;
  const isCrowded = others.some(
    ({ denialScope, at }) => kindsOn(denialScope, dayOf(at)) > limits.reasonWordsPerScopeMax,
  );
  for (const key of new Set([...wanted.keys(), ...counted.keys()])) {
    const [want = 0, got = 0] = [wanted.get(key), counted.get(key)];
    expect(isCrowded ? got <= want : got === want, () => `${key}: ${want} refused, ${got} counted`);
  }
  const places = new Map<string, Set<string>>();
  for (const { group, minute } of worded) {
    const place = `${group.scope} on day ${dayOf(minute * 60_000)}`;
    places.set(place, (places.get(place) ?? new Set()).add(group.words ?? ''));
  }
  const denialScopes = new Set(others.map(({ denialScope }) => denialScope)).size;
  for (const [place, kinds] of places) {
    // Denials of several APIs may be counted under one domain, which has places of its own where settings map an API to it.
    expect(
      kinds.size <= limits.reasonWordsPerScopeMax * (denialScopes + 1),
      () => `${place}: ${kinds.size} kinds of sentences`,
    );
  }
}

/** Joined requests on their own client, in their own group; on no other client's. */
function checkClients({ traffic, observed }: Ended, facts: readonly Fact[], expect: Expect): void {
  const counted = new Map<string, { readonly fact: Fact; readonly count: number }[]>();
  for (const fact of facts) {
    for (const { subjectDn, count } of fact.clients) {
      counted.set(subjectDn, [...(counted.get(subjectDn) ?? []), { fact, count }]);
    }
  }
  const bySubject = new Map<string, Request[]>();
  for (const request of traffic.requests) {
    bySubject.set(request.subjectDn, [...(bySubject.get(request.subjectDn) ?? []), request]);
  }
  for (const [subject, requests] of bySubject) {
    const own = counted.get(subject) ?? [];
    const got = own.reduce((sum, { count }) => sum + count, 0);
    const sure = requests.filter(({ at, isTied, hasDenial, hasAccess }) => {
      return isTied && hasDenial && hasAccess && !observed.claimedDenials.has(at);
    }).length;
    const unsure = requests.filter(({ isTied }) => !isTied).length;
    const most = sure + unsure;
    expect(
      sure <= got && got <= most,
      () => `${subject}: counted ${got} times, expected ${sure}${most > sure ? ` to ${most}` : ''}`,
    );
    for (const { fact } of own) {
      expect(
        requests.some((request) => mayStandFor(request, fact, traffic.requests)),
        () =>
          `${subject}: counted under ${JSON.stringify(fact.group)} in minute ${fact.minute}, which was none of its requests`,
      );
    }
  }
  for (const subject of counted.keys()) expect(bySubject.has(subject), () => `${subject} was counted and never called`);
}

/** A request that nothing ties to its denial may be joined with another denial of the same request id. */
function mayStandFor(request: Request, { group, minute }: Fact, requests: readonly Request[]): boolean {
  if (group.scope !== request.scope || group.door !== request.door) return false;
  if (group.issuerDn !== request.issuerDn && group.issuerDn !== OTHER_ISSUERS) return false;
  const isDenial = ({ reason, words, at }: Request): boolean =>
    reason === group.reason && (group.words === undefined || words === group.words) && minuteOf(at) === minute;
  if (request.isTied) return isDenial(request);
  return requests.some((other) => other.requestId === request.requestId && isDenial(other));
}

/** Other 403s have no cell to meet in: their facts name their events. */
function checkForbidden(
  { traffic, isStorm, isLong }: Ended,
  forbidden: readonly ForbiddenFact[],
  expect: Expect,
): void {
  const counted = sumBy(
    forbidden,
    ({ cause }) => cause,
    ({ count }) => count,
  );
  const wanted = sumBy(
    traffic.otherForbidden,
    ({ cause }) => cause,
    () => 1,
  );
  for (const [cause, want] of wanted) {
    expect(
      // They are kept for 16 days.
      isLong ? (counted.get(cause) ?? 0) <= want : counted.get(cause) === want,
      () => `other 403s, ${cause}: ${want} logged, ${counted.get(cause) ?? 0} counted`,
    );
  }
  // Connections have cells, so these count once each.
  const broken = counted.get('connection-failed') ?? 0;
  expect(
    isLong ? broken <= traffic.brokenConnections : broken === traffic.brokenConnections,
    () => `${traffic.brokenConnections} connections broke off, ${broken} counted`,
  );
  if (isStorm) return;
  const users = sumBy(
    traffic.requests,
    ({ requestId }) => requestId,
    () => 1,
  );
  const isReused = ({ requestId }: Request): boolean => users.get(requestId) !== 1;
  const records = traffic.requests.filter(({ hasAccess }) => hasAccess);
  const lonely = records.filter((request) => !request.hasDenial && !isReused(request)).length;
  const inVain = forbidden.filter(({ cause }) => cause === 'unmatched');
  const unmatched = counted.get('unmatched') ?? 0;
  expect(
    isLong || unmatched >= lonely,
    () => `other 403s, unmatched: ${lonely} without a denial, ${unmatched} counted`,
  );
  // A record may wait in vain and have its denial come after all, but it counts once, unless its request id was reused.
  const places = sumBy(
    records,
    ({ scope, at }) => `${scope} in minute ${minuteOf(at + 1)}`,
    (request) => (isReused(request) ? Number.POSITIVE_INFINITY : 1),
  );
  const inPlace = ({ scope, minute }: { scope: string; minute: number }): string => `${scope} in minute ${minute}`;
  for (const [place, count] of sumBy(inVain, inPlace, (fact) => fact.count)) {
    const most = places.get(place) ?? 0;
    expect(count <= most, () => `other 403s, unmatched: ${most} records of ${place}, ${count} counted`);
  }
}

function checkBounds({ traffic, delivered }: Ended, facts: readonly Fact[], expect: Expect): void {
  const issuerOf = new Map(traffic.requests.map(({ subjectDn, issuerDn }) => [subjectDn, issuerDn] as const));
  const named = new Map<string, Set<string>>();
  for (const { group, minute, clients } of facts) {
    expect(clients.length <= limits.clientsPerFactMax, () => `a fact with ${clients.length} clients`);
    if (group.issuerDn === UNKNOWN_ISSUER || group.issuerDn === OTHER_ISSUERS) continue;
    const place = `${group.scope} on day ${dayOf(minute * 60_000)}`;
    named.set(place, (named.get(place) ?? new Set()).add(group.issuerDn));
  }
  for (const [place, issuers] of named) {
    expect(issuers.size <= limits.issuersPerScopeMax, () => `${place}: ${issuers.size} issuers by name`);
  }
  for (const { group, minute, clients } of facts) {
    if (group.issuerDn !== OTHER_ISSUERS) continue;
    const inside = named.get(`${group.scope} on day ${dayOf(minute * 60_000)}`);
    for (const { subjectDn } of clients) {
      const issuerDn = issuerOf.get(subjectDn) ?? '';
      expect(inside?.has(issuerDn) !== true, () => `${issuerDn} counts by name and among the others on one day`);
    }
  }
  for (const { notice } of delivered) {
    expect(notice.clients.length <= limits.clientsPerNoticeMax, () => `a notice with ${notice.clients.length} clients`);
    for (const { sourceIps } of notice.clients) {
      expect(sourceIps.length <= limits.sourceIpsPerClientMax, () => `a client with ${sourceIps.length} addresses`);
    }
  }
}

/**
 * In a storm an issuer's count is an estimate: n requests joined with probability r each, and weighted 1/r, have the
 * standard error sqrt(n (1 - r) / r). Requests that lost their other half on the way are missing from it.
 */
function checkEstimates({ traffic, observed }: Ended, facts: readonly Fact[], expect: Expect): void {
  const rate = observed.lowestRate;
  const named = facts.filter(({ group }) => group.issuerDn !== UNKNOWN_ISSUER);
  const estimates = sumBy(
    named,
    ({ group }) => group.issuerDn,
    ({ count }) => count,
  );
  const whole = traffic.requests.filter(({ hasDenial, hasAccess }) => hasDenial && hasAccess);
  const truths = sumBy(
    whole,
    ({ issuerDn }) => issuerDn,
    () => 1,
  );
  if (limits.clientsPerFactMax > CLIENTS_OF_A_FACT) checkWeights(traffic.requests, observed, named, expect);
  if (estimates.has(OTHER_ISSUERS)) return;
  for (const [issuerDn, estimate] of estimates) {
    const truth = truths.get(issuerDn) ?? 0;
    const error = ERRORS_MAX * Math.sqrt((truth * (1 - rate)) / rate) + (rate < 1 ? 1 / rate : 0);
    expect(
      estimate <= truth + error,
      () => `${issuerDn}: ${truth} refused, ${estimate} estimated, more than ${error} off`,
    );
    const lost = observed.claimedDenials.size / rate;
    expect(
      estimate >= truth - error - lost - whole.filter(({ isTied }) => !isTied).length / rate,
      () => `${issuerDn}: ${truth} refused, ${estimate} estimated, more than ${error} off`,
    );
  }
}

/** A joined request stands for as many as the sparser of the two sides left out, itself included. */
function checkWeights(requests: readonly Request[], { rates }: Observed, named: readonly Fact[], expect: Expect): void {
  const bySubject = new Map(requests.map((request) => [request.subjectDn, request] as const));
  for (const { subjectDn, count } of named.flatMap(({ clients }) => clients)) {
    const request = bySubject.get(subjectDn);
    if (request === undefined || !request.isTied) continue;
    const weight = 1 / Math.min(rates.get(request.at) ?? 1, rates.get(request.at + 1) ?? 1);
    expect(count === weight, () => `${subjectDn}: stands for ${count}, and should for ${weight}`);
  }
}

/** Standard errors; with a few requests per issuer the tails are long. */
const ERRORS_MAX = 8;

async function checkRollups({ stores }: Ended, facts: readonly Fact[], expect: Expect): Promise<void> {
  const hours = new Map<string, Fact[]>();
  for (const fact of facts) {
    const key = JSON.stringify([fact.group, hourOf(fact.minute)]);
    hours.set(key, [...(hours.get(key) ?? []), fact]);
  }
  for (const [key, ofHour] of hours) {
    const [first] = ofHour;
    if (first === undefined) continue;
    const hour = hourOf(first.minute);
    const [rollup] = await stores.rollups.load(first.group, hour, hour);
    const want = ofHour.reduce((sum, { count }) => sum + count, 0);
    expect(
      rollup?.count === want,
      () => `roll-up ${key}: facts say ${want}, the roll-up ${rollup?.count ?? 'is missing'}`,
    );
  }
}
