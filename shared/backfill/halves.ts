/**
 * What is kept of an exported object: the halves of refused requests, by the UTC day that counts them. A half near midnight
 * belongs to both days, so that each day joins without the other's file. A day counts only what happened in it.
 *
 *     object --read--> halves of its days --all objects' halves of a day, each event once--> roll-ups
 */

import { backfillLimits } from '../base/backfill-limits.js';
import { HOUR_MS } from '../base/time.js';
import type { AccessRecord, Connection, Denial, Parsed } from '../model/index.js';
import type { HalfLine } from '../ports/backfill.js';
import { type Callers, collectCallers } from './callers.js';

/** The logs of a request are minutes apart at most; what is further apart is not joined. */
const EDGE_MS = HOUR_MS;

/** The days to whose files something of this time belongs. */
function daysOf(at: number): readonly number[] {
  const day = (time: number): number => Math.floor(time / (24 * HOUR_MS));
  return [...new Set([day(at - EDGE_MS), day(at), day(at + EDGE_MS)])];
}

/** What a batch adds to the days' files. @param known fingerprints that the files hold already, by day; is added to */
export function linesOf(parsed: Parsed, known: Map<number, Set<string>>): ReadonlyMap<number, readonly HalfLine[]> {
  const byDay = new Map<number, HalfLine[]>();
  const add = (day: number, line: HalfLine): void => {
    const lines = byDay.get(day);
    if (lines === undefined) byDay.set(day, [line]);
    else lines.push(line);
  };
  const { denials, accesses, connections, certificates } = parsed;
  // Another failure of a connection than that of its certificate is no refusal.
  const refused = connections.filter(({ outcome }) => 'reason' in outcome);
  for (const half of [...denials, ...accesses, ...refused]) {
    const fingerprint = half.kind === 'denial' ? null : (half.client?.fingerprint ?? null);
    const pem = fingerprint === null ? undefined : certificates.get(fingerprint);
    for (const day of daysOf(half.at)) {
      add(day, half);
      if (fingerprint === null || pem === undefined) continue;
      const fingerprints = known.get(day) ?? new Set<string>();
      known.set(day, fingerprints);
      if (fingerprints.has(fingerprint)) continue;
      fingerprints.add(fingerprint);
      add(day, { kind: 'certificate', fingerprint, pem });
    }
  }
  return byDay;
}

/** What all files of a day hold, each event once. */
export interface Halves {
  add(line: HalfLine): void;
  readonly size: () => number;
  /** Of all certificates together. */
  readonly certificateChars: () => number;
  /** In an order that does not depend on the files'. */
  readonly sorted: () => readonly (Denial | AccessRecord | Connection)[];
  readonly certificates: ReadonlyMap<string, string>;
  readonly callers: Callers;
}

export function collectHalves(): Halves {
  const byEvent = new Map<string, Denial | AccessRecord | Connection>();
  const certificates = new Map<string, string>();
  const callers = collectCallers(backfillLimits.callersPerDayMax);
  let certificateChars = 0;
  return {
    add: (line) => {
      if (line.kind === 'caller') {
        const { kind: _, ...caller } = line;
        callers.add(caller);
        return;
      }
      if (line.kind === 'certificate') {
        certificateChars += line.pem.length - (certificates.get(line.fingerprint)?.length ?? 0);
        certificates.set(line.fingerprint, line.pem);
        return;
      }
      const key = `${line.kind} ${line.eventId}`;
      const known = byEvent.get(key);
      byEvent.set(key, known === undefined ? line : fuller(known, line));
    },
    size: () => byEvent.size,
    certificateChars: () => certificateChars,
    sorted: () => [...byEvent.values()].sort((a, b) => a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1)),
    certificates,
    callers,
  };
}

function keyOf({ kind, eventId }: Denial | AccessRecord | Connection): string {
  return `${kind} ${eventId}`;
}

/**
 * Of two readings of one event, the one that knows the gateway's id of the request, which may be in an event that only one
 * of the objects holds.
 */
function fuller<T extends Denial | AccessRecord | Connection>(a: T, b: T): T {
  const rank = (one: T): string => {
    const isTied = one.kind === 'denial' && one.extendedRequestId !== null;
    return `${isTied ? 0 : 1} ${JSON.stringify(one)}`;
  };
  return rank(b) < rank(a) ? b : a;
}
