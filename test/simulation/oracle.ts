/**
 * Sees everything as it takes effect: wraps the stores under the faults, so that it knows what is true whatever the
 * processes believe. The checkers compare the end of a run with it.
 */

import { limits } from '../../shared/base/limits.js';
import { groupId } from '../../shared/model/group-id.js';
import type { Cell, GroupKey, Half, Incident, Notice } from '../../shared/model/index.js';
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
  /** Those that have facts, by id. */
  readonly groups: Map<string, GroupKey>;
}

export interface OracleOptions {
  readonly now: () => number;
  readonly count: (what: string) => void;
  readonly graceMs: number;
  /** How far apart two clocks may be. */
  readonly skewMaxMs: number;
}

/** What takes effect in a store, told by whoever sits under the faults. */
export interface Witness {
  /** A half was put, and this one stands in its slot. */
  put(half: Half, batchId: string, held: Half | null): void;
  /** A cell was to be claimed: as it was before, and as it is. */
  claim(before: Cell, after: Cell, batchId: string): void;
  list(halves: number): void;
  history(history: unknown): void;
  transition(next: Incident, notice: Notice | null, isFirst: boolean): void;
  take(isMine: boolean): void;
  rate(fixed: number, wanted: number): void;
  fact(group: GroupKey): void;
}

export interface Oracle {
  readonly observed: Observed;
  readonly witness: Witness;
  /** Told when an invocation has taken a batch in. */
  readonly onIngested: (batchId: string) => void;
}

export function createOracle({ now, count, graceMs, skewMaxMs }: OracleOptions): Oracle {
  const firstPut = new Map<string, number>();
  const recordsOfBatch = new Map<string, number[]>();
  const takenIn = new Set<number>();
  const observed: Observed = {
    claimedDenials: new Set(),
    rates: new Map(),
    transitions: [],
    violations: [],
    lowestRate: 1,
    groups: new Map(),
  };
  const expect = (isRight: boolean, what: () => string): void => {
    if (!isRight) observed.violations.push(what());
  };
  const witness: Witness = {
    put: (half, batchId, held) => {
      if (!firstPut.has(half.eventId)) firstPut.set(half.eventId, now());
      if (half.kind === 'access') recordsOfBatch.set(batchId, [...(recordsOfBatch.get(batchId) ?? []), half.at]);
      if (held?.eventId === half.eventId) observed.rates.set(half.at, held.rate);
      else count('a slot taken by another half');
    },
    claim: (before, cell, batchId) => {
      if (cell.claimedBy !== batchId) count('a claim lost to the other half or another sweep');
      const isNew = before.claimedBy === null && cell.claimedBy === batchId;
      if (!isNew || cell.denial === null) return;
      const { half } = cell.denial;
      if (!takenIn.has(recordOf(half.at))) observed.claimedDenials.add(half.at);
      const waited = now() - (firstPut.get(half.eventId) ?? now());
      expect(
        waited >= graceMs - skewMaxMs,
        () => `denial at ${half.at} was claimed after ${waited} ms, before its grace was over`,
      );
    },
    list: (halves) => expect(halves <= limits.waitingPerListMax, () => `a list of ${halves} halves`),
    history: (history) => {
      const bytes = JSON.stringify(history).length;
      expect(bytes <= limits.historyBytesMax, () => `a history of ${bytes} bytes`);
    },
    transition: (next, notice, isFirst) => {
      if (isFirst) observed.transitions.push({ next, notice });
      else count('a transition lost to another invocation');
    },
    take: (isMine) => {
      if (!isMine) count('a notice in the hands of another invocation');
    },
    rate: (fixed, wanted) => {
      observed.lowestRate = Math.min(observed.lowestRate, fixed);
      if (fixed < 1) count('a batch sampled');
      if (fixed !== wanted) count('a rate fixed before');
    },
    fact: (group) => observed.groups.set(groupId(group), group),
  };
  const onIngested = (batchId: string): void => {
    for (const at of recordsOfBatch.get(batchId) ?? []) takenIn.add(at);
  };
  return { observed, witness, onIngested };
}

/** Stores that tell the oracle of all that takes effect in them. */
export function observe(inner: Stores, witness: Witness): Stores {
  return {
    ...inner,
    join: {
      ...inner.join,
      put: async (writes) => {
        const cells = await inner.join.put(writes);
        for (const [index, { half, batchId }] of writes.entries()) {
          const held = half.kind === 'denial' ? cells[index]?.denial : cells[index]?.access;
          witness.put(half, batchId, held?.half ?? null);
        }
        return cells;
      },
      claim: async (keys, batchId) => {
        const before = await inner.join.read(keys);
        const cells = await inner.join.claim(keys, batchId);
        for (const [index, cell] of cells.entries()) witness.claim(before[index] ?? EMPTY, cell, batchId);
        return cells;
      },
    },
    waiting: {
      ...inner.waiting,
      save: async (waiting) => {
        witness.list(waiting.halves.length);
        await inner.waiting.save(waiting);
      },
    },
    facts: {
      ...inner.facts,
      put: async (facts, forbidden) => {
        await inner.facts.put(facts, forbidden);
        for (const { group } of facts) witness.fact(group);
      },
    },
    history: {
      ...inner.history,
      save: async (group, history) => {
        witness.history(history);
        await inner.history.save(group, history);
      },
    },
    incidents: {
      ...inner.incidents,
      transition: async (next, notice) => {
        const isFirst = await inner.incidents.transition(next, notice);
        witness.transition(next, notice, isFirst);
        return isFirst;
      },
    },
    outbox: {
      ...inner.outbox,
      take: async (noticeId, at, until) => {
        const isMine = await inner.outbox.take(noticeId, at, until);
        witness.take(isMine);
        return isMine;
      },
    },
    storm: {
      ...inner.storm,
      fixRate: async (batchId, rate) => {
        const fixed = await inner.storm.fixRate(batchId, rate);
        witness.rate(fixed, rate);
        return fixed;
      },
      fixDenials: async (batchId, wanted) => {
        const fixed = await inner.storm.fixDenials(batchId, wanted);
        witness.rate(fixed.rate, wanted.rate);
        return fixed;
      },
    },
  };
}

const EMPTY: Cell = { denial: null, access: null, claimedBy: null };

/** The time of the access record of a denial: the traffic logs it a millisecond later. */
function recordOf(deniedAt: number): number {
  return deniedAt + 1;
}
