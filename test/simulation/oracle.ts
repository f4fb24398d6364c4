/**
 * Sees everything as it takes effect: wraps the stores under the faults, so that it knows what is true whatever the
 * processes believe. The checkers compare the end of a run with it.
 */

import { limits } from '../../shared/base/limits.js';
import type { DetectionPolicy } from '../../shared/config/settings.js';
import type { Incident, Notice } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';

export interface Observed {
  /**
   * Denials (by their time) that a sweep claimed while they stood alone, so that they count without a client. Those are not
   * among them whose access record had been taken in by then: nothing excuses that claim.
   */
  readonly claimedDenials: Set<number>;
  readonly transitions: { readonly next: Incident; readonly notice: Notice | null }[];
  readonly violations: string[];
  /** The sampling rate of each half (by its time) that stands in a cell. */
  readonly rates: Map<number, number>;
  /** The lowest sampling rate that was fixed, 1 when none was. */
  lowestRate: number;
}

export interface OracleOptions {
  readonly now: () => number;
  readonly count: (what: string) => void;
  readonly graceMs: number;
  /** How far apart two clocks may be. */
  readonly skewMaxMs: number;
  readonly policy: DetectionPolicy;
}

export function observe(
  inner: Stores,
  { now, count, graceMs, skewMaxMs }: OracleOptions,
): Observed & {
  stores: Stores /** Told when an invocation has taken a batch in. */;
  onIngested: (batchId: string) => void;
} {
  const firstPut = new Map<string, number>();
  const recordsOfBatch = new Map<string, number[]>();
  const takenIn = new Set<number>();
  const observed: Observed = {
    claimedDenials: new Set(),
    rates: new Map(),
    transitions: [],
    violations: [],
    lowestRate: 1,
  };
  const expect = (isRight: boolean, what: () => string): void => {
    if (!isRight) observed.violations.push(what());
  };
  const stores: Stores = {
    ...inner,
    join: {
      ...inner.join,
      put: async (writes) => {
        const cells = await inner.join.put(writes);
        for (const [index, { half }] of writes.entries()) {
          if (!firstPut.has(half.eventId)) firstPut.set(half.eventId, now());
          if (half.kind === 'access') {
            const { batchId = '' } = writes[index] ?? {};
            recordsOfBatch.set(batchId, [...(recordsOfBatch.get(batchId) ?? []), half.at]);
          }
          const held = half.kind === 'denial' ? cells[index]?.denial : cells[index]?.access;
          if (held?.half.eventId === half.eventId) observed.rates.set(half.at, held.half.rate);
          else count('a slot taken by another half');
        }
        return cells;
      },
      claim: async (keys, batchId) => {
        const before = await inner.join.read(keys);
        const cells = await inner.join.claim(keys, batchId);
        for (const [index, cell] of cells.entries()) {
          const isNew = before[index]?.claimedBy === null && cell.claimedBy === batchId;
          if (cell.claimedBy !== batchId) count('a claim lost to the other half or another sweep');
          if (!isNew || cell.denial === null) continue;
          if (!takenIn.has(recordOf(cell.denial.half.at))) observed.claimedDenials.add(cell.denial.half.at);
          const waited = now() - (firstPut.get(cell.denial.half.eventId) ?? now());
          expect(
            waited >= graceMs - skewMaxMs,
            () => `denial at ${cell.denial?.half.at} was claimed after ${waited} ms, before its grace was over`,
          );
        }
        return cells;
      },
    },
    waiting: {
      ...inner.waiting,
      save: async (waiting) => {
        expect(waiting.halves.length <= limits.waitingPerListMax, () => `a list of ${waiting.halves.length} halves`);
        await inner.waiting.save(waiting);
      },
    },
    history: {
      ...inner.history,
      save: async (group, history) => {
        const bytes = JSON.stringify(history).length;
        expect(bytes <= HISTORY_BYTES_MAX, () => `a history of ${bytes} bytes`);
        await inner.history.save(group, history);
      },
    },
    incidents: {
      ...inner.incidents,
      transition: async (next, notice) => {
        const isFirst = await inner.incidents.transition(next, notice);
        if (isFirst) observed.transitions.push({ next, notice });
        else count('a transition lost to another invocation');
        return isFirst;
      },
    },
    outbox: {
      ...inner.outbox,
      take: async (noticeId, at, until) => {
        const isMine = await inner.outbox.take(noticeId, at, until);
        if (!isMine) count('a notice in the hands of another invocation');
        return isMine;
      },
    },
    storm: {
      ...inner.storm,
      fixRate: async (batchId, rate) => {
        const fixed = await inner.storm.fixRate(batchId, rate);
        observed.lowestRate = Math.min(observed.lowestRate, fixed);
        if (fixed < 1) count('a batch sampled');
        if (fixed !== rate) count('a rate fixed before');
        return fixed;
      },
    },
  };
  const onIngested = (batchId: string): void => {
    for (const at of recordsOfBatch.get(batchId) ?? []) takenIn.add(at);
  };
  return Object.assign(observed, { stores, onIngested });
}

/** The time of the access record of a denial: the traffic logs it a millisecond later. */
function recordOf(deniedAt: number): number {
  return deniedAt + 1;
}

/** As the port says. */
const HISTORY_BYTES_MAX = 4_096;
