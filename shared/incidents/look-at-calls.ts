/**
 * Looks for partners of whom every call is refused, where the settings let calls be counted: few refusals are an outage if no call
 * was let in between. Asks the access logs about them, a bounded number of times a day.
 */

import pMap from 'p-map';
import { limits } from '../base/limits.js';
import { DAY_MS, dayOf, MINUTE_MS, MINUTES_PER_DAY, minuteOf } from '../base/time.js';
import { ALL_REFUSED_MIN, judgeRun, type Run, runOf } from '../detect/all-refused.js';
import { standingOf } from '../diagnosis/diagnosis.js';
import { groupId } from '../model/group-id.js';
import {
  type AllRefused,
  type GroupKey,
  type Incident,
  isSeveral,
  OTHER_ISSUERS,
  UNKNOWN_ISSUER,
} from '../model/index.js';
import type { World } from '../ports/index.js';
import { isStranger } from './severity.js';

/** A partner some of whose calls are let in is asked about again after this long. */
const MIXED_AGAIN_MS = 3 * 60 * MINUTE_MS;
/** Logs Insights shows an event some minutes after a subscription has brought it. */
const UNKNOWN_AGAIN_MS = 3 * MINUTE_MS;

interface Candidate {
  readonly group: GroupKey;
  readonly run: Run;
}

/**
 * @param failing groups with refusals in the hours that are not summed up yet
 * @param firing the incidents of which people are told already
 * @returns the groups all of whose calls are refused, by id, none of which is told
 */
export async function lookAtCalls(
  failing: readonly GroupKey[],
  firing: readonly Incident[],
  world: World,
): Promise<ReadonlyMap<string, { readonly group: GroupKey; readonly run: AllRefused }>> {
  const found = new Map<string, { readonly group: GroupKey; readonly run: AllRefused }>();
  if (world.calls === undefined) return found;
  const told = new Set(firing.map(({ group }) => groupId(group)));
  const groups = [...new Map(failing.map((group) => [groupId(group), group] as const))]
    .filter(([id, group]) => isOfOneIssuer(group) && !told.has(id) && isDue(id, world))
    .map(([, group]) => group);
  // Where there are many, each minute others of them.
  const first = groups.length === 0 ? 0 : (minuteOf(world.clock.now()) * limits.callCandidatesMax) % groups.length;
  const inTurn = [...groups.slice(first), ...groups.slice(0, first)].slice(0, limits.callCandidatesMax);
  const candidates = await pMap(inTurn, (group) => candidateOf(group, world), {
    concurrency: limits.storeConcurrencyMax,
  });
  const byScope = new Map<string, Candidate[]>();
  for (const one of candidates.filter((one) => one !== null)) {
    byScope.set(one.group.scope, [...(byScope.get(one.group.scope) ?? []), one]);
  }
  // One after the other, and few of them, because the sweep has other work within its minute.
  for (const [scope, ofScope] of [...byScope].slice(0, limits.callLookUpsPerSweepMax)) {
    for (const one of await judge(scope, ofScope, world)) found.set(groupId(one.group), one);
  }
  return found;
}

/** In the access log of API Gateway, under a name that some CA of the truststore may have given. */
function isOfOneIssuer({ issuerDn, door, isUnverified }: GroupKey): boolean {
  const isNamed = issuerDn !== UNKNOWN_ISSUER && issuerDn !== OTHER_ISSUERS && !isSeveral(issuerDn);
  return isNamed && door === undefined && !isUnverified;
}

function isDue(id: string, { calls, clock }: World): boolean {
  return (calls?.againAt.get(id) ?? 0) <= clock.now();
}

async function candidateOf(group: GroupKey, world: World): Promise<Candidate | null> {
  const { stores, clock } = world;
  const now = clock.now();
  const facts = await stores.facts.window(group, minuteOf(now) - MINUTES_PER_DAY, minuteOf(now));
  const run = runOf(facts);
  if (run === null || run.refused < ALL_REFUSED_MIN) return null;
  const incident = await stores.incidents.load(group);
  // Once a day: what comes again sooner is told where it is more than that.
  const isTold = incident !== null && (incident.state !== 'resolved' || now - incident.since < DAY_MS);
  if (isTold) return null;
  // Strangers choose how many they are, and nobody let them in.
  const who = { group, ...(await standingOf(group, facts, world)) };
  return isStranger(who) ? null : { group, run };
}

async function judge(scope: string, candidates: readonly Candidate[], world: World) {
  const { calls, clock, stores } = world;
  const now = clock.now();
  if (calls === undefined) return [];
  const again = (group: GroupKey, ms: number) => {
    if (calls.againAt.size >= limits.callCandidatesRememberedMax) calls.againAt.clear();
    calls.againAt.set(groupId(group), now + ms);
  };
  const from = Math.min(...candidates.map(({ run }) => run.since)) - DAY_MS;
  const seen = (await mayAsk(scope, now, stores)) ? await calls.lookUp(scope, from, now) : null;
  return candidates.flatMap(({ group, run }) => {
    const judged = seen === null ? 'mixed' : judgeRun(run, seen.get(group.issuerDn));
    if (typeof judged === 'object') return [{ group, run: judged }];
    again(group, judged === 'mixed' ? MIXED_AGAIN_MS : UNKNOWN_AGAIN_MS);
    return [];
  });
}

/** A question takes a place of its day, so that their number is bounded whatever becomes of the container. */
async function mayAsk(scope: string, now: number, { groups }: World['stores']): Promise<boolean> {
  const question = `${minuteOf(now)} ${scope}`;
  const day = dayOf(now);
  const { callLookUpsPerDayMax, callLookUpsOfAllMax } = limits;
  const ofScope = await groups.admit(`${scope} (calls)`, day, [question], callLookUpsPerDayMax);
  return ofScope.has(question) && (await groups.admit('(calls)', day, [question], callLookUpsOfAllMax)).has(question);
}
