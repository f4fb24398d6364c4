/**
 * Writing and reading as one invocation meets it: every item that it writes may fail before or after it took effect, hang for
 * hours, or be the last thing the process does; every read may be throttled. Writes of one call run side by side, in
 * any order, and what was under way when the process died may or may not have happened.
 */

import { MtlsWatchError } from '../../shared/base/errors.js';
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
const storeWrites = [
  'join.put',
  'join.claim',
  'waiting.save',
  'waiting.remove',
  'facts.put',
  'facts.put-forbidden',
  'groups.admit',
  'groups.admit-expecting',
  'rollups.mark',
  'rollups.close',
  'rollups.unmark',
  'rollups.strike',
  'history.save',
  'incidents.transition',
  'outbox.take',
  'outbox.clear',
  'outbox.put-off',
  'certificates.save',
  'storm.add-load',
  'storm.fix-rate',
  'storm.fix-denials',
  'storm.enrol',
  'pulses.note',
  'groups.fix-trusted',
  'sns.publish',
] as const;

/** Items that only the table has, beside those of the stores. */
const tableWrites = [
  'facts.index',
  'rollups.index',
  'incidents.keep-ended',
  'incidents.strike-ended',
  'outbox.lay',
  'outbox.keep-sent',
  'outbox.take-away',
] as const;

export const writes = [...storeWrites, ...tableWrites] as const;
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
  /** Whether SNS refuses most of what it is given. */
  isSnsIll(): boolean;
  count(what: string): void;
  trace(line: () => string): void;
  /** Told when a process that hangs will go on. */
  onHang(until: number): void;
  /** Told of every fault of the three steps of sending a notice. */
  onSendingFault(step: Write, fault: WriteFault, noticeId: string): void;
}

/** The share of notices that an ill SNS refuses. */
const SNS_ILL = 0.8;
const LATENCY_MS = [1, 40] as const;
/** A hang long enough that Lambda gives the invocation up; what it was about to do happens all the same, later. */
const PAUSES_MS = [
  [61_000, 240_000],
  [600_000, 4_800_000],
] as const;

/** What one process writes and reads. */
export class Disk {
  readonly #io: Io;
  readonly #process: Process;
  /** The notice that SNS has taken and that is still in the outbox. */
  #sending: string | null = null;

  constructor(io: Io, process: Process) {
    this.#io = io;
    this.#process = process;
  }

  /** @param apply takes effect at once when it is called */
  write<T>(write: Write, label: () => string, apply: () => Promise<T>): Promise<T> {
    const { scheduler, random } = this.#io;
    const planned = this.#draw(write);
    return new Promise((resolve, reject) => {
      scheduler.after(this.#latency(), () => {
        if (this.#process.isDead) {
          // It was under way when the process died: nobody knows.
          const happens = random.chance(0.5);
          this.#sendingFault(write, happens ? 'crash after' : 'crash before', label);
          this.#note(write, label, `  (under way when it crashed${happens ? '' : ', lost'})`);
          if (happens) void apply();
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
    if (write === 'sns.publish') this.#sending = label();
    if (write === 'outbox.clear') this.#sending = null;
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

  #draw(write: Write): WriteFault | null {
    const rates = this.#io.rates();
    if (rates === null) return null;
    if (write === 'sns.publish' && this.#io.isSnsIll() && this.#io.random.chance(SNS_ILL)) return 'failed before';
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
    // Something else that the process was at may have killed it in the middle of sending.
    if (this.#sending !== null) this.#io.onSendingFault('outbox.clear', 'crash before', this.#sending);
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
    this.#sendingFault(write, fault, label);
  }

  #sendingFault(write: Write, fault: WriteFault, label: () => string): void {
    const isSending =
      write === 'sns.publish' || write === 'outbox.take' || write === 'outbox.clear' || write === 'outbox.keep-sent';
    if (isSending) this.#io.onSendingFault(write, fault, label());
  }

  #note(write: Write, label: () => string, what: string): void {
    this.#io.trace(() => `${this.#process.name}  ${write} ${label()}${what}`);
  }
}

function unavailable(write: Write): MtlsWatchError {
  const code = write === 'sns.publish' ? 'publish-failed' : 'store-unavailable';
  return new MtlsWatchError(code, 'throttled', { retryable: true });
}

/** Between the moment when SNS took the notice and the moment when it left the outbox. */
export function leavesOpenWhetherSent(step: Write, fault: WriteFault): boolean {
  if (step === 'outbox.keep-sent') return true;
  if (step === 'outbox.take') return fault.startsWith('paused');
  if (step === 'sns.publish') return fault !== 'failed before' && fault !== 'crash before';
  return step === 'outbox.clear' && fault.endsWith('before');
}
