/**
 * The way of the data on one page: each step's output is the next step's input. `ingest` and `alert` are called by the
 * ingest function for every delivery, `sweep` by the sweep function every minute, and `replay` calls all three.
 */

import { lazily } from './base/lazily.js';
import { limits } from './base/limits.js';
import { minuteOf } from './base/time.js';
import { excludeCanaryRecords, separateCanaryFailures } from './canary/uncounted.js';
import { underWildcards } from './count/bound-scopes.js';
import { partnersFirst, worthKeeping } from './count/partners-first.js';
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
  writtenBefore,
} from './count/record.js';
import { deferUnpaired, type Settled, settleExpired } from './count/settle.js';
import type { markClaims } from './diagnosis/claims.js';
import type { infer } from './diagnosis/infer.js';
import { isWithoutExecutionLog } from './diagnosis/without-execution-log.js';
import { readDelivery } from './doors/read.js';
import type { Looks } from './incidents/assess.js';
import type { evaluateApart } from './incidents/evaluate-apart.js';
import type { evaluateScopes } from './incidents/evaluate-scopes.js';
import type { claimConnections } from './join/connections.js';
import { type Correlated, correlate } from './join/correlate.js';
import { unpairedFailure } from './join/pairing.js';
import type { BoundedLoad } from './join/sample.js';
import { shedLoad } from './join/shed-load.js';
import { redact } from './logs/redact.js';
import { refuseTooOld } from './logs/too-old.js';
import type {
  AccessRecord,
  Fact,
  ForbiddenFact,
  GroupKey,
  Incident,
  LogBatch,
  Parsed,
  Sighting,
} from './model/index.js';
import { deliver } from './notify/outbox.js';
import type { DirtyHour, World } from './ports/index.js';

const loadEvaluation = lazily(() => import('./incidents/evaluate-apart.js'));
const loadConnections = lazily(() => import('./join/connections.js'));
const loadInfer = lazily(() => import('./diagnosis/infer.js'));
const loadClaims = lazily(() => import('./diagnosis/claims.js'));
const loadWords = lazily(() => import('./count/words.js'));
const loadCalls = lazily(() => import('./incidents/look-at-calls.js'));
const loadScopes = lazily(() => import('./incidents/evaluate-scopes.js'));

export interface Ingested {
  readonly parsed: Parsed;
  readonly correlated: Correlated;
  readonly facts: readonly Fact[];
  readonly forbidden: readonly ForbiddenFact[];
  /**
   * Calls of the canary whose refusals this batch completed. They are followed to the table and are not counted as
   * failures.
   */
  readonly sightings: readonly Sighting[];
}

/**
 * Processes one delivery: parse, correlate, group, count. Processing the same delivery again, in whole or in part,
 * changes no count.
 * @param look called with the groups whose counts grew; see `alert`
 */
export async function ingest(batch: LogBatch, world: World, look: OnGroupsGrown = ignoreGroups): Promise<Ingested> {
  return ingestRead(batch.batchId, await readBatch(batch, world), world, look);
}

/** What a delivery says. A sentence without a name is rare, and only one of those is looked at more closely. */
export async function readBatch(batch: LogBatch, { config }: Pick<World, 'config'>): Promise<Parsed> {
  const { domains, central, accessLogFormats: formats } = config;
  const read = await readDelivery(batch, { domains, byAccount: central !== null, formats });
  const isNamed = read.connections.length === 0 && read.denials.every(({ reason }) => reason !== 'other');
  return isNamed ? read : (await loadWords()).withWords(read);
}

/** `ingest` from there on. What was read may also come from several deliveries, as long as the id is always the same for it. */
export async function ingestRead(
  batchId: string,
  delivered: Parsed,
  world: World,
  look: OnGroupsGrown = ignoreGroups,
): Promise<Ingested> {
  const read = refuseTooOld(delivered, world);
  const named = {
    ...read,
    accesses: underWildcards(read.accesses, world.config),
    connections: underWildcards(read.connections, world.config),
    otherForbidden: underWildcards(read.otherForbidden, world.config),
    heard: underWildcards(read.heard, world.config),
  };
  const pems = read.certificates;
  const redacted = await excludeCanaryRecords(await redact(named, world), world);
  const parsed = { ...redacted, accesses: await markClaimed(redacted.accesses, pems, world) };
  const isAlone = (access: AccessRecord) => isWithoutExecutionLog(access, world.config.apisWithoutExecutionLog);
  const joinable = parsed.accesses.filter((access) => !isAlone(access));
  const bounded = shedLoad(parsed.denials, joinable, batchId, world);
  // Saving the certificates runs beside the counting. Only code that looks at a certificate waits for `saved`.
  const saved = bounded
    .then(({ halves }) => partnersFirst(worthKeeping(parsed, joinable, halves), world))
    .then((ordered) => world.stores.certificates.save(ordered));
  const alone = parsed.accesses.filter(isAlone);
  const [ingested] = await Promise.all([
    countParsed({ batchId, parsed, joinable, alone, bounded, pems, saved }, world, look),
    saved,
  ]);
  return ingested;
}

interface Read {
  readonly batchId: string;
  readonly parsed: Parsed;
  /** The records of `parsed` that have another half, and those of APIs without an execution log. */
  readonly joinable: readonly AccessRecord[];
  readonly alone: readonly AccessRecord[];
  readonly bounded: Promise<BoundedLoad>;
  /** PEM by fingerprint, as the batch holds them. */
  readonly pems: ReadonlyMap<string, string>;
  /** Resolves when the certificates that are kept have been written to the store. */
  readonly saved: Promise<unknown>;
}

async function countParsed(read: Read, world: World, look: OnGroupsGrown): Promise<Ingested> {
  const { batchId, parsed, joinable, pems, saved } = read;
  const { stores } = world;
  const join = async ({ halves, unsampled }: BoundedLoad) => ({
    correlated: await correlate(halves, batchId, stores.join),
    unsampled,
  });
  const [{ correlated, unsampled }] = await Promise.all([read.bounded.then(join), prefetchAdmissions(joinable, world)]);
  const inferred = await inferAlone(read.alone, pems, batchId, world);
  const claimed = await claimWhole(parsed.connections, batchId, world);
  const notSampled = unsampled.map((denial) => unpairedFailure(denial, 'not-sampled'));
  const found = {
    failures: [...correlated.failures, ...notSampled, ...inferred.failures],
    unmatched: [...correlated.unmatched, ...inferred.unmatched],
  };
  const { failures: joined, sightings, ...rest } = await separateCanaryFailures(found, world);
  // The canary calls custom domains of API Gateway only.
  const failures = [...joined, ...claimed.failures];
  const forbidden = [
    ...parsed.otherForbidden,
    ...claimed.forbidden,
    ...unmatched(rest.unmatched),
    ...inferred.unlogged.map(({ scope, at }) => ({ scope, at, cause: 'certificate-not-logged' as const })),
  ];
  const heard = [...parsed.heard, ...sightings.map(({ probe }) => probe)];
  const lookWithCertificates: OnGroupsGrown = (grown, written) =>
    look(grown, { ...written, rest: () => Promise.all([written.rest(), saved]) });
  const [recorded] = await Promise.all([
    recordCounts({ batchId, failures, forbidden, heard }, world, lookWithCertificates),
    deferUnpaired(batchId, correlated, world),
  ]);
  return { parsed, correlated, ...recorded, sightings };
}

/** The readers of certificates are loaded only where there is a certificate, and a truststore to compare it with. */
const markClaimed: typeof markClaims = async (accesses, pems, world) =>
  pems.size === 0 || Object.keys(world.config.truststores).length === 0
    ? accesses
    : (await loadClaims()).markClaims(accesses, pems, world);

/**
 * The module is loaded only when there is something to infer: most installations watch no API without an execution log.
 */
const inferAlone: typeof infer = async (accesses, ...rest) =>
  accesses.length === 0 ? { failures: [], unmatched: [], unlogged: [] } : (await loadInfer()).infer(accesses, ...rest);

/** The same for connections: many installations watch API Gateway only. */
const claimWhole: typeof claimConnections = async (connections, ...rest) =>
  connections.length === 0
    ? { failures: [], forbidden: [] }
    : (await loadConnections()).claimConnections(connections, ...rest);

/**
 * Looks at groups that have just failed: detects, updates their incidents and sends the notices. Groups whose incident
 * is already firing are left to the sweep.
 * @param written resolves when the counts of these groups are in the stores; without it they are taken to be there
 */
export async function alert(groups: readonly GroupKey[], world: World, written?: Written): Promise<void> {
  if (groups.length > 0 && (await evaluateGroups(groups, world, { which: 'calm', written }))) await deliver(world);
}

/** Ingest loads the module while the stores write the facts, so that nothing waits for it. */
const evaluateGroups: typeof evaluateApart = async (...what) => (await loadEvaluation()).evaluateApart(...what);

const groupsOf = (facts: readonly Fact[]): GroupKey[] => facts.map(({ group }) => group);

export interface Swept {
  readonly halvesSettled: number;
  /** What was counted when those halves were settled. */
  readonly facts: readonly Fact[];
  readonly sightings: readonly Sighting[];
  readonly hoursRolledUp: number;
  readonly firing: number;
  /** How many notices the outbox still holds at the end, and for how long the oldest of them has waited. */
  readonly pending: number;
  readonly oldestPendingMs: number;
  /** What went wrong. A step that fails does not stop the others; the next sweep repeats it. */
  readonly failures: readonly unknown[];
}

/** The module is loaded by the sweep, and by ingest only when ingest needs it. */
const lookAtScopes: typeof evaluateScopes = async (...what) => (await loadScopes()).evaluateScopes(...what);

/** Where calls are counted: partners of whom every call is refused, however few. */
async function tellAllRefused(failing: readonly DirtyHour[], firing: readonly Incident[], world: World): Promise<void> {
  const groups = failing.map(({ group }) => group);
  const found = await (await loadCalls()).lookAtCalls(groups, firing, world);
  const told = [...found.values()].map(({ group }) => group);
  if (told.length > 0 && (await evaluateGroups(told, world, { allRefused: found }))) await deliver(world);
}

/**
 * Runs every minute: counts the halves whose other half did not come, sums up the finished hours, evaluates the firing
 * incidents again, and sends what the outbox still holds.
 */
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
      (counted) => evaluateGroups(groupsOf(counted), world, { which: 'calm', written: writtenBefore(counted) }),
      (list) => settled.push(list),
    ),
    0,
  );
  const open = await step(dirtyHours(world), null);
  const hoursRolledUp = open === null ? 0 : await step(rollUpHours(world, open), 0);
  const firing = await step(stores.incidents.firing(limits.firingPerSweepMax), []);
  // A known incident is looked at only now and then, because it is reminded of at most once a day.
  const isLookedAt = ({ state }: Incident): boolean =>
    state === 'firing' || minuteOf(clock.now()) % limits.knownEveryMinutes === 0;
  const groups = firing.filter(isLookedAt).map((incident) => incident.group);
  const looks: Looks = {};
  await step(evaluateGroups(groups, world, { looks }), false);
  const failing = open?.filter((one) => !isHourClosable(one, world)) ?? null;
  if (failing !== null) await step(lookAtScopes(firing, failing, world, { looks }), undefined);
  await step(deliver(world), 0);
  // After everybody else was told, because it may take some seconds.
  if (failing !== null && world.calls !== undefined) await step(tellAllRefused(failing, firing, world), undefined);
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
