/**
 * Counts a day of the past: joins its halves and makes the roll-ups of its hours, and the minutes behind them, by the rules by which deliveries are
 * counted, on stores in memory. The same halves give the same roll-ups, in whatever objects they came. Nothing is sampled,
 * measured or told.
 */

import { createMemoryStores } from '../adapters/memory/index.js';
import { backfillLimits } from '../base/backfill-limits.js';
import { chunksOf } from '../base/chunks.js';
import { MtlsWatchError } from '../base/errors.js';
import { getOrInsert } from '../base/get-or-insert.js';
import { limits } from '../base/limits.js';
import { DAY_MS, HOUR_MS, hourOf, MINUTE_MS } from '../base/time.js';
import type { Config } from '../config/settings.js';
import { rollUpHours } from '../count/record.js';
import { settleExpired } from '../count/settle.js';
import { groupId } from '../model/group-id.js';
import type { AccessRecord, Connection, Denial, Fact, GroupKey, Parsed, ProbeSeen, Rollup } from '../model/index.js';
import { ingestRead } from '../pipeline.js';
import type { HalfLine, PastMinutes } from '../ports/backfill.js';
import type { PastCaller, Stores, World } from '../ports/index.js';
import { collectHalves } from './halves.js';

/** What is needed of the world beside the memory: truststores, the canary's calls, and where certificates are kept. */
export type PastWorld = Pick<World, 'config' | 'truststores'> & {
  readonly stores: Pick<Stores, 'certificates' | 'probes'>;
};

const HOURS_PER_DAY = DAY_MS / HOUR_MS;

export interface CountedDay {
  readonly rollups: readonly Rollup[];
  readonly minutes: readonly PastMinutes[];
  readonly callers: readonly PastCaller[];
}

/**
 * @param lines of all files of the day, in any order, with any repetition
 * @throws MtlsWatchError `unreadable-input` where the day holds more halves, or certificates, than one function can join
 */
export async function sumUpDay(
  day: number,
  lines: AsyncIterable<HalfLine> | Iterable<HalfLine>,
  past: PastWorld,
): Promise<CountedDay> {
  const halves = collectHalves();
  for await (const line of lines) {
    halves.add(line);
    if (halves.size() > backfillLimits.halvesPerDayMax) {
      throw tooMany(day, `${backfillLimits.halvesPerDayMax} log events of refused requests`);
    }
    if (halves.certificateChars() > backfillLimits.certificateCharsPerDayMax) {
      throw tooMany(day, `${backfillLimits.certificateCharsPerDayMax} characters of clients' certificates`);
    }
  }
  const stores = createMemoryStores();
  const clock = { time: 0 };
  const world = worldOf(past, stores, clock);
  // In one batch, so that what a fact may hold, and who has a place of his own, is decided by the whole day.
  await ingestRead('past', parsedOf(halves.sorted(), halves.certificates), world);
  // The grace period of all halves is over, and a second one of the records that were put off.
  const graceMs = world.config.graceMinutes * MINUTE_MS;
  clock.time = Number.MAX_SAFE_INTEGER / 2;
  while ((await settleExpired(world)) > 0) clock.time += graceMs;
  clock.time = Number.POSITIVE_INFINITY;
  while ((await rollUpHours(world)) > 0);
  const [from, to] = [day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY - 1];
  return {
    rollups: await rollupsOf(from, to, stores),
    minutes: minutesOf(from, to, stores.facts.all()),
    callers: halves.callers.all(),
  };
}

function tooMany(day: number, what: string): MtlsWatchError {
  const name = new Date(day * DAY_MS).toISOString().slice(0, 10);
  return new MtlsWatchError(
    'unreadable-input',
    `${name} has more than ${what}; expected fewer in one day. ` +
      'That day is left out: replay it from the same objects',
  );
}

function worldOf(past: PastWorld, stores: Stores, clock: { readonly time: number }): World {
  // Addresses and certificates were taken out, where the settings say so, before anything was kept.
  const config: Config = { ...past.config, privacy: { sourceIps: 'keep', certificates: 'keep' } };
  const seen = new Map<string, ProbeSeen>();
  return {
    config,
    truststores: past.truststores,
    clock: { now: () => clock.time },
    publisher: { publish: async () => {} },
    stores: {
      ...stores,
      certificates: { ...past.stores.certificates, save: (all) => saveSome(all, past.stores) },
      groups: { ...stores.groups, admitWithIntent: async () => false },
      // A storm that is over can be joined completely.
      storm: {
        addLoad: async () => 0,
        fixRate: async () => 1,
        fixDenials: async (_, { events: _events, ...wanted }) => ({ ...wanted, rate: 1 }),
        enrol: async () => new Set(),
        brought: async () => new Set(),
      },
      // A call of the canary accounts for one log event here as well, and what deliveries marked stays as it is.
      probes: {
        ...stores.probes,
        between: async (...span) =>
          (await past.stores.probes.between(...span)).map((probe) => ({
            ...probe,
            seen: seen.get(probe.fingerprint) ?? null,
          })),
        see: async ({ fingerprint }, by) => getOrInsert(seen, fingerprint, () => by),
      },
    },
  };
}

/** Of one day, as many as of a few batches: whoever connects can make as many as he likes. Partners' come first. */
async function saveSome(all: ReadonlyMap<string, string>, { certificates }: PastWorld['stores']): Promise<void> {
  const some = [...all].slice(0, backfillLimits.certificatesPerDayMax);
  for (const part of chunksOf(some, limits.certificatesPerBatchMax)) await certificates.save(new Map(part));
}

function parsedOf(
  part: readonly (Denial | AccessRecord | Connection)[],
  certificates: ReadonlyMap<string, string>,
): Parsed {
  const accesses = part.filter((one) => one.kind === 'access');
  const connections = part.filter((one) => one.kind === 'connection');
  const fingerprints = [...accesses, ...connections].map(({ client }) => client?.fingerprint ?? '');
  return {
    denials: part.filter((one) => one.kind === 'denial'),
    accesses,
    connections,
    certificates: new Map(
      fingerprints.flatMap((fingerprint) => {
        const pem = certificates.get(fingerprint);
        return pem === undefined ? [] : [[fingerprint, pem] as const];
      }),
    ),
    otherForbidden: [],
    rejected: [],
    passed: 0,
    heard: [],
    recovered: 0,
  };
}

async function rollupsOf(from: number, to: number, { rollups }: Stores): Promise<readonly Rollup[]> {
  const groups = await rollups.groups(from, to, Number.POSITIVE_INFINITY);
  return (await Promise.all(groups.map((group) => rollups.load(group, from, to)))).flat();
}

function minutesOf(from: number, to: number, facts: Iterable<Fact>): readonly PastMinutes[] {
  const groups = new Map<string, { readonly group: GroupKey; readonly counts: Map<number, number> }>();
  for (const { group, minute, count } of facts) {
    if (hourOf(minute) < from || hourOf(minute) > to) continue;
    const { counts } = getOrInsert(groups, groupId(group), () => ({ group, counts: new Map<number, number>() }));
    counts.set(minute, (counts.get(minute) ?? 0) + count);
  }
  return [...groups.values()].map(({ group, counts }) => ({
    group,
    counts: [...counts].filter(([, count]) => count > 0).sort(([a], [b]) => a - b),
  }));
}
