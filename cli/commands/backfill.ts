/** `mtls-watch backfill`: counts exported logs of the past in the deployed stack. Says what it costs before it starts. */

import { setTimeout as wait } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { objectName, type Plan, planOf } from '../../shared/backfill/plan.js';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import { type MtlsWatchError, messageOf, unreadable, usage } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { DAY_MS, HOUR_MS } from '../../shared/base/time.js';
import { BUCKET_NAME, type Config } from '../../shared/config/settings.js';
import type { BackfillBucket, BackfillStart, ExportedObject, Outcome } from '../../shared/ports/backfill.js';
import type { Clock } from '../../shared/ports/index.js';
import { type BackfillLoad, backfillCost, backfillSeconds } from '../cost/backfill.js';
import { type CostLine, sumOf } from '../cost/model.js';
import { PRICES_OF, REGION } from '../cost/prices.js';
import { deployedHere, outputOf, type StackOptions, withStack } from '../deployed/stack.js';
import { pc } from '../terminal/colors.js';
import { note } from '../terminal/notes.js';
import { jsonLine, type Output, table } from '../terminal/table.js';

export interface BackfillOptions extends StackOptions {
  readonly from: string;
  readonly to: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly again?: boolean;
  readonly tolerate: number;
  /** False with `--no-wait`. */
  readonly wait: boolean;
  readonly json?: boolean;
}

export interface BackfillWorld {
  readonly history: NonNullable<Config['history']>;
  readonly rollupDays: number;
  readonly bucket: BackfillBucket;
  /** At most one object more than is allowed. */
  readonly list: (bucket: string, prefix: string, most: number) => Promise<readonly ExportedObject[]>;
  readonly start: (start: BackfillStart) => Promise<void>;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly output: Output;
  /** Where progress goes. */
  readonly notes: Output;
}

async function here(options: StackOptions): Promise<BackfillWorld> {
  const [{ config }, name] = await Promise.all([
    deployedHere(options),
    outputOf('BackfillBucketName', 'a stack with the setting "history"', options),
  ]);
  if (config.history === null) throw usage('the deployed settings have no "history"; expected it, with the exports');
  const [{ S3Client }, { createBackfillBucket }, { listLogObjects }, { startBackfill }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('../../shared/adapters/aws/backfill-bucket.js'),
    import('../../shared/adapters/aws/log-objects.js'),
    import('../../shared/adapters/aws/backfill-start.js'),
  ]);
  return {
    history: config.history,
    rollupDays: config.retention.rollupDays,
    bucket: createBackfillBucket(new S3Client({}), name),
    list: async (bucket, prefix, most) =>
      (await listLogObjects(bucket, prefix, most)).map(({ key, etag, bytes, writtenAt }) => ({
        ...{ bucket, key, etag, bytes, writtenAt },
      })),
    start: (start) => startBackfill(name, start),
    clock: systemClock,
    sleep: wait,
    output: process.stdout,
    notes: { write: note },
  };
}

export function backfillCommand(world: (options: StackOptions) => Promise<BackfillWorld> = here): Command {
  return withStack(new Command('backfill'))
    .argument('<exports...>', 's3://bucket/prefix, below what the setting "history" names')
    .requiredOption('--from <time>', 'the first day or whole hour (UTC) to count')
    .requiredOption('--to <time>', 'the day or whole hour (UTC) at which to end; it is not counted itself')
    .option('--dry-run', 'say how many objects and bytes it is and what it costs, and start nothing')
    .option('--yes', 'start it')
    .option('--again', 'read objects again that were read before, such as after a change of the settings')
    .option('--tolerate <n>', 'objects that may be unreadable; without it, nothing is counted if one is', whole, 0)
    .option('--no-wait', 'do not wait for the end')
    .option('--json', 'one JSON object a line')
    .action(async (exports: readonly string[], options: BackfillOptions) => {
      // What was typed wrong is told before anything is asked of AWS.
      hoursOf(options);
      placesOf(exports);
      process.exitCode = await backfill(exports, options, await world(options));
    });
}

/** @returns 0 done, or said in a dry run; 1 not started for want of `--yes`, or all or a day of it failed */
export async function backfill(
  exports: readonly string[],
  options: BackfillOptions,
  world: BackfillWorld,
): Promise<number> {
  const span = spanOf(options, world);
  const objects = await listed(exports, world);
  const read = options.again === true ? new Set<string>() : await world.bucket.read();
  const plan = planOf(objects, read, span.from * HOUR_MS);
  const load = loadOf(plan, span);
  const lines = backfillCost(load);
  if (options.json === true) world.output.write(jsonLine({ type: 'plan', ...load, dollars: sumOf(lines) }));
  else world.output.write(planText(plan, load, lines, world.history.concurrency));
  if (plan.tooLarge.length > options.tolerate) throw tooLarge(plan.tooLarge);
  if (options.dryRun === true) return 0;
  if (options.yes !== true) {
    world.notes.write('Nothing was started; expected --yes to start it, or --dry-run\n');
    return 1;
  }
  await refuseSecond(world);
  const run = new Date(world.clock.now()).toISOString().replace(/\W/g, '');
  await world.bucket.putRun(run, plan.parts);
  try {
    await world.start({ run, parts: plan.parts.length, ...span, tolerated: options.tolerate });
  } catch (error) {
    // Without an outcome the run would be taken for one that goes on.
    await world.bucket.putOutcome(run, { error: `not started: ${messageOf(error)}` });
    throw error;
  }
  world.notes.write(`started ${run}; what it says is in ${world.bucket.failuresUri(run).replace('failed/', '')}\n`);
  return options.wait ? waitFor(run, options, world) : 0;
}

interface Span {
  /** Hours since the epoch, the last one exclusive. */
  readonly from: number;
  readonly to: number;
}

/** @throws MtlsWatchError `usage` */
function hoursOf({ from, to }: Pick<BackfillOptions, 'from' | 'to'>): Span {
  const span = { from: hourOption('--from', from), to: hourOption('--to', to) };
  if (span.to <= span.from) throw usage(`--to got ${to}; expected a time after --from`);
  return span;
}

/** @throws MtlsWatchError `usage` */
function spanOf(options: BackfillOptions, { clock, rollupDays }: BackfillWorld): Span {
  const { from, to } = options;
  const span = hoursOf(options);
  const now = Math.floor(clock.now() / HOUR_MS);
  const iso = (hour: number): string => new Date(hour * HOUR_MS).toISOString().slice(0, 13);
  if (span.to > now - 1) {
    throw usage(`--to got ${to}; expected ${iso(now - 1)}Z or earlier, when the last hour has been over for an hour`);
  }
  const oldest = Math.ceil((clock.now() - rollupDays * DAY_MS) / HOUR_MS);
  if (span.from < oldest) {
    throw usage(`--from got ${from}; expected ${iso(oldest)}Z or later: sums are kept for ${rollupDays} days`);
  }
  return span;
}

function hourOption(name: string, text: string): number {
  const isTime = /^\d{4}-\d\d-\d\d(?:T\d\d(?::00(?::00)?)?Z)?$/.test(text);
  const at = isTime ? Date.parse(text.replace(/T(\d\d)Z$/, 'T$1:00Z')) : Number.NaN;
  // JavaScript takes 31 February for 3 March.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 10)))
    throw usage(
      `${name} got ${clean(text, 40)}; expected a day or a whole hour, such as 2026-06-15 or 2026-06-15T08:00Z`,
    );
  return at / HOUR_MS;
}

interface Place {
  readonly uri: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** @throws MtlsWatchError `usage` */
function placesOf(exports: readonly string[]): Place[] {
  return exports.map((uri) => {
    const [, bucket, prefix = ''] = /^s3:\/\/([a-z0-9.-]{3,63})\/(.{0,1024})$/.exec(uri) ?? [];
    if (bucket === undefined) throw usage(`got ${clean(uri, 200)}; expected s3://bucket/prefix; ${BUCKET_NAME}`);
    return { uri, bucket, prefix };
  });
}

/** @throws MtlsWatchError `usage`, `unreadable-input` */
async function listed(
  exports: readonly string[],
  { history, list }: BackfillWorld,
): Promise<readonly ExportedObject[]> {
  const found = new Map<string, ExportedObject>();
  for (const { uri, bucket, prefix } of placesOf(exports)) {
    if (!history.exports.some((named) => uri.startsWith(named))) {
      throw usage(
        `${clean(uri, 200)} may not be read; expected it below ${history.exports.join(' or ')}, or that prefix in the setting history.exports`,
      );
    }
    const objects = await list(bucket, prefix, backfillLimits.objectsMax);
    if (objects.length === 0) {
      throw unreadable(`${clean(uri, 200)}: there is no object whose key begins so; check the prefix`);
    }
    for (const object of objects) found.set(objectName(object), object);
    if (found.size > backfillLimits.objectsMax) {
      throw usage(
        `${clean(uri, 200)}: more than ${backfillLimits.objectsMax} objects; expected a longer prefix, and several runs`,
      );
    }
  }
  return [...found.values()];
}

function loadOf({ parts, objects }: Plan, { from, to }: Span): BackfillLoad {
  const all = parts.flatMap((part) => part.objects);
  const bytesOf = (isZipped: boolean): number =>
    all.filter(({ key }) => /\.gz(?:ip)?$/.test(key) === isZipped).reduce((sum, { bytes }) => sum + bytes, 0);
  const days = Math.ceil(to / 24) - Math.floor(from / 24);
  return { objects, parts: parts.length, days, zippedBytes: bytesOf(true), plainBytes: bytesOf(false) };
}

function planText(
  { known, older, tooLarge: large }: Plan,
  load: BackfillLoad,
  lines: readonly CostLine[],
  concurrency: number,
): string {
  const { objects, zippedBytes, plainBytes, days } = load;
  const minutes = Math.ceil(backfillSeconds(load, concurrency) / 60);
  const left = [
    ...(known.length === 0 ? [] : [`${known.length} read before`]),
    ...(older.length === 0 ? [] : [`${older.length} written before --from`]),
    ...(large.length === 0 ? [] : [`${large.length} too large`]),
  ];
  return [
    `${pc.bold(`${objects} objects, ${size(zippedBytes + plainBytes)}, ${days} days, about ${money(sumOf(lines))}`)}`,
    left.length === 0 ? '' : ` (not read: ${left.join(', ')})`,
    `\nabout ${minutes} min with ${concurrency} functions at once; prices of ${REGION} as quoted until ${PRICES_OF}, without free tiers\n\n`,
    table(
      ['Service', 'What', 'Quantity', 'Dollars', 'Basis'],
      lines.map(({ service, what, quantity, dollars, basis }) => [
        service,
        what,
        Math.ceil(quantity).toLocaleString('en'),
        money(dollars),
        basis,
      ]),
      [2, 3],
    ),
    '\n',
  ].join('');
}

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function money(dollars: number): string {
  return dollars > 0 && dollars < 0.01 ? '<$0.01' : `$${dollars.toFixed(2)}`;
}

function tooLarge(objects: readonly ExportedObject[]): MtlsWatchError {
  const [first] = objects;
  const others = objects.length > 1 ? ` (and ${objects.length - 1} more)` : '';
  const name = first === undefined ? '' : `${objectName(first)} has ${size(first.bytes)}`;
  return usage(
    `${name}${others}; expected at most ${size(backfillLimits.objectBytesMax)}, which one function reads in its time. ` +
      `Write it again in smaller objects, or leave it out with --tolerate ${objects.length}`,
  );
}

/** Longer ago, the state machine has ended it. */
const RUNS_MS_MAX = 7 * DAY_MS;

/** Two runs at once would each sum up a day from what the other has not read yet. @throws MtlsWatchError `usage` */
async function refuseSecond({ bucket, clock }: BackfillWorld): Promise<void> {
  const last = (await bucket.runs()).at(-1);
  if (last === undefined || (await bucket.outcome(last)) !== null) return;
  const [, day = '', time = ''] = /^(\d{8})T(\d{6})/.exec(last) ?? [];
  const at = Date.parse(
    `${day.replace(/(\d{4})(\d\d)(\d\d)/, '$1-$2-$3')}T${time.replace(/(\d\d)(\d\d)(\d\d)/, '$1:$2:$3')}Z`,
  );
  if (clock.now() - at > RUNS_MS_MAX) return;
  throw usage(
    `the run ${last} has not ended; expected to wait for it. Stopped by hand, it leaves no ${bucket.failuresUri(last).replace('failed/', 'outcome.json')}: write {"error":"stopped"} there`,
  );
}

const POLL_MS = 5_000;

async function waitFor(
  run: string,
  { json }: BackfillOptions,
  { bucket, clock, sleep, output, notes }: BackfillWorld,
): Promise<number> {
  const end = clock.now() + RUNS_MS_MAX;
  let outcome: Outcome | null = null;
  while (outcome === null) {
    await sleep(POLL_MS);
    outcome = await bucket.outcome(run);
    if (outcome === null && clock.now() > end) {
      const days = RUNS_MS_MAX / DAY_MS;
      notes.write(
        `${run} left no outcome in the ${days} days that a run lasts at most; expected it. See its execution in Step Functions, then start again\n`,
      );
      return 1;
    }
  }
  if (json === true) output.write(jsonLine({ type: 'outcome', run, ...outcome }));
  else output.write(outcomeText(outcome));
  return outcome.error === null && outcome.leftOut.length === 0 ? 0 : 1;
}

function outcomeText(outcome: Outcome): string {
  if (outcome.error !== null) return `${pc.red('failed')}  ${clean(outcome.error, 2_000)}\n`;
  const { requests, hours, delivered, leftOut } = outcome;
  const missing = leftOut.map((why) => `${pc.red('left out')}  ${clean(why, 500)}\n`).join('');
  const left = delivered === 0 ? '' : `; ${delivered} hours stay as they were delivered`;
  return `${requests} refused requests in ${hours} hours are counted from exports${left}\n${missing}`;
}

function whole(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 0) throw new InvalidArgumentError('expected a whole number');
  return n;
}
