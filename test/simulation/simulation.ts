/**
 * One simulated run: a seed decides the traffic, the deliveries, the faults and how invocations interleave; the pipeline
 * is the real one. The world is at peace in the end: no more faults, the dead letters are put through again, and the
 * sweep goes on until nothing is left to do. Then the checkers look.
 */

import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { messageOf } from '../../shared/base/errors.js';
import { loadAll } from '../../shared/base/lazily.js';
import { limits } from '../../shared/base/limits.js';
import type { Config } from '../../shared/config/settings.js';
import type { LogBatch, Notice } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import type { Stores, World } from '../../shared/ports/index.js';
import { createMemoryTable, type MemoryTable } from '../support/memory-table.js';
import { noTruststores } from '../support/world.js';
import { check } from './check.js';
import { type Disk, type FaultRates, type Io, leavesOpenWhetherSent, type Process } from './disk.js';
import { drawConfig, drawRates, drawShape, type Limits, type Shape, type StoreKind } from './draw.js';
import type { Delivered } from './ended.js';
import { storesOnFaultyTable } from './faulty-table.js';
import { faultyStores, faultyWorld } from './faulty-world.js';
import { createOracle, type Oracle, observe } from './oracle.js';
import { createRandom, type Random } from './random.js';
import { Scheduler } from './scheduler.js';
import { apis, drawTraffic } from './traffic.js';

export interface RunResult {
  readonly violations: readonly string[];
  /** How often each fault and race happened. */
  readonly counts: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Lambda retries a failed asynchronous invocation twice. */
const ATTEMPTS = 3;
/** Most processes are quick; among slow ones, others come in between at every step. */
const SLOWNESS = [1, 1, 1, 1, 1, 10, 50];
const SKEW_MAX_MS = 10_000;
/** Long enough for the last hour to be closed and the last incident to be resolved. */
const PEACE_MAX_MS = 2 * DAY;
/** After a delivery, as long as the grace, the longest hang and an incident may last. */
const ACTIVE_MS = 150 * MINUTE;
const QUIET_MS = 6 * HOUR;
/** The dead-letter queue keeps 14 days. */
const DEAD_LETTER_MS = 14 * DAY - HOUR;
/** Shortly before a batch of the first hour is too old. */
const LAST_REDRIVE_MS = 29 * DAY;
/** A list waits for 30 days. */
const AWAY_MAX_MS = 29 * DAY;

export interface SimulateOptions {
  readonly trace?: boolean;
  /** Where the state is kept; by default the seed decides. */
  readonly store?: StoreKind;
}

export async function simulate(seed: number, options: SimulateOptions = {}): Promise<RunResult> {
  // Loading takes real time, which would part what virtual time holds together.
  await loadAll();
  const random = createRandom(seed);
  const shape = drawShape(random);
  const { bounds } = shape;
  const usual = Object.fromEntries(Object.keys(bounds).map((name) => [name, limits[name as keyof Limits]]));
  Object.assign(limits, bounds);
  try {
    return await new Run(random, { ...shape, store: options.store ?? shape.store }, options.trace ?? false).run();
  } finally {
    Object.assign(limits, usual);
  }
}

/** In the minute of the hour in which the adapter looks at all days: whoever looks for what is left must see it all. */
function thoroughTime(now: number): number {
  return Math.floor(now / HOUR) * HOUR + limits.expectingAllMinute * MINUTE;
}

type Outcome = 'done' | 'failed' | 'crashed' | 'timed out';

/** What Lambda keeps between two invocations. */
interface Container {
  /** The present invocation's. */
  disk: Disk | null;
  stores: Stores | null;
  skewMs: number;
}

class Run {
  readonly #random: Random;
  readonly #isTracing: boolean;
  readonly #isStorm: boolean;
  readonly #start: number;
  readonly #scheduler: Scheduler;
  readonly #config: Config;
  /** The settings with a name for the API that has none, and how often an invocation finds them: a deployment under way. */
  readonly #renamed: Config;
  readonly #changing: number;
  readonly #rates: FaultRates;
  readonly #skewMs: number;
  readonly #snsIll: { readonly from: number; readonly to: number };
  readonly #counts = new Map<string, number>();
  readonly #trace: string[] = [];
  readonly #table: MemoryTable;
  /** Behind every fault. */
  readonly #stores: Stores;
  readonly #storeKind: StoreKind;
  /** Of Lambda's containers those that have nothing to do. */
  readonly #idle: Container[] = [];
  readonly #oracle: Oracle;
  readonly #isLong: boolean;
  /** When the sweep does not run, for days at times. */
  readonly #away: { readonly from: number; readonly to: number };
  /** When something is delivered; around these times the sweep runs every minute. */
  readonly #deliveryTimes: number[] = [];
  readonly #delivered: Delivered[] = [];
  /** Notices whose sending was cut off at a point where nobody can know whether they went out. */
  readonly #ambiguous = new Set<string>();
  readonly #dead: LogBatch[] = [];
  /** Deliveries to come, and invocations of which it is not known how they end. */
  #open = 0;
  /** Invocations of which Lambda still waits for the end. */
  #active = 0;
  /** Until when something other than the sweep is or was at work. */
  #busyUntil = 0;
  #lookedAt = 0;
  /** What a sweep at peace left to do; empty when all is done. */
  #leftovers: readonly string[] = ['no sweep at peace'];
  #isAtPeace = false;
  #peaceAt = 0;

  constructor(random: Random, { isStorm, store, isLong }: Shape, isTracing: boolean) {
    this.#random = random;
    this.#isStorm = isStorm;
    this.#storeKind = store;
    this.#isLong = isLong;
    this.#isTracing = isTracing;
    // Runs begin shortly before the turn of an hour, and some of them before midnight.
    this.#start = Date.UTC(2026, 10, 20, random.pick([9, 23]), random.between(30, 59));
    this.#scheduler = new Scheduler(this.#start);
    this.#config = drawConfig(random);
    const unnamed = apis.find((api) => !api.isNamed);
    this.#renamed = {
      ...this.#config,
      domains: { ...this.#config.domains, [unnamed?.apiId ?? '']: unnamed?.domain ?? '' },
    };
    // Only in a storm: else the checkers know under which scope a denial counts that comes alone.
    this.#changing = isStorm && random.chance(0.5) ? 0.5 : 0;
    this.#rates = drawRates(random);
    const illFrom = this.#start + random.between(0, 30) * MINUTE;
    this.#snsIll = { from: illFrom, to: random.chance(0.3) ? illFrom + random.between(10, 60) * MINUTE : illFrom };
    this.#skewMs = random.pick([0, SKEW_MAX_MS]);
    const lags = [0, 0, 5 * HOUR, 2 * DAY] as const;
    this.#table = createMemoryTable({ now: () => this.#scheduler.now(), lagMs: () => random.pick(lags) });
    this.#stores =
      store === 'memory'
        ? createMemoryStores()
        : createStoresOn(this.#table, { now: () => thoroughTime(this.#scheduler.now()) });
    // Half of those times begin while the clients call, so that their lists are what waits.
    const awayFrom = this.#start + random.between(0, random.pick([HOUR, 15 * DAY]));
    const awayTo = this.#isLong && random.chance(0.4) ? awayFrom + random.between(HOUR, AWAY_MAX_MS) : awayFrom;
    this.#away = { from: awayFrom, to: awayTo };
    this.#oracle = createOracle({
      now: () => this.#scheduler.now(),
      count: (what) => this.#count(what),
      graceMs: this.#config.graceMinutes * MINUTE,
      skewMaxMs: 2 * this.#skewMs,
    });
  }

  async run(): Promise<RunResult> {
    const traffic = drawTraffic(this.#random, { start: this.#start, isStorm: this.#isStorm, isLong: this.#isLong });
    let latest = 0;
    for (const { at, batch } of traffic.deliveries) {
      if (at < latest) this.#count('a batch delivered out of order');
      latest = Math.max(latest, at);
      this.#deliver(batch, at - this.#start, `ingest ${batch.batchId.slice(0, 6)}`);
    }
    for (const { at, batch } of traffic.tooLate) {
      this.#count('a batch that came too late');
      this.#deliver(batch, at - this.#start, `ingest ${batch.batchId.slice(0, 6)}`);
    }
    this.#countDeliveries(traffic.deliveries.map(({ batch }) => batch));
    this.#scheduler.after(MINUTE, () => this.#tick());
    await this.#scheduler.run(() => this.#isOver());
    const violations = [
      ...this.#oracle.observed.violations,
      ...this.#leftovers,
      ...(await check({
        traffic,
        isStorm: this.#isStorm,
        isLong: this.#isLong,
        away: this.#away,
        stores: this.#stores,
        observed: this.#oracle.observed,
        delivered: this.#delivered,
        ambiguous: this.#ambiguous,
      })),
    ];
    return { violations, counts: this.#counts, trace: this.#trace };
  }

  #countDeliveries(batches: readonly LogBatch[]): void {
    const ids = new Set<string>();
    const events = new Map<string, number>();
    for (const batch of batches) {
      if (ids.has(batch.batchId)) this.#count('a batch delivered again');
      else {
        for (const { id } of batch.events) events.set(id, (events.get(id) ?? 0) + 1);
      }
      ids.add(batch.batchId);
    }
    for (const times of events.values()) if (times > 1) this.#count('an event in several batches');
  }

  /** CloudWatch Logs hands a batch to the ingest function, as Lambda runs it: three attempts, then the dead letters. */
  #deliver(batch: LogBatch, delayMs: number, name: string): void {
    this.#open++;
    this.#deliveryTimes.push(this.#scheduler.now() + delayMs);
    const attempt = (n: number): void => {
      this.#invoke(
        `${name}#${n}`,
        (world) => ingestBatch(batch, world),
        (outcome) => {
          if (outcome === 'done') {
            this.#oracle.onIngested(batch.batchId);
            this.#busyUntil = Math.max(this.#busyUntil, this.#scheduler.now());
            this.#open--;
          } else if (n < ATTEMPTS) {
            this.#count('an invocation retried');
            this.#scheduler.after(n * this.#random.between(30_000, 90_000), () => attempt(n + 1));
          } else {
            this.#count('a batch to the dead letters');
            this.#bury(batch, name);
            this.#open--;
          }
        },
      );
    };
    this.#scheduler.after(delayMs, () => attempt(1));
  }

  /**
   * In weeks somebody puts a dead letter through days later, while the faults go on, and again within the hour where that
   * fails: the peace comes when it may be too old. Else it waits for the peace.
   */
  #bury(batch: LogBatch, name: string): void {
    if (!this.#isLong) {
      this.#dead.push(batch);
      return;
    }
    const now = this.#scheduler.now();
    if (name.startsWith('late ')) {
      this.#deliver(batch, HOUR, name);
      return;
    }
    const at = Math.min(now + this.#random.between(HOUR, DEAD_LETTER_MS), this.#start + LAST_REDRIVE_MS);
    this.#count('a dead letter put through days later');
    this.#deliver(batch, Math.max(0, at - now), `late ${name}`);
  }

  /** Every minute while something happens. Over quiet days a sweep finds nothing, and some of them stand for all. */
  #nextTick(): number {
    const now = this.#scheduler.now();
    const last = Math.max(this.#busyUntil, ...this.#deliveryTimes.filter((at) => at <= now));
    if (this.#isAtPeace || !this.#isLong || now - last < ACTIVE_MS) return MINUTE;
    const next = Math.min(...this.#deliveryTimes.filter((at) => at > now));
    return Math.max(MINUTE, Math.min(QUIET_MS, next - now));
  }

  #tick(): void {
    this.#scheduler.after(this.#nextTick(), () => this.#tick());
    const now = this.#scheduler.now();
    if (!this.#isAtPeace && this.#away.from <= now && now < this.#away.to) {
      this.#count('a sweep that stayed away');
      return;
    }
    this.#invoke('sweep', sweepAll, (outcome) => {
      if (outcome !== 'done') this.#count('a sweep cut off');
      if (this.#isAtPeace) void this.#look();
    });
  }

  #invoke(name: string, handle: (world: World) => Promise<unknown>, onEnd: (outcome: Outcome) => void): void {
    let isEnded = false;
    const end = (outcome: Outcome, why = ''): void => {
      if (isEnded) return;
      isEnded = true;
      if (outcome === 'done' || outcome === 'failed') this.#idle.push(container);
      if (outcome !== 'done') this.#note(() => `${process.name}  ${outcome} ${why}`);
      this.#active--;
      onEnd(outcome);
    };
    const process: Process = {
      name,
      skewMs: this.#random.between(-this.#skewMs, this.#skewMs),
      slowness: this.#random.pick(SLOWNESS),
      isDead: false,
      onLost: (how) => {
        if (how === 'timed out') this.#count('an invocation that finished late');
        end(how);
      },
    };
    if (process.skewMs !== 0) this.#count('an invocation with a clock that is off');
    this.#active++;
    const io = this.#io();
    const { container, storesOn } = this.#container(process);
    const world: World = {
      config: this.#random.chance(this.#changing) ? this.#renamed : this.#config,
      clock: { now: () => this.#scheduler.now() + process.skewMs },
      ...faultyWorld(storesOn, (notice) => this.#receive(notice), io, process),
      truststores: noTruststores,
    };
    if (name !== 'sweep') this.#note(() => `${name}  begins, clock off by ${process.skewMs} ms`);
    handle(world).then(
      () => end('done'),
      (error: unknown) => end('failed', messageOf(error)),
    );
  }

  /** An idle container, which remembers what it has seen, or a new one. */
  #container(process: Process): { container: Container; storesOn: (disk: Disk) => Stores } {
    const { witness } = this.#oracle;
    const known = this.#random.chance(0.5) ? this.#idle.pop() : undefined;
    const container: Container = known ?? { disk: null, stores: null, skewMs: 0 };
    container.skewMs = process.skewMs;
    const storesOn = (disk: Disk): Stores => {
      container.disk = disk;
      if (this.#storeKind === 'memory') return faultyStores(observe(this.#stores, witness), disk);
      const clock = { now: () => this.#scheduler.now() + container.skewMs };
      container.stores ??= storesOnFaultyTable(this.#table, clock, () => container.disk ?? disk, witness);
      return container.stores;
    };
    return { container, storesOn };
  }

  #io(): Io {
    return {
      scheduler: this.#scheduler,
      random: this.#random,
      rates: () => (this.#isAtPeace ? null : this.#rates),
      isSnsIll: () => this.#snsIll.from <= this.#scheduler.now() && this.#scheduler.now() < this.#snsIll.to,
      count: (what) => this.#count(what),
      trace: (line) => this.#note(line),
      onHang: (until) => {
        this.#busyUntil = Math.max(this.#busyUntil, until + MINUTE);
      },
      onSendingFault: (step, fault, noticeId) => {
        if (leavesOpenWhetherSent(step, fault)) this.#ambiguous.add(noticeId);
      },
    };
  }

  #receive(notice: Notice): void {
    this.#delivered.push({ notice, at: this.#scheduler.now() });
    this.#note(() => `SNS  ${notice.kind} ${notice.noticeId} of ${notice.incidentId}`);
  }

  /** Peace begins when nothing is on its way any more; the run is over when nothing is left to do. */
  #isOver(): boolean {
    if (this.#open > 0) return false;
    if (!this.#isAtPeace) {
      this.#isAtPeace = true;
      this.#peaceAt = this.#scheduler.now();
      this.#note(() => 'the faults are over');
    }
    const letters = this.#dead.splice(0);
    for (const [index, batch] of letters.entries()) {
      this.#count('a dead letter put through again');
      this.#deliver(batch, index * 10, `redrive ${batch.batchId.slice(0, 6)}`);
    }
    if (letters.length > 0 || this.#active > 0) return false;
    const now = this.#scheduler.now();
    if (now - this.#peaceAt > PEACE_MAX_MS) return true;
    return this.#lookedAt > this.#busyUntil && this.#leftovers.length === 0;
  }

  /** Looks for what the sweep has still to do, behind every fault. */
  async #look(): Promise<void> {
    const { waiting, outbox, incidents, rollups } = this.#stores;
    const all = Number.MAX_SAFE_INTEGER;
    this.#lookedAt = this.#scheduler.now();
    const left: readonly (readonly [string, number])[] = [
      ['waiting lists', (await waiting.due(all, all)).length],
      ['notices in the outbox', (await outbox.pending(all)).length],
      ['firing incidents', (await incidents.firing(all)).length],
      ['hours to close', (await rollups.open(all, all)).length],
    ];
    this.#leftovers = left.flatMap(([what, count]) => (count > 0 ? [`left in the end: ${count} ${what}`] : []));
  }

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #note(line: () => string): void {
    if (!this.#isTracing) return;
    const time = new Date(this.#scheduler.now()).toISOString().slice(5, 23).replace('T', ' ');
    this.#trace.push(`${time}  ${line()}`);
  }
}

/** What the sweep function does every minute. */
async function sweepAll(world: World): Promise<void> {
  const { failures } = await sweep(world);
  if (failures.length > 0) throw new AggregateError(failures, 'a part of the sweep failed');
}

/** What the ingest function does with each batch. */
async function ingestBatch(batch: LogBatch, world: World): Promise<void> {
  await ingest(batch, world, (groups, written) => alert(groups, world, written));
}
