/**
 * The world as one invocation meets it: every item that it writes may fail before or after it took effect, hang for
 * hours, or be the last thing the process does; every read may be throttled. Writes of one call run side by side, in
 * any order, and what was under way when the process died may or may not have happened.
 */

import { MtlsWatchError } from '../../shared/errors.js';
import type { Cell, Notice } from '../../shared/model.js';
import type { HalfWrite, Publisher, Stores } from '../../shared/ports/index.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** What can go wrong with one write. */
export const writeFaults = [
  'crash before',
  'crash after',
  'failed before',
  'failed after',
  'paused before',
  'paused after',
] as const;
export type WriteFault = (typeof writeFaults)[number];

/** Every kind of item that the pipeline writes. */
export const writes = [
  'join.put',
  'join.claim',
  'waiting.save',
  'waiting.remove',
  'facts.put',
  'facts.put-forbidden',
  'groups.admit',
  'rollups.mark',
  'rollups.close',
  'rollups.unmark',
  'history.save',
  'incidents.transition',
  'outbox.take',
  'outbox.clear',
  'certificates.save',
  'storm.add-load',
  'storm.fix-rate',
  'sns.publish',
] as const;
export type Write = (typeof writes)[number];

/** The probabilities of one run, per item written or call read. */
export interface FaultRates {
  readonly byFault: Readonly<Record<WriteFault, number>>;
  readonly readFailed: number;
}

/** A process in the middle of an invocation. */
export interface Process {
  readonly name: string;
  /** How far its clock is off. */
  readonly skewMs: number;
  /** Set by a crash: nothing that it waits for ever comes back. */
  isDead: boolean;
  /** Called once when it crashes or hangs for longer than Lambda lets it. */
  readonly onLost: (how: 'crashed' | 'timed out') => void;
}

export interface Io {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** The rates now; null once the world is at peace. */
  rates(): FaultRates | null;
  count(what: string): void;
  trace(line: string): void;
  /** Told when a process that hangs will go on. */
  onHang(until: number): void;
  /** Told of every fault of the three steps of sending a notice. */
  onSendingFault(step: Write, fault: WriteFault, noticeId: string): void;
}

const LATENCY_MS = [1, 40] as const;
/** A hang long enough that Lambda gives the invocation up; what it was about to do happens all the same, later. */
const PAUSES_MS = [
  [61_000, 240_000],
  [600_000, 7_200_000],
] as const;

/** Writes and reads of one process. */
function createDisk(io: Io, process: Process) {
  const { scheduler, random } = io;
  const latency = (): number => random.between(...LATENCY_MS);

  function draw(): WriteFault | null {
    const rates = io.rates();
    if (rates === null) return null;
    let at = random.next();
    for (const fault of writeFaults) {
      at -= rates.byFault[fault];
      if (at < 0) return fault;
    }
    return null;
  }

  function fault(what: WriteFault, write: Write, label: string): void {
    io.count(`${what} ${write}`);
    io.trace(`${process.name}  ${write} ${label}  ** ${what}`);
    if (write === 'sns.publish' || write === 'outbox.take' || write === 'outbox.clear') {
      io.onSendingFault(write, what, label);
    }
  }

  const unavailable = (write: Write): MtlsWatchError =>
    new MtlsWatchError(write === 'sns.publish' ? 'publish-failed' : 'store-unavailable', 'throttled', {
      retryable: true,
    });

  function write<T>(what: Write, label: string, apply: () => Promise<T>): Promise<T> {
    const planned = draw();
    return new Promise((resolve, reject) => {
      const die = (): void => {
        process.isDead = true;
        process.onLost('crashed');
      };
      const hang = (then: () => void): void => {
        const [from, to] = random.pick(PAUSES_MS);
        const pause = random.between(from, to);
        process.onLost('timed out');
        io.onHang(scheduler.now() + pause);
        scheduler.after(pause, then);
      };
      const perform = (): void => {
        const result = apply();
        io.trace(`${process.name}  ${what} ${label}`);
        const answer = (): void => {
          if (process.isDead) return;
          result.then(resolve, reject);
        };
        if (planned === 'crash after' || planned === 'failed after' || planned === 'paused after') {
          fault(planned, what, label);
        }
        if (planned === 'crash after') die();
        else if (planned === 'failed after')
          scheduler.after(latency(), () => !process.isDead && reject(unavailable(what)));
        else if (planned === 'paused after') hang(answer);
        else scheduler.after(latency(), answer);
      };
      scheduler.after(latency(), () => {
        if (process.isDead) {
          // It was under way when the process died: nobody knows.
          if (random.chance(0.5)) {
            io.trace(`${process.name}  ${what} ${label}  (under way when it crashed)`);
            void apply();
          }
          return;
        }
        if (planned === 'crash before' || planned === 'failed before' || planned === 'paused before') {
          fault(planned, what, label);
        }
        if (planned === 'crash before') die();
        else if (planned === 'failed before') reject(unavailable(what));
        else if (planned === 'paused before') hang(() => !process.isDead && perform());
        else perform();
      });
    });
  }

  function read<T>(what: string, apply: () => Promise<T>): Promise<T> {
    const fails = random.chance(io.rates()?.readFailed ?? 0);
    return new Promise((resolve, reject) => {
      scheduler.after(latency(), () => {
        if (process.isDead) return;
        if (fails) {
          io.count('a read throttled');
          io.trace(`${process.name}  ${what}  ** throttled`);
          reject(new MtlsWatchError('store-unavailable', 'throttled', { retryable: true }));
        } else apply().then(resolve, reject);
      });
    });
  }

  return { write, read };
}

/** @param inner takes each write at the moment when it takes effect, one item at a time */
export function faultyStores(inner: Stores, io: Io, process: Process): Stores {
  const { write, read } = createDisk(io, process);
  const all = <T, R>(items: Iterable<T>, one: (item: T) => Promise<R>): Promise<R[]> =>
    Promise.all([...items].map(one));
  return {
    join: {
      put: (halves) =>
        putHalves(halves, (half) => write('join.put', labelOf(half), async () => first(await inner.join.put([half])))),
      claim: (keys, batchId) =>
        all(keys, (key) => write('join.claim', key, async () => first(await inner.join.claim([key], batchId)))),
      read: (keys) => read('join.read', () => inner.join.read(keys)),
    },
    waiting: {
      save: (waiting) =>
        write('waiting.save', `${waiting.id} of ${waiting.halves.length}`, () => inner.waiting.save(waiting)),
      due: (now, limit) => read('waiting.due', () => inner.waiting.due(now, limit)),
      remove: (waiting) => write('waiting.remove', waiting.id, () => inner.waiting.remove(waiting)),
    },
    facts: {
      put: async (facts, forbidden) => {
        await Promise.all([
          ...facts.map((fact) =>
            write('facts.put', `${fact.group.issuerDn} ${fact.group.reason} of ${fact.batchId}: ${fact.count}`, () =>
              inner.facts.put([fact], []),
            ),
          ),
          ...forbidden.map((fact) =>
            write('facts.put-forbidden', `${fact.cause} of ${fact.batchId}: ${fact.count}`, () =>
              inner.facts.put([], [fact]),
            ),
          ),
        ]);
      },
      window: (group, from, to) => read('facts.window', () => inner.facts.window(group, from, to)),
    },
    groups: {
      admit: async (scope, day, issuerDns) => {
        const admitted = await all(issuerDns, (dn) =>
          write('groups.admit', dn, () => inner.groups.admit(scope, day, [dn])),
        );
        return new Set(admitted.flatMap((set) => [...set]));
      },
    },
    rollups: {
      mark: async (hours) => {
        await all(hours, (open) => write('rollups.mark', `hour ${open.hour}`, () => inner.rollups.mark([open])));
      },
      open: (hour, limit) => read('rollups.open', () => inner.rollups.open(hour, limit)),
      close: async (open, rollup) => {
        // Two items, so two writes. Under another stamp the first one leaves the mark alone.
        const label = `hour ${open.hour}: ${rollup.count}`;
        await write('rollups.close', label, () => inner.rollups.close({ ...open, stamp: 'none' }, rollup));
        await write('rollups.unmark', label, () => inner.rollups.close(open, rollup));
      },
      load: (group, from, to) => read('rollups.load', () => inner.rollups.load(group, from, to)),
    },
    history: {
      load: (group) => read('history.load', () => inner.history.load(group)),
      save: (group, history) => write('history.save', group.issuerDn, () => inner.history.save(group, history)),
    },
    incidents: {
      load: (group) => read('incidents.load', () => inner.incidents.load(group)),
      transition: (next, notice) =>
        write('incidents.transition', `${next.incidentId} v${next.version} ${next.state} ${notice?.kind ?? ''}`, () =>
          inner.incidents.transition(next, notice),
        ),
      firing: (limit) => read('incidents.firing', () => inner.incidents.firing(limit)),
    },
    outbox: {
      pending: (limit) => read('outbox.pending', () => inner.outbox.pending(limit)),
      take: (noticeId, now, until) => write('outbox.take', noticeId, () => inner.outbox.take(noticeId, now, until)),
      clear: (noticeId) => write('outbox.clear', noticeId, () => inner.outbox.clear(noticeId)),
    },
    certificates: {
      save: async (certificates) => {
        await all(certificates, ([id, pem]) =>
          write('certificates.save', id, () => inner.certificates.save(new Map([[id, pem]]))),
        );
      },
      load: (fingerprint) => read('certificates.load', () => inner.certificates.load(fingerprint)),
    },
    storm: {
      addLoad: (minute, kind, halves) =>
        write('storm.add-load', `${kind} ${halves}`, () => inner.storm.addLoad(minute, kind, halves)),
      fixRate: (batchId, rate) =>
        write('storm.fix-rate', `${batchId} ${rate}`, () => inner.storm.fixRate(batchId, rate)),
    },
  };
}

/** SNS, with the same faults: "after" means that the notice went out all the same. */
export function faultyPublisher(deliver: (notice: Notice) => void, io: Io, process: Process): Publisher {
  const { write } = createDisk(io, process);
  return { publish: (notice) => write('sns.publish', notice.noticeId, async () => deliver(notice)) };
}

/** Cells are written side by side; halves of one cell one after the other, and each gets the cell as the last left it. */
async function putHalves(halves: readonly HalfWrite[], put: (half: HalfWrite) => Promise<Cell>): Promise<Cell[]> {
  const byKey = new Map<string, HalfWrite[]>();
  for (const half of halves) byKey.set(half.key, [...(byKey.get(half.key) ?? []), half]);
  const cells = new Map<string, Cell>();
  await Promise.all(
    [...byKey].map(async ([key, ofKey]) => {
      for (const half of ofKey) cells.set(key, await put(half));
    }),
  );
  return halves.map(({ key }) => first([cells.get(key)]));
}

function labelOf({ key, half, batchId }: HalfWrite): string {
  return `${half.kind} at ${half.at} into ${key.slice(0, 6)} by ${batchId.slice(0, 12)}`;
}

function first<T>(list: readonly (T | undefined)[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('a store answers for every item');
  return one;
}
