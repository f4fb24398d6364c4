/**
 * The way of the data, and nothing else: each step's output is the next one's input. Called by the ingest function for
 * every delivery, by the sweep every minute, and by `replay` for both.
 */

import { type Correlated, correlate } from './correlate.js';
import { evaluate, evaluateScopes } from './evaluate.js';
import { infer } from './infer.js';
import { closeHours, unmatched, writeDown } from './ledger.js';
import { limits } from './limits.js';
import type { AccessRecord, Fact, GroupKey, LogBatch, Parsed } from './model.js';
import { deliver } from './outbox.js';
import type { World } from './ports/index.js';
import { identified, lonely } from './stages/pairing.js';
import { parse } from './stages/parse.js';
import { bound } from './storm.js';
import { leaveWaiting, settleDue } from './waiting.js';

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
  const joinable = parsed.accesses.filter((access) => !isAlone(access));
  const { halves, left } = await bound(parsed.denials, joinable, batchId, world);
  const [correlated] = await Promise.all([
    correlate(identified(halves, batch), batchId, stores.join),
    stores.certificates.save(parsed.certificates),
  ]);
  const inferred = await infer(identified(parsed.accesses.filter(isAlone), batch), batchId, world);
  const alone = left.map((denial) => lonely(denial, 'not-sampled'));
  const failures = [...correlated.failures, ...alone, ...inferred.failures];
  const forbidden = [...parsed.otherForbidden, ...unmatched([...correlated.unmatched, ...inferred.unmatched])];
  const [facts] = await Promise.all([
    writeDown({ batchId, failures, forbidden }, world),
    leaveWaiting(batchId, correlated, world),
  ]);
  return { parsed, correlated, facts };
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
    settleDue(world, (touched) => evaluate(touched, world, 'calm')),
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
