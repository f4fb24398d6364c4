/** What a backfill costs once. Pure: what is to be read, assumptions that are named, and prices go in. */

import type { CostLine } from './model.js';
import { type PriceName, prices } from './prices.js';

export interface BackfillLoad {
  readonly objects: number;
  readonly parts: number;
  readonly days: number;
  readonly zippedBytes: number;
  readonly plainBytes: number;
}

/** Values that are not known before the objects are read. */
const backfillAssumptions = {
  /** Half of what a report reads on a processor of its own, because a function has a slower one. */
  zippedBytesPerSecond: 1.7e6,
  plainBytesPerSecond: 20e6,
  /** Opening an object and writing what it holds. */
  objectSeconds: 0.3,
  /** Starting a function, for each part. */
  partSeconds: 1,
  daySeconds: 10,
  /** As the stack deploys it. */
  functionGb: 3,
  /** Exports are cut by the hour or finer: what an object holds belongs to a day, near midnight to two. */
  daysPerObject: 1.2,
  /** Of a child execution, and of a day: start, task, end. */
  transitions: 3,
  /** Groups that fail in an hour; each costs a write for its sum. */
  groupsPerHour: 20,
  /** The certificates that were let in, of all days together: 64 items of some kilobytes. */
  callerUnits: 640,
} as const;

export function backfillCost(load: BackfillLoad): CostLine[] {
  const a = backfillAssumptions;
  const lines: CostLine[] = [];
  const add = (service: string, what: string, quantity: number, price: PriceName, basis: CostLine['basis']): void => {
    if (quantity > 0) lines.push({ service, what, quantity, price, dollars: quantity * prices[price].dollars, basis });
  };
  const { objects, parts, days, zippedBytes, plainBytes } = load;
  const seconds =
    zippedBytes / a.zippedBytesPerSecond +
    plainBytes / a.plainBytesPerSecond +
    objects * a.objectSeconds +
    parts * a.partSeconds +
    days * a.daySeconds;
  const kept = objects * a.daysPerObject;
  add('Lambda', 'GB-seconds', seconds * a.functionGb, 'lambdaGbSecond', 'assumed');
  add('Lambda', 'requests', parts + days + 2, 'lambdaRequest', 'fixed');
  add('Step Functions', 'state transitions', (parts + days) * a.transitions, 'stateTransition', 'assumed');
  add('S3', 'GETs, of objects and of what is kept of them', objects + kept + 2 * days, 'get', 'assumed');
  add('S3', 'PUTs and LISTs', kept + objects + 2 * days + objects / LISTED, 'put', 'assumed');
  add('DynamoDB', 'write units', days * 24 * (a.groupsPerHour + 1) + a.callerUnits, 'writeUnit', 'assumed');
  return lines;
}

/** Objects in an answer of S3. */
const LISTED = 1000;

/** How long it takes at the least, in seconds. */
export function backfillSeconds(load: BackfillLoad, concurrency: number): number {
  const a = backfillAssumptions;
  const reading = load.zippedBytes / a.zippedBytesPerSecond + load.plainBytes / a.plainBytesPerSecond;
  const opening = load.objects * a.objectSeconds + load.parts * a.partSeconds;
  return (reading + opening) / Math.max(1, Math.min(concurrency, load.parts)) + load.days * a.daySeconds;
}
