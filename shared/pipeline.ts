/**
 * The way of the data, and nothing else: each step's output is the next one's input. Called by the ingest function for
 * every delivery, by the sweep every minute, and by `replay` for both.
 */

import { randomUUID } from 'node:crypto';
import { type Correlated, correlate, settle, settlerOf, waitingList } from './correlate.js';
import { groupId } from './digest.js';
import { evaluate, evaluateScopes } from './evaluate.js';
import { infer } from './infer.js';
import { limits } from './limits.js';
import type { AccessRecord, Denial, Fact, Failure, ForbiddenFact, GroupKey, Half, LogBatch, Parsed } from './model.js';
import { deliver } from './outbox.js';
import type { OpenHour, Stores, World } from './ports/index.js';
import { countFailures, countForbidden, minuteOf } from './stages/count.js';
import { applicantsOf, groupOf, placeOf, standIn } from './stages/group.js';
import { lonely } from './stages/pairing.js';
import { parse } from './stages/parse.js';
import { hourOf, MINUTES_PER_HOUR, rollUp } from './stages/rollup.js';
import { sample, samplingRate } from './stages/sample.js';

export interface Ingested {
  readonly parsed: Parsed;
  readonly correlated: Correlated;
  readonly facts: readonly Fact[];
}

/** One delivery: parse, correlate, group, count. Repeating it, whole or in part, changes no count. */
export async function ingest(batch: LogBatch, world: World): Promise<Ingested> {
  const { stores, config } = world;
  const { batchId } = batch;
  const parsed = parse(batch, config.domains);
  const isAlone = ({ api }: AccessRecord) => api.apiId !== null && config.apisWithoutExecutionLog.includes(api.apiId);
  const { halves, left } = await bound(
    parsed.denials,
    parsed.accesses.filter((one) => !isAlone(one)),
    batchId,
    world,
  );
  const [correlated] = await Promise.all([
    correlate(halves, batchId, stores.join),
    stores.certificates.save(parsed.certificates),
  ]);
  const inferred = await infer(parsed.accesses.filter(isAlone), batchId, world);
  const counted = [
    ...correlated.failures,
    ...left.map((denial) => lonely(denial, 'not-sampled')),
    ...inferred.failures,
  ];
  const facts = countFailures(await group(counted, stores), batchId);
  const others = [...parsed.otherForbidden, ...unmatched(correlated.unmatched), ...unmatched(inferred.unmatched)];
  const forbidden = countForbidden(others, batchId);
  await Promise.all([put(facts, forbidden, stores), leaveWaiting(batchId, correlated, world)]);
  world.failureLog?.record(counted, batchId);
  return { parsed, correlated, facts };
}

/** The halves to join, and the denials that a storm leaves to be counted alone. */
async function bound(
  denials: readonly Denial[],
  accesses: readonly AccessRecord[],
  batchId: string,
  { stores, clock }: World,
) {
  const rateOf = async (kind: Half['kind'], count: number): Promise<number> => {
    if (count <= limits.calmHalvesMax) return 1;
    const load = await stores.storm.addLoad(minuteOf(clock.now()), kind, count);
    return stores.storm.fixRate(`${batchId} ${kind}`, samplingRate(load));
  };
  const [denialRate, accessRate] = await Promise.all([
    rateOf('denial', denials.length),
    rateOf('access', accesses.length),
  ]);
  const sampled = sample(denials, denialRate);
  return { halves: [...sampled.joined, ...sample(accesses, accessRate).joined], left: sampled.left };
}

/** What failed a moment ago: detect, turn into incidents, notify. What fires already is looked at by the sweep. */
export async function alert(groups: readonly GroupKey[], world: World): Promise<void> {
  if (await evaluate(groups, world, 'calm')) await deliver(world);
}

export interface Swept {
  readonly halvesSettled: number;
  readonly hoursRolledUp: number;
  readonly firing: number;
  /** What the outbox still holds at the end, and for how long its oldest notice has waited. */
  readonly pending: number;
  readonly oldestPendingMs: number;
  /** What went wrong. A step that fails does not keep the others from running; the next sweep repeats it. */
  readonly failures: readonly unknown[];
}

/** Every minute: count what waited in vain, sum up the hours, look again at what fires, send what was left behind. */
export async function sweep(world: World): Promise<Swept> {
  const { stores, clock } = world;
  const failures: unknown[] = [];
  const step = async <T>(run: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await run;
    } catch (error) {
      failures.push(error);
      return otherwise;
    }
  };
  const halvesSettled = await step(
    settleDue(world, (touched) => evaluate(touched, world)),
    0,
  );
  const hoursRolledUp = await step(closeHours(world), 0);
  const firing = await step(stores.incidents.firing(limits.firingPerSweepMax), []);
  const groups = firing.map((incident) => incident.group);
  await step(evaluate(groups, world), false);
  await step(evaluateScopes(firing, world), undefined);
  await step(deliver(world), 0);
  const pending = await step(stores.outbox.pending(limits.noticesPerRunMax), []);
  const oldest = pending.reduce((first, notice) => Math.min(first, Date.parse(notice.at)), clock.now());
  return {
    halvesSettled,
    hoursRolledUp,
    firing: firing.length,
    pending: pending.length,
    oldestPendingMs: clock.now() - oldest,
    failures,
  };
}

/**
 * Counts the halves whose grace is over, and returns how many. Their lists are removed after `look` has seen the groups
 * that grew: until then a crash leaves them to the next sweep, which counts nothing twice and looks again.
 */
export async function settleDue(
  world: World,
  look: (touched: readonly GroupKey[]) => Promise<unknown> = async () => {},
): Promise<number> {
  const { stores, clock } = world;
  const touched: GroupKey[] = [];
  const due = await stores.waiting.due(clock.now(), limits.settledPerSweepMax);
  for (const waiting of due) {
    const batchId = settlerOf(waiting);
    const settled = await settle(waiting, stores.join);
    const facts = countFailures(await group(settled.failures, stores), batchId);
    await put(facts, countForbidden(unmatched(settled.unmatched), batchId), stores);
    world.failureLog?.record(settled.failures, batchId);
    touched.push(...facts.map((fact) => fact.group));
  }
  await look(touched);
  for (const waiting of due) await stores.waiting.remove(waiting);
  return due.reduce((sum, { halves }) => sum + halves.length, 0);
}

/** Sums up the hours that are over; a fact that comes later marks its hour again. Returns how many were summed up. */
export async function closeHours({ stores, clock }: World): Promise<number> {
  const lastClosed = hourOf(minuteOf(clock.now()) - limits.lateMinutes) - 1;
  const hours = await stores.rollups.open(lastClosed, limits.rollupsPerSweepMax);
  for (const open of hours) {
    const from = open.hour * MINUTES_PER_HOUR;
    const rollup = rollUp(
      open.group,
      open.hour,
      await stores.facts.window(open.group, from, from + MINUTES_PER_HOUR - 1),
    );
    if (rollup !== null) await stores.rollups.close(open, rollup);
  }
  return hours.length;
}

/** The mark comes after the facts and is new, so that a roll-up never misses facts whose mark it removes. */
async function put(facts: readonly Fact[], forbidden: readonly ForbiddenFact[], stores: Stores): Promise<void> {
  await stores.facts.put(facts, forbidden);
  const stamp = randomUUID();
  const hours = facts.map((fact): OpenHour => ({ group: fact.group, hour: hourOf(fact.minute), stamp }));
  const distinct = new Map(hours.map((open) => [`${open.hour} ${groupId(open.group)}`, open] as const));
  await stores.rollups.mark([...distinct.values()]);
}

async function group(failures: readonly Failure[], stores: Stores): Promise<(readonly [GroupKey, Failure])[]> {
  const admitted = new Map<string, ReadonlySet<string>>();
  for (const { scope, day, issuerDns } of applicantsOf(failures)) {
    admitted.set(placeOf(scope, day), await stores.groups.admit(scope, day, issuerDns));
  }
  return failures.flatMap((failure) => {
    const counted = [groupOf(failure, admitted), failure] as const;
    return failure.weight === 1 ? [counted] : [counted, standIn(failure)];
  });
}

function unmatched(accesses: readonly { readonly scope: string; readonly at: number }[]) {
  return accesses.map(({ scope, at }) => ({ scope, at, cause: 'unmatched' as const }));
}

async function leaveWaiting(batchId: string, { waiting }: Correlated, { stores, clock, config }: World): Promise<void> {
  const dueAt = clock.now() + config.graceMinutes * 60_000;
  for (let from = 0; from < waiting.length; from += limits.waitingPerListMax) {
    const halves = waiting.slice(from, from + limits.waitingPerListMax);
    await stores.waiting.save(waitingList(batchId, halves, dueAt));
  }
}
