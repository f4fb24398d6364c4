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
  /** How many times longer than usual every step takes. */
  readonly slowness: number;
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
  trace(line: () => string): void;
  /** Told when a process that hangs will go on. */
  onHang(until: number): void;
  /** Told of every fault of the three steps of sending a notice. */
  onSendingFault(step: Write, fault: WriteFault, noticeId: string): void;
}

const LATENCY_MS = [1, 40] as const;
/** A hang long enough that Lambda gives the invocation up; what it was about to do happens all the same, later. */
const PAUSES_MS = [
  [61_000, 240_000],
  [600_000, 4_800_000],
] as const;

/** What one process writes and reads. */
class Disk {
  readonly #io: Io;
  readonly #process: Process;

  constructor(io: Io, process: Process) {
    this.#io = io;
    this.#process = process;
  }

  /** @param apply takes effect at once when it is called */
  write<T>(write: Write, label: () => string, apply: () => Promise<T>): Promise<T> {
    const { scheduler, random } = this.#io;
    const planned = this.#draw();
    return new Promise((resolve, reject) => {
      scheduler.after(this.#latency(), () => {
        if (this.#process.isDead) {
          // It was under way when the process died: nobody knows.
          if (!random.chance(0.5)) return;
          this.#note(write, label, '  (under way when it crashed)');
          void apply();
          return;
        }
        if (planned?.endsWith('before')) this.#fault(planned, write, label);
        if (planned === 'crash before') this.#die();
        else if (planned === 'failed before') reject(unavailable(write));
        else if (planned === 'paused before') {
          this.#hang(() => this.#perform(null, write, label, apply, resolve, reject));
        } else this.#perform(planned, write, label, apply, resolve, reject);
      });
    });
  }

  #perform<T>(
    planned: WriteFault | null,
    write: Write,
    label: () => string,
    apply: () => Promise<T>,
    resolve: (value: T | Promise<T>) => void,
    reject: (error: Error) => void,
  ): void {
    if (this.#process.isDead) return;
    const result = apply();
    this.#note(write, label, '');
    if (planned !== null) this.#fault(planned, write, label);
    if (planned === 'crash after') this.#die();
    else if (planned === 'failed after') this.#unlessDead(this.#latency(), () => reject(unavailable(write)));
    else if (planned === 'paused after') this.#hang(() => this.#unlessDead(0, () => resolve(result)));
    else this.#unlessDead(this.#latency(), () => resolve(result));
  }

  read<T>(what: string, apply: () => Promise<T>): Promise<T> {
    const { scheduler, random } = this.#io;
    const latency = this.#latency();
    const fails = random.chance(this.#io.rates()?.readFailed ?? 0);
    // With nobody else about, nothing can come in between.
    if (!fails && scheduler.skip(latency)) return apply();
    return new Promise((resolve, reject) => {
      this.#unlessDead(latency, () => {
        if (fails) {
          this.#io.count('a read throttled');
          this.#io.trace(() => `${this.#process.name}  ${what}  ** throttled`);
          reject(new MtlsWatchError('store-unavailable', 'throttled', { retryable: true }));
        } else resolve(apply());
      });
    });
  }

  #latency(): number {
    return this.#io.random.between(...LATENCY_MS) * this.#process.slowness;
  }

  #draw(): WriteFault | null {
    const rates = this.#io.rates();
    if (rates === null) return null;
    let at = this.#io.random.next();
    for (const fault of writeFaults) {
      at -= rates.byFault[fault];
      if (at < 0) return fault;
    }
    return null;
  }

  #unlessDead(delayMs: number, run: () => void): void {
    this.#io.scheduler.after(delayMs, () => {
      if (!this.#process.isDead) run();
    });
  }

  #die(): void {
    this.#process.isDead = true;
    this.#process.onLost('crashed');
  }

  #hang(then: () => void): void {
    const { scheduler, random } = this.#io;
    const [from, to] = random.pick(PAUSES_MS);
    const pause = random.between(from, to);
    this.#process.onLost('timed out');
    this.#io.onHang(scheduler.now() + pause);
    scheduler.after(pause, then);
  }

  #fault(fault: WriteFault, write: Write, label: () => string): void {
    this.#io.count(`${fault} ${write}`);
    this.#note(write, label, `  ** ${fault}`);
    if (write === 'sns.publish' || write === 'outbox.take' || write === 'outbox.clear') {
      this.#io.onSendingFault(write, fault, label());
    }
  }

  #note(write: Write, label: () => string, what: string): void {
    this.#io.trace(() => `${this.#process.name}  ${write} ${label()}${what}`);
  }
}

function unavailable(write: Write): MtlsWatchError {
  const code = write === 'sns.publish' ? 'publish-failed' : 'store-unavailable';
  return new MtlsWatchError(code, 'throttled', { retryable: true });
}

/** @param inner takes each write at the moment when it takes effect, one item at a time */
export function faultyStores(inner: Stores, io: Io, process: Process): Stores {
  const disk = new Disk(io, process);
  const all = <T, R>(items: Iterable<T>, one: (item: T) => Promise<R>): Promise<R[]> =>
    Promise.all([...items].map(one));
  return {
    join: {
      put: (halves) =>
        putHalves(halves, (half) =>
          disk.write(
            'join.put',
            () => labelOf(half),
            async () => first(await inner.join.put([half])),
          ),
        ),
      claim: (keys, batchId) =>
        all(keys, (key) =>
          disk.write(
            'join.claim',
            () => key,
            async () => first(await inner.join.claim([key], batchId)),
          ),
        ),
      read: (keys) => disk.read('join.read', () => inner.join.read(keys)),
    },
    waiting: {
      save: (waiting) =>
        disk.write(
          'waiting.save',
          () => `${waiting.id} of ${waiting.halves.length}`,
          () => inner.waiting.save(waiting),
        ),
      due: (now, limit) => disk.read('waiting.due', () => inner.waiting.due(now, limit)),
      remove: (waiting) =>
        disk.write(
          'waiting.remove',
          () => waiting.id,
          () => inner.waiting.remove(waiting),
        ),
    },
    facts: {
      put: async (facts, forbidden) => {
        await Promise.all([
          ...facts.map((fact) =>
            disk.write(
              'facts.put',
              () => `${fact.group.issuerDn} ${fact.group.reason} of ${fact.batchId}: ${fact.count}`,
              () => inner.facts.put([fact], []),
            ),
          ),
          ...forbidden.map((fact) =>
            disk.write(
              'facts.put-forbidden',
              () => `${fact.cause} of ${fact.batchId}: ${fact.count}`,
              () => inner.facts.put([], [fact]),
            ),
          ),
        ]);
      },
      window: (group, from, to) => disk.read('facts.window', () => inner.facts.window(group, from, to)),
    },
    groups: {
      admit: async (scope, day, issuerDns) => {
        const admitted = await all(issuerDns, (dn) =>
          disk.write(
            'groups.admit',
            () => dn,
            () => inner.groups.admit(scope, day, [dn]),
          ),
        );
        return new Set(admitted.flatMap((set) => [...set]));
      },
    },
    rollups: {
      mark: async (hours) => {
        await all(hours, (open) =>
          disk.write(
            'rollups.mark',
            () => `hour ${open.hour}`,
            () => inner.rollups.mark([open]),
          ),
        );
      },
      open: (hour, limit) => disk.read('rollups.open', () => inner.rollups.open(hour, limit)),
      close: async (open, rollup) => {
        // Two items, so two writes. Under another stamp the first one leaves the mark alone.
        const label = `hour ${open.hour}: ${rollup.count}`;
        await disk.write(
          'rollups.close',
          () => label,
          () => inner.rollups.close({ ...open, stamp: 'none' }, rollup),
        );
        await disk.write(
          'rollups.unmark',
          () => label,
          () => inner.rollups.close(open, rollup),
        );
      },
      load: (group, from, to) => disk.read('rollups.load', () => inner.rollups.load(group, from, to)),
    },
    history: {
      load: (group) => disk.read('history.load', () => inner.history.load(group)),
      save: (group, history) =>
        disk.write(
          'history.save',
          () => group.issuerDn,
          () => inner.history.save(group, history),
        ),
    },
    incidents: {
      load: (group) => disk.read('incidents.load', () => inner.incidents.load(group)),
      transition: (next, notice) =>
        disk.write(
          'incidents.transition',
          () => `${next.incidentId} v${next.version} ${next.state} ${notice?.kind ?? ''}`,
          () => inner.incidents.transition(next, notice),
        ),
      firing: (limit) => disk.read('incidents.firing', () => inner.incidents.firing(limit)),
    },
    outbox: {
      pending: (limit) => disk.read('outbox.pending', () => inner.outbox.pending(limit)),
      take: (noticeId, now, until) =>
        disk.write(
          'outbox.take',
          () => noticeId,
          () => inner.outbox.take(noticeId, now, until),
        ),
      clear: (noticeId) =>
        disk.write(
          'outbox.clear',
          () => noticeId,
          () => inner.outbox.clear(noticeId),
        ),
    },
    certificates: {
      save: async (certificates) => {
        await all(certificates, ([id, pem]) =>
          disk.write(
            'certificates.save',
            () => id,
            () => inner.certificates.save(new Map([[id, pem]])),
          ),
        );
      },
      load: (fingerprint) => disk.read('certificates.load', () => inner.certificates.load(fingerprint)),
    },
    storm: {
      addLoad: (minute, kind, halves) =>
        disk.write(
          'storm.add-load',
          () => `${kind} ${halves}`,
          () => inner.storm.addLoad(minute, kind, halves),
        ),
      fixRate: (batchId, rate) =>
        disk.write(
          'storm.fix-rate',
          () => `${batchId} ${rate}`,
          () => inner.storm.fixRate(batchId, rate),
        ),
    },
    silences: {
      save: (silence) => inner.silences.save(silence),
      list: () => disk.read('silences.list', () => inner.silences.list()),
    },
  };
}

/** SNS, with the same faults: "after" means that the notice went out all the same. */
export function faultyPublisher(deliver: (notice: Notice) => void, io: Io, process: Process): Publisher {
  const disk = new Disk(io, process);
  return {
    publish: (notice) =>
      disk.write(
        'sns.publish',
        () => notice.noticeId,
        async () => deliver(notice),
      ),
  };
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
