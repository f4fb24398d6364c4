/**
 * `mtls-watch replay INPUT…`: puts recorded logs through the pipeline on embedded stores and shows what it would have
 * counted and said. Two passes: first everything is read and counted, in whatever order it comes; then the minutes are
 * played one after the other and the detector looks at each, as the functions would have done at the time.
 */

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import { MINUTE_MS } from '../../shared/count/count.js';
import { settleDue } from '../../shared/count/settle.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { LogEvent, Notice } from '../../shared/model/index.js';
import { ingest } from '../../shared/pipeline.js';
import type { FailureLog, World } from '../../shared/ports/index.js';
import type { Summary } from '../../shared/schemas/lines.js';
import { createFileTruststores } from '../inputs/file-truststores.js';
import { readInputs } from '../inputs/read.js';
import { type CountedHours, createCountedHours } from '../replay/hours.js';
import { printReplay } from '../replay/output.js';
import { packedCells } from '../replay/packed-cells.js';
import { type PlayedWorld, playHours, type Stage } from '../replay/play.js';
import { reportScene } from '../replay/report.js';
import { firstSightings } from '../replay/seen.js';
import { summarySums } from '../replay/summary.js';
import { createWaitingQueue } from '../replay/waiting.js';
import { progressBar } from '../terminal/progress.js';

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
  /** What it was replayed on, for the report: with the sums of hours where somebody looked on. */
  readonly world: PlayedWorld;
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

export async function replay(
  inputs: readonly string[],
  settings: Config,
  truststore?: string,
  onlooker?: Onlooker,
): Promise<Replayed> {
  const truststores: Config['truststores'] = truststore === undefined ? {} : { '*': truststore };
  const config = { ...settings, truststores };
  const fileTruststores = createFileTruststores();
  if (truststore !== undefined) await fileTruststores.read(truststore);
  const stores = createMemoryStores();
  const notices: Notice[] = [];
  const stage: Stage = { now: 0 };
  const world: PlayedWorld = {
    config,
    stores,
    clock: { now: () => stage.now },
    publisher: {
      publish: async (notice) => {
        notices.push(notice);
      },
    },
    truststores: fileTruststores,
  };
  const tallies = { events: 0, rejected: 0, duplicates: 0 };
  const sums = summarySums();
  const counted = createCountedHours();
  try {
    const problems = await countAll(inputs, world, counted, tallies, onlooker);
    const rollupHoursMax = onlooker === undefined ? 0 : config.retention.rollupDays * 24;
    await playHours(counted, world, stage, sums.add, { rollupHoursMax });
    return { notices, problems, world, summary: sums.summary(tallies, notices.length) };
  } finally {
    await counted.close();
  }
}

interface Tallies {
  events: number;
  rejected: number;
  duplicates: number;
}

async function countAll(
  inputs: readonly string[],
  played: PlayedWorld,
  counted: CountedHours,
  tallies: Tallies,
  onlooker: Onlooker | undefined,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const isNew = firstSightings();
  const bar = progressBar(process.stderr);
  // While counting, the grace is measured in requests, not in minutes: it ends before the store forgets the first half.
  let requests = 0;
  const graceMs = played.config.graceMinutes * MINUTE_MS;
  const world: World = {
    ...played,
    stores: {
      ...played.stores,
      join: createJoin(packedCells(limits.replayCellsMax)),
      waiting: createWaitingQueue(),
      facts: counted.facts,
      // Hours are marked when they are played, whatever else is known of them.
      rollups: { ...played.stores.rollups, mark: async () => {} },
      groups: { ...played.stores.groups, admitExpecting: async () => false },
    },
    clock: { now: () => Math.floor((requests / limits.replayCellsMax) * graceMs) },
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
  const later = { ...world, clock: { now: () => Number.POSITIVE_INFINITY } };
  while ((await settleDue(later)) > 0);
  return problems;
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
