/**
 * Who was let in, as exported logs tell: for the list of certificates that expire. What two logs, two objects or two days tell of one
 * certificate is one caller, so nothing changes where a log is read twice. How often it called is not kept, because that would.
 */

import type { PastCaller } from '../ports/index.js';

export interface Callers {
  add(caller: PastCaller): void;
  /** In the order in which they were first added. */
  readonly all: () => readonly PastCaller[];
  /** Whether there were more than are held. */
  readonly isCut: () => boolean;
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
