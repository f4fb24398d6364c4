/**
 * `mtls-watch tail`: shows refusals as they happen, with the client and the verdict. Runs the same pipeline on stores
 * in memory, which keep what is needed to join the two halves of a request, and no counts.
 */

import { setTimeout as wait } from 'node:timers/promises';
import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { chunksOf } from '../../shared/base/chunks.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import type { Config } from '../../shared/config/settings.js';
import { settleExpired } from '../../shared/count/settle.js';
import { diagnosisOfGroup } from '../../shared/diagnosis/diagnosis.js';
import type { Client, Diagnosis, Failure } from '../../shared/model/index.js';
import { refusedWithOf } from '../../shared/model/reasons.js';
import { ingest } from '../../shared/pipeline.js';
import type { World } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { readConfig, settingsOfStack } from '../deployed/settings.js';
import { createTruststores } from '../inputs/file-truststores.js';
import { type FoundLive, findLive } from '../inputs/live/find.js';
import { merge } from '../inputs/live/merge.js';
import { withPlaces } from '../inputs/live/options.js';
import { batchesOf } from '../inputs/live/search.js';
import { compactCells } from '../replay/compact-cells.js';
import { tailBounds } from '../tail/bounds.js';
import { type Following, follow } from '../tail/follow.js';
import { refusalLine, refusalText, verdictText } from '../tail/show.js';
import { note } from '../terminal/notes.js';
import { configOption, languageOption, withLanguage, withStackSettings } from '../terminal/options.js';
import type { Output } from '../terminal/table.js';

interface Options {
  readonly logGroup?: readonly string[];
  readonly domain?: readonly string[];
  readonly truststore?: string;
  readonly config?: string;
  readonly stack?: string;
  readonly poll?: boolean;
  readonly lang?: string;
  readonly json?: boolean;
}

export function tailCommand(): Command {
  const command = withPlaces(withLanguage(new Command('tail')))
    .option('--truststore <file>', 'the CA bundle to judge by, in place of the domains’ own')
    .addOption(configOption('settings as JSON; see docs/configuration.md'))
    .option('--poll', 'look every few seconds in place of Live Tail, which costs by the minute')
    .option('--json', 'one JSON object a line for each refusal');
  withStackSettings(command).action(async (options: Options) => {
    const read = (await settingsOfStack(options, command)) ?? (await readConfig(options.config));
    const settings = { ...read, language: languageOption(options.lang, read.language) };
    const found = await findLive({ ...options, accessLogFormats: settings.accessLogFormats }, 'refusals');
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
    note(`following ${found.groups.map(({ name }) => name).join(', ')}; Ctrl-C ends it\n`);
    await runTail(found, options, settings, {
      logs: found.logs,
      clock: systemClock,
      sleep: (ms) => wait(ms, undefined, { signal: stop.signal }).catch(() => {}),
      note,
      stop: stop.signal,
      pollOnly: options.poll === true,
      output: process.stdout,
      truststores: createTruststores(),
    });
  });
  return command;
}

export interface TailWorld extends Following {
  readonly output: Output;
  readonly truststores: TruststoreSource;
}

/**
 * Runs until it is stopped.
 * @throws MtlsWatchError `logs-unavailable`
 */
export async function runTail(
  found: Pick<FoundLive, 'groups' | 'targets' | 'domains' | 'truststores' | 'accessLogFormats'>,
  options: Pick<Options, 'truststore' | 'json'>,
  settings: Config,
  tail: TailWorld,
): Promise<void> {
  const failures: Failure[] = [];
  const world = worldOf(found, options.truststore, settings, tail, failures);
  const show = shower(options.json === true, world, tail);
  const sources = sourcesOf(found).map(
    ([pattern, groups]) =>
      () =>
        follow(groups, pattern, tail),
  );
  for await (const events of merge([...sources, () => ticks(tail)], sources.length + 1)) {
    for (const item of batchesOf(events)) if (item.kind === 'batch') await ingest(item.batch, world);
    await settleExpired(world);
    for (const failure of failures.splice(0)) await show(failure);
  }
}

/** Ticks, so that a half without its other half is shown even if no event arrives. */
async function* ticks({ sleep, stop }: Following): AsyncGenerator<readonly []> {
  while (!stop.aborted) {
    await sleep(tailBounds.pollMs);
    yield [];
  }
}

/** One session for each pattern and at most ten log groups. */
function sourcesOf({ groups, targets }: Pick<FoundLive, 'groups' | 'targets'>): [string, FoundLive['groups']][] {
  const patterns = new Set(targets.map(({ pattern }) => pattern ?? ''));
  return [...patterns].flatMap((pattern) => {
    const names = new Set(targets.filter((target) => target.pattern === pattern).map(({ logGroup }) => logGroup));
    const own = groups.filter(({ name }) => names.has(name));
    return [...chunksOf(own, tailBounds.groupsPerSessionMax)].map((some): [string, FoundLive['groups']] => [
      pattern,
      some,
    ]);
  });
}

function worldOf(
  { domains, truststores, accessLogFormats }: Pick<FoundLive, 'domains' | 'truststores' | 'accessLogFormats'>,
  truststore: string | undefined,
  settings: Config,
  tail: TailWorld,
  failures: Failure[],
): World {
  const stores = createMemoryStores();
  return {
    config: {
      ...settings,
      domains: { ...domains, ...settings.domains },
      accessLogFormats: { ...accessLogFormats, ...settings.accessLogFormats },
      truststores: truststore === undefined ? { ...truststores, ...settings.truststores } : { '*': truststore },
      graceMinutes: tailBounds.graceMs / MINUTE_MS,
    },
    stores: {
      ...stores,
      join: createJoin(compactCells(commandLimits.replayCellsMax)),
      // `tail` does not use facts.
      facts: { ...stores.facts, put: async () => {} },
      rollups: { ...stores.rollups, mark: async () => {} },
      groups: { ...stores.groups, admitWithIntent: async () => false },
    },
    clock: tail.clock,
    publisher: { publish: async () => {} },
    truststores: tail.truststores,
    failureLog: { record: (some) => failures.push(...some) },
  };
}

/** Shows the verdict on each certificate once; later refusals of the same certificate are shown without the remedy. */
function shower(json: boolean, world: World, { output, note }: TailWorld): (failure: Failure) => Promise<void> {
  const judged = new Map<string, Diagnosis | null>();
  return async (failure) => {
    const { client } = failure;
    const name =
      client?.fingerprint ?? (failure.door === undefined ? '' : `${client?.serialNumber}${client?.subjectDn}`);
    const key = `${failure.scope} ${failure.door} ${name}`;
    const isFirst = !judged.has(key);
    if (isFirst && client !== null && name !== '') {
      if (judged.size >= limits.certificateCacheMax) judged.clear();
      judged.set(key, await verdictOn(client, failure, world, note));
    }
    const verdict = name === '' ? null : (judged.get(key) ?? null);
    if (json) output.write(refusalLine(failure, verdict));
    else {
      output.write(refusalText(failure, world.config.language));
      if (isFirst && verdict !== null) output.write(verdictText(verdict, world.config.language));
    }
  };
}

async function verdictOn(
  { subjectDn, serialNumber, fingerprint, notBefore, notAfter }: Client,
  { scope, issuerDn, reason, reasonText, isUnverified, door, at }: Failure,
  world: World,
  note: (text: string) => void,
): Promise<Diagnosis | null> {
  try {
    const known = notBefore === null || notAfter === null ? {} : { notBefore, notAfter };
    const tally = { subjectDn, serialNumber, fingerprint, sourceIps: [], count: 1, ...known };
    const group = {
      scope,
      issuerDn,
      reason,
      ...(isUnverified && { isUnverified }),
      ...(door !== undefined && { door }),
    };
    const said = door === undefined ? null : refusedWithOf(reason, reasonText);
    const diagnosis = await diagnosisOfGroup([tally], group, at, said, world);
    return diagnosis.kind === 'made' ? diagnosis.verdict : null;
  } catch (error) {
    if (!(error instanceof MtlsWatchError)) throw error;
    note(`no verdict: ${messageOf(error)}\n`);
    return null;
  }
}
