/**
 * Who was let in, as exported logs tell: for the list of certificates that expire. What two logs, two objects or two days tell of one
 * certificate is one caller, so nothing changes where a log is read twice. How often it called is not kept, because that would.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import type { PastCaller } from '../ports/index.js';

export interface Callers {
  add(caller: PastCaller): void;
  has(caller: PastCaller): boolean;
  readonly size: () => number;
  /** In the order in which they were first added. */
  readonly all: () => readonly PastCaller[];
  /** Whether there were more than are held. */
  readonly isCut: () => boolean;
}

/** Those of one object, by UTC day since the epoch. */
export interface DaysCallers {
  add(day: number, caller: PastCaller): void;
  readonly days: ReadonlyMap<number, Pick<Callers, 'all'>>;
}

/**
 * @param mostOfDay certificates that are held of a day
 * @param most of all days together, each counted on each of its days
 */
export function callersByDay(mostOfDay: number, most: number): DaysCallers {
  const days = new Map<number, Callers>();
  let held = 0;
  return {
    add: (day, caller) => {
      const ofDay = getOrInsert(days, day, () => collectCallers(mostOfDay));
      if (held >= most && !ofDay.has(caller)) return;
      const before = ofDay.size();
      ofDay.add(caller);
      held += ofDay.size() - before;
    },
    days,
  };
}

/** @param most certificates that are held; those that come first are */
export function collectCallers(most: number): Callers {
  const callers = new Map<string, PastCaller>();
  let isCut = false;
  return {
    add: (caller) => {
      const key = keyOf(caller);
      const known = callers.get(key);
      if (known === undefined && callers.size >= most) isCut = true;
      else callers.set(key, known === undefined ? caller : merged(known, caller));
    },
    has: (caller) => callers.has(keyOf(caller)),
    size: () => callers.size,
    all: () => [...callers.values()],
    isCut: () => isCut,
  };
}

function keyOf({ issuerDn, serialNumber, subjectDn }: PastCaller): string {
  return JSON.stringify([issuerDn, serialNumber, subjectDn]);
}

function merged(a: PastCaller, b: PastCaller): PastCaller {
  return {
    ...a,
    notBefore: later(a.notBefore, b.notBefore),
    notAfter: later(a.notAfter, b.notAfter),
    isConnection: a.isConnection && b.isConnection,
    firstAt: Math.min(a.firstAt, b.firstAt),
    lastAt: Math.max(a.lastAt, b.lastAt),
  };
}

/** The same whichever comes first, also where a log has another time than the certificate. */
function later(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/** The callers of all days together, the latest days first: where there are more than fit, older ones are left out. */
export async function pastCallers(
  days: readonly number[],
  callersOf: (day: number) => AsyncIterable<PastCaller>,
  most: number,
): Promise<Callers> {
  const callers = collectCallers(most);
  for (const day of days.toSorted((a, b) => b - a)) for await (const caller of callersOf(day)) callers.add(caller);
  return callers;
}
