/**
 * `mtls-watch replay INPUT…`: puts recorded logs through the pipeline on embedded stores and shows what it would have
 * counted and said. Two passes: first everything is read and counted, in whatever order it comes; then the minutes are
 * played one after the other and the detector looks at each, as the functions would have done at the time.
 */

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { createMemoryStores, type MemoryStores } from '../shared/adapters/memory.js';
import { type Config, parseConfig } from '../shared/config.js';
import { compactDigest, groupId } from '../shared/digest.js';
import { MtlsWatchError, messageOf } from '../shared/errors.js';
import { closeHours } from '../shared/ledger.js';
import { messagesIn } from '../shared/messages/index.js';
import type { Fact, GroupKey, LogBatch, LogEvent, Notice } from '../shared/model.js';
import { alert, ingest, sweep } from '../shared/pipeline.js';
import type { FailureLog, World } from '../shared/ports/index.js';
import type { ForbiddenCause } from '../shared/reasons.js';
import type { Summary } from '../shared/schemas.js';
import { MINUTE_MS } from '../shared/stages/count.js';
import { settleDue } from '../shared/waiting.js';
import { fileTruststores } from './file-truststores.js';
import { readInputs } from './inputs.js';
import { progressBar } from './progress.js';
import { printReplay } from './replay-output.js';
import { reportScene } from './report-scene.js';

interface Options {
  readonly config?: string;
  readonly truststore?: string;
  readonly json?: boolean;
  readonly report?: string;
}

export interface Problem {
  readonly file: string;
  readonly detail: string;
}

export interface Replayed {
  readonly notices: readonly Notice[];
  readonly summary: Summary;
  readonly problems: readonly Problem[];
  /** What it was replayed on, with everything counted, for whoever wants to know more. */
  readonly world: World;
}

/** Looks on while logs are counted. */
export interface Onlooker {
  readonly failureLog: FailureLog;
  /** Every event, once. */
  readonly onEvent: (event: LogEvent) => void;
}

export function replayCommand(): Command {
  return new Command('replay')
    .description('put recorded logs through the pipeline and show what it counts and says')
    .argument('<input...>', 'a file, a folder, or - for standard input')
    .option('--config <file>', 'settings as JSON; see docs/configuration.md')
    .option('--truststore <file>', 'the CA bundle of the domains: alerts say why a certificate is refused')
    .option('--json', 'one JSON object a line: notices, then one summary')
    .option('--report <dir>', 'write the report of the last seven days of the logs there: a page, JSON and CSV')
    .action(async (inputs: string[], options: Options) => {
      const config = await readReplayConfig(options.config);
      const scene = reportScene();
      const replayed = await replay(
        inputs,
        config,
        options.truststore,
        options.report === undefined ? undefined : scene,
      );
      const written =
        options.report === undefined ? null : await scene.write(replayed, options.report, options.truststore);
      for (const { file, detail } of replayed.problems) process.stderr.write(`warning: ${file}: ${detail}\n`);
      if (options.json) {
        for (const notice of replayed.notices) process.stdout.write(`${JSON.stringify(notice)}\n`);
        process.stdout.write(`${JSON.stringify(replayed.summary)}\n`);
      } else {
        printReplay(replayed, messagesIn[config.language], process.stdout, written);
      }
    });
}

/** Requests remembered at once; some 600 bytes each. Halves that are further apart do not find each other. */
const CELLS_MAX = 500_000;
/** Event ids remembered, to tell duplicates. */
const SEEN_MAX = 500_000;
/** An incident that goes on when the logs end is followed this far, to see it resolved. */
const TAIL_MINUTES_MAX = 24 * 60;

export async function replay(
  inputs: readonly string[],
  settings: Config,
  truststore?: string,
  onlooker?: Onlooker,
): Promise<Replayed> {
  const truststores: Config['truststores'] = truststore === undefined ? {} : { '*': truststore };
  const config = { ...settings, truststores };
  if (truststore !== undefined) await fileTruststores.read(truststore);
  const stores = createMemoryStores({ cellsMax: CELLS_MAX });
  const tallies = { events: 0, rejected: 0, duplicates: 0 };
  const problems = await countAll(inputs, config, stores, tallies, onlooker);
  const { notices, world } = await playMinutes(config, stores);
  await closeAllHours(world);
  return { notices, problems, world, summary: summaryOf(stores, tallies, notices.length) };
}

interface Tallies {
  events: number;
  rejected: number;
  duplicates: number;
}

async function countAll(
  inputs: readonly string[],
  config: Config,
  stores: MemoryStores,
  tallies: Tallies,
  onlooker: Onlooker | undefined,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const isNew = firstSightings();
  const bar = progressBar(process.stderr);
  // While counting, the grace is measured in requests, not in minutes: it ends before the store forgets the first half.
  let requests = 0;
  const graceMs = config.graceMinutes * MINUTE_MS;
  const world: World = {
    config,
    stores,
    clock: { now: () => Math.floor((requests / CELLS_MAX) * graceMs) },
    publisher: { publish: async () => {} },
    truststores: fileTruststores,
    ...(onlooker === undefined ? {} : { failureLog: onlooker.failureLog }),
  };
  for await (const item of readInputs(inputs, { stdin: process.stdin })) {
    if (item.kind === 'problem') problems.push(item);
    else if (item.kind === 'progress') bar.update(item.bytesRead, item.bytesTotal);
    if (item.kind !== 'batch') continue;
    const batch = { ...item.batch, events: item.batch.events.filter((event) => isNew(item.batch, event.id)) };
    const { parsed } = await ingest(batch, world);
    for (const event of onlooker === undefined ? [] : batch.events) onlooker?.onEvent(event);
    tallies.events += item.batch.events.length + item.batch.malformed.length;
    tallies.duplicates += item.batch.events.length - batch.events.length;
    tallies.rejected += parsed.rejected.length;
    requests += parsed.denials.length + parsed.accesses.length;
    await settleDue(world);
  }
  bar.stop();
  await settleDue({ ...world, clock: { now: () => Number.POSITIVE_INFINITY } });
  return problems;
}

/** Remembers event ids, at least the last `SEEN_MAX`. */
export function firstSightings(): (batch: LogBatch, id: string) => boolean {
  let young = new Set<string>();
  let old = new Set<string>();
  return (batch, id) => {
    const key = compactDigest(batch.logGroup, batch.logStream, id);
    if (young.has(key) || old.has(key)) return false;
    if (young.size >= SEEN_MAX) {
      old = young;
      young = new Set();
    }
    young.add(key);
    return true;
  };
}

async function playMinutes(config: Config, stores: MemoryStores): Promise<{ notices: Notice[]; world: World }> {
  const notices: Notice[] = [];
  let now = 0;
  const world: World = {
    config,
    stores,
    clock: { now: () => now },
    publisher: {
      publish: async (notice) => {
        notices.push(notice);
      },
    },
    truststores: fileTruststores,
  };
  const touched = groupsByMinute(stores.facts.all());
  const minutes = [...touched.keys()].sort((a, b) => a - b);
  let next = 0;
  let isFiring = false;
  let lastMinute = minutes.at(-1) ?? 0;
  lastMinute += TAIL_MINUTES_MAX;
  for (let minute = minutes[0] ?? 0; minute <= lastMinute; minute++) {
    if (minutes[next] === minute) next++;
    else if (!isFiring) {
      const upcoming = minutes[next];
      if (upcoming === undefined) break;
      minute = upcoming - 1;
      continue;
    }
    now = (minute + 1) * MINUTE_MS - 1;
    await alert([...(touched.get(minute)?.values() ?? [])], world);
    await sweepOrThrow(world);
    isFiring = (await stores.incidents.firing(1)).length > 0;
  }
  return { notices, world };
}

/** The last hours, which no sweep has seen the end of. */
async function closeAllHours(world: World): Promise<void> {
  const later = { ...world, clock: { now: () => Number.POSITIVE_INFINITY } };
  while ((await closeHours(later)) > 0);
}

/** On embedded stores nothing fails but for a bug, which must be seen. */
async function sweepOrThrow(world: World): Promise<void> {
  const { failures } = await sweep(world);
  if (failures.length > 0) throw failures[0];
}

function groupsByMinute(facts: Iterable<Fact>): Map<number, Map<string, GroupKey>> {
  const byMinute = new Map<number, Map<string, GroupKey>>();
  for (const { minute, group } of facts) {
    const groups = byMinute.get(minute) ?? new Map<string, GroupKey>();
    byMinute.set(minute, groups.set(groupId(group), group));
  }
  return byMinute;
}

function summaryOf(stores: MemoryStores, tallies: Tallies, notices: number): Summary {
  const groups = new Map<string, Summary['groups'][number]>();
  const totals = { failures: 0, unattributed: 0, inferred: 0 };
  for (const fact of stores.facts.all()) {
    totals.failures += fact.count;
    totals.unattributed += fact.unattributed;
    totals.inferred += fact.inferred;
    const id = groupId(fact.group);
    const known = groups.get(id);
    const firstSeen = new Date(fact.firstAt).toISOString();
    const lastSeen = new Date(fact.lastAt).toISOString();
    groups.set(id, {
      ...fact.group,
      failures: fact.count + (known?.failures ?? 0),
      firstSeen: known !== undefined && known.firstSeen < firstSeen ? known.firstSeen : firstSeen,
      lastSeen: known !== undefined && known.lastSeen > lastSeen ? known.lastSeen : lastSeen,
    });
  }
  const otherForbidden: Partial<Record<ForbiddenCause, number>> = {};
  for (const { cause, count } of stores.facts.allForbidden())
    otherForbidden[cause] = (otherForbidden[cause] ?? 0) + count;
  return {
    type: 'summary',
    ...tallies,
    ...totals,
    otherForbidden,
    groups: [...groups.values()].sort((a, b) => b.failures - a.failures || compare(keyOf(a), keyOf(b))),
    notices,
  };
}

function keyOf({ scope, issuerDn, reason }: GroupKey): string {
  return JSON.stringify([scope, issuerDn, reason]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export async function readReplayConfig(file: string | undefined): Promise<Config> {
  if (file === undefined) {
    const config = parseConfig({ runbooks: { baseUrl: 'https://runbooks.invalid' } }, 'the default configuration');
    return { ...config, runbooks: { ...config.runbooks, baseUrl: pathToFileURL('runbooks').href } };
  }
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new MtlsWatchError(
      'unreadable-input',
      `cannot read the configuration ${file}: ${messageOf(error)}; expected JSON`,
      {
        cause: error,
      },
    );
  }
  return parseConfig(value, file);
}
