/**
 * The steps of a backfill, as the state machine calls them:
 *
 *     read (a part of the objects, many at once) -> check (was everything read? which days are there?)
 *       -> sum (a day, a few at once) -> learn (what each group usually is refused, for the detector) -> tell
 *
 * Each is safe to repeat and to run twice at the same time.
 */

import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { InputSource } from '../../cli/inputs/files.js';
import { pastCallers } from '../../shared/backfill/callers.js';
import { learnPast } from '../../shared/backfill/learn-past.js';
import { objectId, objectName } from '../../shared/backfill/plan.js';
import { sumUpDay } from '../../shared/backfill/sum-up.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { dayOf, HOUR_MS, hourOf } from '../../shared/base/time.js';
import type { RunWithInventory } from '../../shared/discovery/known-world.js';
import type { BackfillBucket, ExportedObject, ExportPart, PastMinutes } from '../../shared/ports/backfill.js';
import type { Log, World } from '../../shared/ports/index.js';
import type { PastHours } from '../../shared/ports/past-hours.js';
import { readObject } from './read-object.js';

/** Hours since the epoch, the last one exclusive. */
interface Span {
  readonly from: number;
  readonly to: number;
}

export type BackfillEvent =
  | { readonly step: 'read'; readonly run: string; readonly part: ExportPart }
  | ({ readonly step: 'check'; readonly run: string; readonly tolerated: number } & Span)
  | ({ readonly step: 'sum'; readonly day: number } & Span)
  | { readonly step: 'learn' }
  | { readonly step: 'tell'; readonly run: string; readonly summed: readonly SummedDay[] }
  /** As Step Functions hands an error on: `Cause` is the error of the function as JSON, or a sentence. */
  | { readonly step: 'tell'; readonly run: string; readonly error: SfnError };

interface SfnError {
  readonly Error: string;
  readonly Cause: string;
}

/** What was counted of a day. */
export interface SummedDay {
  readonly requests: number;
  readonly hours: number;
  /** Hours in which deliveries had counted, and that stay as they are. */
  readonly delivered: number;
  /** Why nothing was: the day is too large for one function. */
  readonly leftOut?: string;
}

export interface BackfillParts {
  readonly inWorld: RunWithInventory;
  readonly bucket: BackfillBucket;
  readonly open: (object: ExportedObject) => AsyncIterable<Buffer>;
  readonly pastHours: PastHours;
  readonly log: Log;
}

/** What may pass. The state machine knows errors by their names, and tries this one again. */
class RetryableError extends Error {
  override readonly name = 'MtlsWatchRetryable';
}

/**
 * @returns what the state machine hands on: the days of a check, what was counted of a day, an error that is told
 * @throws an error with the name `MtlsWatchRetryable` where the same call may succeed later
 */
export function createBackfill(parts: BackfillParts): (event: BackfillEvent) => Promise<unknown> {
  return async (event) => {
    try {
      return await stepOf(event, parts);
    } catch (cause) {
      if (cause instanceof MtlsWatchError && cause.retryable) throw new RetryableError(cause.message, { cause });
      throw cause;
    }
  };
}

async function stepOf(event: BackfillEvent, parts: BackfillParts): Promise<unknown> {
  if (event.step === 'check') return check(event, parts);
  if (event.step === 'sum') return parts.inWorld((world) => sumOrLeaveOut(event, world, parts));
  if (event.step === 'learn') return parts.inWorld((world) => learn(world, parts));
  if (event.step === 'tell') return tell(event, parts);
  await parts.inWorld((world) => readPart(event, world, parts));
  return null;
}

type ReadEvent = Extract<BackfillEvent, { step: 'read' }>;

/** An object that cannot be read is noted, and costs the others nothing. What may pass is thrown, and repeated. */
async function readPart({ run, part }: ReadEvent, world: World, { bucket, open, log }: BackfillParts): Promise<void> {
  for (const object of part.objects) {
    const [id, name] = [objectId(object), objectName(object)];
    const why = await readOne(object, world, open, bucket);
    if (why === null) await bucket.noteRead(id);
    else {
      await bucket.noteFailure(run, id, { name, why });
      log.error('an exported object could not be read', { error: why, object: name });
    }
  }
}

/** @returns why all of the object, or a part of it, could not be read; null if it could */
async function readOne(
  object: ExportedObject,
  world: World,
  open: BackfillParts['open'],
  bucket: BackfillBucket,
): Promise<string | null> {
  const { key, bytes, writtenAt } = object;
  if (bytes > backfillLimits.objectBytesMax) {
    return `${bytes} bytes; expected at most ${backfillLimits.objectBytesMax}: export it in smaller objects, or replay it`;
  }
  const source: InputSource = {
    name: objectName(object),
    base: basename(key),
    bytes,
    writtenAt,
    open: () => open(object),
  };
  try {
    const { days, problem } = await readObject(source, world);
    for (const [day, gzip] of days) await bucket.putHalves(day, objectId(object), gzip);
    return problem;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return error.message;
  }
}

/** As it is now, and will be at every other attempt. */
function isUnreadable(error: unknown): error is MtlsWatchError {
  return error instanceof MtlsWatchError && error.code === 'unreadable-input' && !error.retryable;
}

type CheckEvent = Extract<BackfillEvent, { step: 'check' }>;

/**
 * Nothing is summed up from a part of the objects, unless that was asked for: an hour would look quieter than it was.
 * @throws MtlsWatchError `unreadable-input`
 */
async function check({ run, tolerated, from, to }: CheckEvent, { bucket }: BackfillParts): Promise<readonly number[]> {
  const [parts, read, failures] = await Promise.all([bucket.run(run), bucket.read(), bucket.failures(run)]);
  const objects = parts.flatMap((part) => part.objects);
  const unread = objects.filter((object) => !read.has(objectId(object)));
  if (unread.length > tolerated) {
    const told = failures.map(({ name, why }) => `${name}: ${why}`);
    const others = unread.map(objectName).filter((name) => !failures.some((failed) => failed.name === name));
    const silent = others.slice(0, backfillLimits.failuresToldMax - told.length);
    const lines = [...told, ...silent.map((name) => `${name}: no answer, see the log of the function`)];
    throw new MtlsWatchError(
      'unreadable-input',
      `${unread.length} of ${objects.length} objects were not read, and nothing was summed up. ${lines.join('; ')}. ` +
        `All of them: ${bucket.failuresUri(run)}. The next run reads these and no others; --tolerate ${unread.length} goes on without them`,
    );
  }
  const [first, last] = [dayOf(from * HOUR_MS), dayOf((to - 1) * HOUR_MS)];
  return (await bucket.days()).filter((day) => first <= day && day <= last);
}

type SumEvent = Extract<BackfillEvent, { step: 'sum' }>;

/** A day that is too large, such as in a flood, costs the others nothing. */
async function sumOrLeaveOut(event: SumEvent, world: World, parts: BackfillParts): Promise<SummedDay> {
  try {
    return await sum(event, world, parts);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    parts.log.error('a day could not be summed up', { error, day: event.day });
    return { requests: 0, hours: 0, delivered: 0, leftOut: error.message };
  }
}

async function sum(
  { day, from, to }: SumEvent,
  world: World,
  { bucket, pastHours, log }: BackfillParts,
): Promise<SummedDay> {
  const { rollups, minutes, callers } = await sumUpDay(day, bucket.halves(day), world);
  const within = rollups.filter(({ hour }) => from <= hour && hour < to);
  // An hour that had sums of exports, and has none now, is replaced as well.
  const before = await world.stores.rollups.counted(Math.max(from, day * 24), Math.min(to, (day + 1) * 24) - 1);
  const hours = [...new Set([...before, ...within.map(({ hour }) => hour)])];
  const ours = await pastHours.take(hours);
  const kept = within.filter(({ hour }) => ours.has(hour));
  await pastHours.replace(ours, kept);
  await bucket.putMinutes(day, await minutesKept(day, minutes, world));
  await bucket.putCallers(day, linesGzip(callers));
  const summed = {
    requests: kept.reduce((total, { requests }) => total + requests, 0),
    hours: new Set(kept.map(({ hour }) => hour)).size,
    delivered: hours.filter((hour) => !ours.has(hour)).length,
  };
  const date = new Date(day * 24 * HOUR_MS).toISOString().slice(0, 10);
  log.info(
    `${date}: ${summed.requests} refused requests in ${summed.hours} hours; ${summed.delivered} hours stay as delivered`,
  );
  return summed;
}

/** Of all hours of the day that are counted from exports, also where this run was asked for a part of the day. */
async function minutesKept(day: number, minutes: readonly PastMinutes[], { stores }: World): Promise<Buffer> {
  const owned = await stores.rollups.counted(day * 24, (day + 1) * 24 - 1);
  const kept = minutes
    .map(({ group, counts }) => ({ group, counts: counts.filter(([minute]) => owned.has(hourOf(minute))) }))
    .filter(({ counts }) => counts.length > 0);
  return linesGzip(kept);
}

function linesGzip(lines: readonly unknown[]): Buffer {
  return gzipSync(lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
}

/** One call for all groups and callers, after all days. Where it stops, the next one goes on. */
async function learn(world: World, { bucket, log }: BackfillParts): Promise<null> {
  const callers = await pastCallers(await bucket.daysWithCallers(), bucket.callers, backfillLimits.callersMax);
  await world.stores.callers.replace(callers.all());
  const more = callers.isCut() ? `; more were let in, and those of the latest days are kept` : '';
  log.info(`${callers.all().length} certificates that were let in are known, for the list of those that expire${more}`);
  // Of all runs, so that one over earlier months takes nothing away from what another one taught.
  const all = await bucket.daysWithMinutes();
  const last = all.at(-1) ?? 0;
  const days = all.filter((day) => day > last - backfillLimits.learnedDays);
  const { learned, leftOut } = await learnPast(days, bucket.minutes, world);
  log.info(
    `the detector knows the past of ${learned} more groups; ${leftOut} of unknown issuers, or with fewer refusals, are left out`,
  );
  return null;
}

type TellEvent = Extract<BackfillEvent, { step: 'tell' }>;

/** Leaves the outcome for whoever waits for it. @returns the error, for the execution to end with */
async function tell(event: TellEvent, { bucket }: BackfillParts): Promise<SfnError | null> {
  if ('error' in event) {
    const { Error: name, Cause } = event.error;
    await bucket.putOutcome(event.run, { error: `${name}: ${sentenceOf(Cause)}` });
    return event.error;
  }
  const total = (of: 'requests' | 'hours' | 'delivered'): number => event.summed.reduce((sum, day) => sum + day[of], 0);
  const counted = { requests: total('requests'), hours: total('hours'), delivered: total('delivered') };
  const leftOut = event.summed.flatMap((day) => day.leftOut ?? []);
  await bucket.putOutcome(event.run, { error: null, ...counted, leftOut });
  return null;
}

function sentenceOf(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { readonly errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}
