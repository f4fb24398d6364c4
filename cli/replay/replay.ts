/**
 * Passes recorded logs through the pipeline on stores in memory: first everything is counted, then the hours are
 * played, minute by minute while something happens.
 */

import { createJoin, createMemoryStores } from '../../shared/adapters/memory/index.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { digest } from '../../shared/base/digest.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import type { Config } from '../../shared/config/settings.js';
import { settleExpired } from '../../shared/count/settle.js';
import { merged } from '../../shared/doors/read.js';
import { evidenceWords } from '../../shared/messages/evidence-words.js';
import type { LogBatch, Notice, Parsed } from '../../shared/model/index.js';
import { ingestRead, readBatch } from '../../shared/pipeline.js';
import type { FailureLog, World } from '../../shared/ports/index.js';
import { createTruststores } from '../inputs/file-truststores.js';
import type { Live } from '../inputs/live/options.js';
import { readInputs } from '../inputs/read.js';
import type { Reading } from '../inputs/read-ahead.js';
import { seenEvents } from '../inputs/seen.js';
import { readUsableTruststore, truststoreErrors } from '../inputs/truststores.js';
import { progressBar } from '../terminal/progress.js';
import { compactCells } from './compact-cells.js';
import { type Evidence, evidence } from './evidence.js';
import { type CountedHours, createCountedHours } from './hours.js';
import { type PlayedWorld, playHours, type VirtualClock } from './play.js';
import { type RejectTally, rejectTally } from './rejects.js';
import { summarySums } from './summary.js';
import type { InputProblem, Replayed, ReplayObserver } from './types.js';
import { createWaitingQueue } from './waiting.js';

export async function replay(
  inputs: readonly string[],
  settings: Config,
  truststore?: string | Config['truststores'],
  onlooker?: ReplayObserver,
  live: Live | null = null,
  reading: Reading | null = null,
): Promise<Replayed> {
  const truststores: Config['truststores'] =
    typeof truststore === 'string' ? { '*': truststore } : (truststore ?? live?.found.truststores ?? {});
  const config = {
    ...settings,
    domains: { ...live?.found.domains, ...settings.domains },
    accessLogFormats: { ...live?.found.accessLogFormats, ...settings.accessLogFormats },
    truststores,
  };
  const fileTruststores = createTruststores();
  const named = typeof truststore === 'string' ? await readUsableTruststore(truststore, fileTruststores) : null;
  const stores = createMemoryStores();
  const notices: Notice[] = [];
  const stage: VirtualClock = { now: 0 };
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
  const tallies = {
    events: 0,
    recovered: 0,
    duplicates: 0,
    rejects: rejectTally(),
    evidence: evidence(Object.values(config.accessLogFormats)),
  };
  const sums = summarySums();
  const counted = createCountedHours();
  const cells = compactCells(commandLimits.replayCellsMax);
  try {
    const failureLog: FailureLog = {
      record: (failures, batchId) => {
        sums.failureLog.record(failures, batchId);
        onlooker?.failureLog.record(failures, batchId);
      },
    };
    const logged = { ...world, failureLog, stores: { ...stores, join: createJoin(cells) } };
    const problems = await countAll({ paths: inputs, live, reading }, logged, counted, tallies, onlooker);
    const rollupHoursMax = onlooker === undefined ? 0 : config.retention.rollupDays * 24;
    await playHours(counted, world, stage, sums.add, { rollupHoursMax });
    const { rejects, evidence: seen, ...read } = tallies;
    const errors = named === null ? [] : truststoreErrors(named, evidenceWords[settings.language]);
    const summary = sums.summary(
      { ...read, ...seen.read(), ...rejects.read(), unreadableFiles: problems.length },
      notices.length,
    );
    return { notices, problems, truststoreErrors: errors, world, summary };
  } finally {
    counted.close();
    cells.close();
  }
}

interface Tallies {
  events: number;
  recovered: number;
  readonly rejects: RejectTally;
  readonly evidence: Evidence;
  duplicates: number;
}

interface Inputs {
  readonly paths: readonly string[];
  readonly live: Live | null;
  readonly reading: Reading | null;
}

async function countAll(
  { paths, live, reading }: Inputs,
  played: PlayedWorld,
  counted: CountedHours,
  tallies: Tallies,
  onlooker: ReplayObserver | undefined,
): Promise<InputProblem[]> {
  const problems: InputProblem[] = [];
  const seen = seenEvents();
  const bar = progressBar(process.stderr);
  // While counting, the grace period is measured in requests, not in minutes: it ends before the store drops the first
  // half.
  let requests = 0;
  const graceMs = played.config.graceMinutes * MINUTE_MS;
  const world: World = {
    ...played,
    stores: {
      ...played.stores,
      waiting: createWaitingQueue(),
      facts: counted.facts,
      // Hours are marked when they are played, so marks during counting are ignored.
      rollups: { ...played.stores.rollups, mark: async () => {} },
      groups: { ...played.stores.groups, admitWithIntent: async () => false },
    },
    clock: { now: () => Math.floor((requests / commandLimits.replayCellsMax) * graceMs) },
  };
  const formats = world.config.accessLogFormats;
  // A report shows the clients of all requests; and by a format of its own a record may be something else.
  const isUnread = onlooker === undefined && Object.keys(formats).length === 0;
  const inputOptions = {
    live: live?.items ?? null,
    formats,
    seen: isUnread ? seen : null,
    ...(reading !== null && { sources: reading.sources, blocksOf: reading.blocksOf }),
  };
  const together = openStreams();
  for await (const item of readInputs(paths, inputOptions)) {
    if (item.kind === 'problem') problems.push(item);
    else if (item.kind === 'progress') bar.update(item.bytesRead, item.bytesTotal);
    else if (item.kind === 'searched') bar.searched(item.done, item.total);
    if (item.kind !== 'batch') continue;
    const { left } = item;
    const events =
      left === undefined ? item.batch.events.filter(({ id }) => seen.isNew(item.batch, id)) : item.batch.events;
    const { repeated, passed } = left ?? { repeated: item.batch.events.length - events.length, passed: 0 };
    const batch = { ...item.batch, events };
    for (const event of onlooker === undefined ? [] : events) onlooker?.onEvent(event, batch.logGroup);
    tallies.events += events.length + repeated + passed + batch.malformed.length;
    tallies.duplicates += repeated;
    const read = await readBatch(batch, world);
    tallies.evidence.add(events, read);
    together.add(batch, read);
    if (item.more) continue;
    const parsed = await ingestTogether(together.take(), world);
    tallies.rejects.add(parsed.rejected);
    tallies.recovered += parsed.recovered;
    requests += parsed.denials.length + parsed.accesses.length + parsed.connections.length;
    await settleExpired(world);
  }
  // What the threads hold is not needed while the minutes are played.
  await reading?.close();
  bar.stop();
  // The grace period of all halves is over, and a second one of the records that were put off.
  let end = Number.MAX_SAFE_INTEGER / 2;
  const later = { ...world, clock: { now: () => end } };
  while ((await settleExpired(later)) > 0) end += graceMs;
  return problems;
}

interface ReadPart {
  readonly batchId: string;
  readonly read: Parsed;
}

/** What was read of one part of a file, by stream: of a stream there may be several pieces, and the last ones are in the order of the streams. */
function openStreams() {
  let streams = new Map<string, ReadPart[]>();
  return {
    add({ owner, logGroup, logStream, batchId }: LogBatch, read: Parsed): void {
      const key = JSON.stringify([owner, logGroup, logStream]);
      const before = streams.get(key) ?? [];
      streams.delete(key);
      streams.set(key, [...before, { batchId, read }]);
    },
    take(): ReadPart[] {
      const parts = [...streams.values()].flat();
      streams = new Map();
      return parts;
    },
  };
}

/** Counts one part of a file as if it had come in one batch: the halves of a request are mostly in two streams of it. */
async function ingestTogether(parts: readonly ReadPart[], world: World): Promise<Parsed> {
  const [only] = parts;
  const isOne = only !== undefined && parts.length === 1;
  const batchId = isOne ? only.batchId : digest(...parts.map((part) => part.batchId));
  const { parsed } = await ingestRead(batchId, merged(parts.map(({ read }) => read)), world);
  return parsed;
}
