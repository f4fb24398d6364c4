/**
 * The way of the data, and nothing else: each step's output is the next one's input. Called by the ingest function for
 * every delivery, by the sweep every minute, and by `replay` for both.
 */

import { lazily } from './base/lazily.js';
import { limits } from './base/limits.js';
import { minuteOf } from './base/time.js';
import { excludeCanaryRecords, separateCanaryFailures } from './canary/exclude.js';
import {
  dirtyHours,
  ignoreGroups,
  isHourClosable,
  type OnGroupsGrown,
  prefetchAdmissions,
  recordCounts,
  rollUpHours,
  unmatched,
  type Written,
} from './count/record.js';
import { deferUnpaired, type Settled, settleExpired } from './count/settle.js';
import type { infer } from './diagnosis/infer.js';
import { isWithoutExecutionLog } from './diagnosis/without-execution-log.js';
import { evaluateApart } from './incidents/evaluate-apart.js';
import type { evaluateScopes } from './incidents/evaluate-scopes.js';
import { type Correlated, correlate } from './join/correlate.js';
import { unpairedFailure } from './join/pairing.js';
import { type BoundedLoad, shedLoad } from './join/shed-load.js';
import { parse } from './logs/parse.js';
import { redact } from './logs/redact.js';
import { refuseTooOld } from './logs/too-old.js';
import type { AccessRecord, Fact, GroupKey, Incident, LogBatch, Parsed, Sighting } from './model/index.js';
import { deliver } from './notify/outbox.js';
import type { World } from './ports/index.js';

const loadInfer = lazily(() => import('./diagnosis/infer.js'));
const loadScopes = lazily(() => import('./incidents/evaluate-scopes.js'));

export interface Ingested {
  readonly parsed: Parsed;
  readonly correlated: Correlated;
  readonly facts: readonly Fact[];
  /** Calls of the canary whose refusals this batch completed: followed, not counted. */
  readonly sightings: readonly Sighting[];
}

/**
 * One delivery: parse, correlate, group, count. Repeating it, whole or in part, changes no count.
 * @param look at the groups that grew; see `alert`
 */
export async function ingest(batch: LogBatch, world: World, look: OnGroupsGrown = ignoreGroups): Promise<Ingested> {
  const read = refuseTooOld(
    parse(batch, world.config.domains, world.config.central !== null, world.config.accessLogFormats),
    world,
  );
  const parsed = await excludeCanaryRecords(await redact(read, world), world);
  // Nobody waits for the certificates but who looks at one.
  const saved = world.stores.certificates.save(parsed.certificates);
  const pems = read.certificates;
  const [ingested] = await Promise.all([countParsed({ batch, parsed, pems, saved }, world, look), saved]);
  return ingested;
}

interface Read {
  readonly batch: LogBatch;
  readonly parsed: Parsed;
  /** By fingerprint, as the batch brought them. */
  readonly pems: ReadonlyMap<string, string>;
  /** When those that are kept are in the store. */
  readonly saved: Promise<unknown>;
}

async function countParsed({ batch, parsed, pems, saved }: Read, world: World, look: OnGroupsGrown): Promise<Ingested> {
  const { batchId } = batch;
  const { stores, config } = world;
  const isAlone = (access: AccessRecord) => isWithoutExecutionLog(access, config.apisWithoutExecutionLog);
  const joinable = parsed.accesses.filter((access) => !isAlone(access));
  const join = async ({ halves, unsampled }: BoundedLoad) => ({
    correlated: await correlate(halves, batchId, stores.join),
    unsampled,
  });
  const [{ correlated, unsampled }] = await Promise.all([
    shedLoad(parsed.denials, joinable, batchId, world).then(join),
    prefetchAdmissions(joinable, world),
  ]);
  const inferred = await inferAlone(parsed.accesses.filter(isAlone), pems, batchId, world);
  const alone = unsampled.map((denial) => unpairedFailure(denial, 'not-sampled'));
  const found = {
    failures: [...correlated.failures, ...alone, ...inferred.failures],
    unmatched: [...correlated.unmatched, ...inferred.unmatched],
  };
  const { failures, sightings, ...rest } = await separateCanaryFailures(found, world);
  const forbidden = [
    ...parsed.otherForbidden,
    ...unmatched(rest.unmatched),
    ...inferred.unlogged.map(({ scope, at }) => ({ scope, at, cause: 'certificate-not-logged' as const })),
  ];
  const lookWithCertificates: OnGroupsGrown = (grown, written) =>
    look(grown, { ...written, rest: () => Promise.all([written.rest(), saved]) });
  const [facts] = await Promise.all([
    recordCounts({ batchId, failures, forbidden }, world, lookWithCertificates),
    deferUnpaired(batchId, correlated, world),
  ]);
  return { parsed, correlated, facts, sightings };
}

/** Loaded where there is something to infer: most installations watch no such API. */
const inferAlone: typeof infer = async (accesses, ...rest) =>
  accesses.length === 0 ? { failures: [], unmatched: [], unlogged: [] } : (await loadInfer()).infer(accesses, ...rest);

/**
 * What failed a moment ago: detect, turn into incidents, notify. What fires already is looked at by the sweep.
 * @param written when what the groups grew by is in the stores; default: it is there
 */
export async function alert(groups: readonly GroupKey[], world: World, written?: Written): Promise<void> {
  if (await evaluateApart(groups, world, 'calm', written)) await deliver(world);
}

export interface Swept {
  readonly halvesSettled: number;
  /** What was counted of them. */
  readonly facts: readonly Fact[];
  readonly sightings: readonly Sighting[];
  readonly hoursRolledUp: number;
  readonly firing: number;
  /** What the outbox still holds at the end, and for how long its oldest notice has waited. */
  readonly pending: number;
  readonly oldestPendingMs: number;
  /** What went wrong. A step that fails does not keep the others from running; the next sweep repeats it. */
  readonly failures: readonly unknown[];
}

/** Loaded by the sweep, and by ingest when it needs it. */
const lookAtScopes: typeof evaluateScopes = async (...what) => (await loadScopes()).evaluateScopes(...what);

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
  const settled: Settled[] = [];
  await step(
    settleExpired(
      world,
      (touched) => evaluateApart(touched, world, 'calm'),
      (list) => settled.push(list),
    ),
    0,
  );
  const open = await step(dirtyHours(world), null);
  const hoursRolledUp = open === null ? 0 : await step(rollUpHours(world, open), 0);
  const firing = await step(stores.incidents.firing(limits.firingPerSweepMax), []);
  // What is known and goes on is looked at now and then: it is reminded of once a day at the most.
  const isLookedAt = ({ state }: Incident): boolean =>
    state === 'firing' || minuteOf(clock.now()) % limits.knownEveryMinutes === 0;
  const groups = firing.filter(isLookedAt).map((incident) => incident.group);
  await step(evaluateApart(groups, world), false);
  const failing = open?.filter((one) => !isHourClosable(one, world)) ?? null;
  if (failing !== null) await step(lookAtScopes(firing, failing, world), undefined);
  await step(deliver(world), 0);
  const pending = await step(stores.outbox.pending(limits.noticesPerRunMax), []);
  failures.push(...stores.takeUnreadable());
  const oldest = pending.reduce((first, notice) => Math.min(first, Date.parse(notice.at)), clock.now());
  return {
    halvesSettled: settled.reduce((sum, { halves }) => sum + halves, 0),
    facts: settled.flatMap(({ facts }) => facts),
    sightings: settled.flatMap(({ sightings }) => sightings),
    hoursRolledUp,
    firing: firing.filter(({ state }) => state === 'firing').length,
    pending: pending.length,
    oldestPendingMs: clock.now() - oldest,
    failures,
  };
}
