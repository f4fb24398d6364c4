/**
 * Passes the counts, hour by hour and minute by minute, through the detector, the incidents and the outbox, as the
 * functions would have done at the time. Data that no later minute needs is dropped on the way.
 */

import { grow } from '../../shared/adapters/memory/facts.js';
import type { MemoryStores } from '../../shared/adapters/memory/index.js';
import { boundedMap } from '../../shared/base/bounded-map.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { limits } from '../../shared/base/limits.js';
import { MINUTE_MS, MINUTES_PER_DAY, MINUTES_PER_HOUR, minuteOf } from '../../shared/base/time.js';
import { markHours, rollUpHours } from '../../shared/count/record.js';
import { sumUp } from '../../shared/count/rollup.js';
import type { History } from '../../shared/detect/detect.js';
import { tellingFrom } from '../../shared/incidents/announce.js';
import { neededFrom } from '../../shared/incidents/assess.js';
import { firstMinuteOf } from '../../shared/incidents/incident.js';
import { groupId } from '../../shared/model/group-id.js';
import type { ClientTally, Fact, ForbiddenFact, GroupKey, Incident } from '../../shared/model/index.js';
import { alert, sweep } from '../../shared/pipeline.js';
import { eachEventOnce } from '../../shared/ports/event-marks.js';
import type { World } from '../../shared/ports/index.js';
import type { CountedHour, CountedHours } from './hours.js';

/** An incident that still fires at the end of the logs is followed for this long, until it is resolved. */
const TAIL_MINUTES_MAX = MINUTES_PER_DAY;

export interface PlayedWorld extends World {
  readonly stores: MemoryStores;
}

/** The current time of the replay. */
export interface VirtualClock {
  now: number;
}

/** An observer that gets the facts of each hour, with every request once, before the hour is played. */
export type OnHour = (facts: readonly Fact[], forbidden: readonly ForbiddenFact[]) => void;

/**
 * @param world its clock shows `stage.now`
 * @param options.rollupHoursMax how long hourly sums are kept; only a report needs them
 */
export async function playHours(
  counted: CountedHours,
  world: PlayedWorld,
  stage: VirtualClock,
  onHour: OnHour,
  options: { readonly rollupHoursMax: number },
): Promise<void> {
  const { stores } = world;
  const tidy = hourMerger();
  const addToDay = daySummer();
  let next = Number.NEGATIVE_INFINITY;
  let isFiring = false;
  let isKnown = false;
  const play = async (minute: number, groups: readonly GroupKey[]): Promise<void> => {
    if (next < minute) {
      // The sweeps of the minutes between had closed the hours that were due.
      stage.now = minute * MINUTE_MS - 1;
      await rollUpHours(world);
    }
    stage.now = (minute + 1) * MINUTE_MS - 1;
    await alert(groups, world);
    await sweepOrThrow(world);
    const open = await stores.incidents.firing(limits.firingPerSweepMax);
    isFiring = open.some(({ state }) => state === 'firing');
    isKnown = open.length > 0;
    next = minute + 1;
  };
  /** Minutes without failures: they are played while an incident fires, or when the sweep evaluates known refusals. */
  const pass = async (until: number): Promise<void> => {
    while ((isFiring || isKnown) && next < until) {
      if (isFiring || next % limits.knownEveryMinutes === 0) await play(next, []);
      else next++;
    }
  };
  for (const hour of counted.hours()) {
    const { facts, forbidden } = tidy(hour);
    const start = hour.hour * MINUTES_PER_HOUR;
    await pass(start);
    stage.now = Math.max(stage.now, start * MINUTE_MS);
    await forget(world, start, hour.hour - options.rollupHoursMax);
    await stores.facts.put(facts, forbidden.length === 0 ? [] : addToDay(forbidden));
    onHour(facts, forbidden);
    const marked = new Set<string>();
    for (const [minute, groups] of groupsByMinute(facts, counted)) {
      await pass(minute);
      // Groups that fail later in the hour are not active yet.
      const unmarked = groups.filter((group) => !marked.has(groupId(group)));
      for (const group of unmarked) marked.add(groupId(group));
      if (unmarked.length > 0) {
        await markHours(
          unmarked.map((group) => ({ group, minute })),
          world,
        );
      }
      await play(minute, groups);
    }
  }
  await pass(next + TAIL_MINUTES_MAX);
  // The last hours, which no sweep has closed.
  await closeAllHours({ ...world, clock: { now: () => Number.POSITIVE_INFINITY } });
}

async function closeAllHours(world: World): Promise<void> {
  while ((await rollUpHours(world)) > 0);
}

/** Stores in memory fail only because of a bug, which must be thrown. */
async function sweepOrThrow(world: World): Promise<void> {
  const { failures } = await sweep(world);
  if (failures.length > 0) throw failures[0];
}

/** By minute in ascending order; the groups of a minute in the order in which they were first counted. */
function groupsByMinute(facts: readonly Fact[], { rankOf }: CountedHours): [number, GroupKey[]][] {
  const byMinute = new Map<number, Map<number, GroupKey>>();
  for (const { minute, group } of facts) {
    const groups = byMinute.get(minute) ?? new Map<number, GroupKey>();
    byMinute.set(minute, groups.set(rankOf(group), group));
  }
  return [...byMinute]
    .sort(([a], [b]) => a - b)
    .map(([minute, groups]) => [minute, [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)]);
}

/** Sums the oldest hours before their facts are dropped. */
async function forget(world: PlayedWorld, minute: number, rollupsBefore: number): Promise<void> {
  const { stores } = world;
  await closeAllHours(world);
  stores.rollups.forget(rollupsBefore);
  for (const group of stores.facts.groups()) {
    const needed = neededFrom((await stores.history.load(group)) as History | null, minute);
    if (stores.facts.oldest(group) >= needed) continue;
    const from = incidentFrom(await stores.incidents.load(group), minute, world) ?? minute;
    // An incident that will be seen over a day tells of that day, by the hour.
    const kept = Math.min(from, minute - MINUTES_PER_DAY);
    const taken = stores.facts.take(group, needed);
    // For a lasting incident, notices need only the sum; those of one that is known tell of the last days, by the hour.
    const lately = tellingFrom(minute);
    const spans = new Map<string, Fact[]>();
    for (const fact of taken) {
      if (fact.minute < kept) continue;
      const hour = fact.minute < lately ? '' : Math.floor(fact.minute / MINUTES_PER_HOUR);
      getOrInsert(spans, `${hour} ${fact.minute >= from}`, () => []).push(fact);
    }
    for (const [first, ...others] of spans.values()) {
      const sum = first === undefined ? null : sumUp(group, [first, ...others], commandLimits.replayClientsMax);
      if (first !== undefined && sum !== null) await stores.facts.put([{ ...first, ...sum }], []);
    }
  }
}

/**
 * The first minute of the group's current incident, while notices may still refer to it: as long as the table keeps
 * incidents.
 */
function incidentFrom(incident: Incident | null, minute: number, { config }: World): number | null {
  if (incident === null) return null;
  const isOver =
    incident.state === 'resolved' &&
    minuteOf(incident.lastNoticeAt) < minute - limits.incidentDaysMax * MINUTES_PER_DAY;
  return isOver ? null : firstMinuteOf(incident, config.detection);
}

/** Other 403s are needed only by day: one fact for each scope, door, cause and day, which grows with each hour. */
function daySummer(): (forbidden: readonly ForbiddenFact[]) => ForbiddenFact[] {
  let today = Number.NaN;
  let sums = new Map<string, ForbiddenFact>();
  return (forbidden) => {
    for (const { scope, door, cause, minute, count } of forbidden) {
      const day = Math.floor(minute / MINUTES_PER_DAY);
      if (day !== today) sums = new Map();
      today = day;
      const key = JSON.stringify([cause, scope, door]);
      const sum = (sums.get(key)?.count ?? 0) + count;
      const of = { scope, ...(door !== undefined && { door }), cause, minute: day * MINUTES_PER_DAY };
      sums.set(key, { ...of, batchId: 'replay', requests: sum, count: sum });
    }
    return [...sums.values()];
  };
}

/**
 * What an hour holds when every repetition is left out and the facts of one group and minute are added up. In a storm a fact may
 * take back what another one brought, and the detector looks at what was brought: those two are kept apart.
 */
function hourMerger(): (hour: CountedHour) => { facts: Fact[]; forbidden: ForbiddenFact[] } {
  const texts = boundedMap<string>(commandLimits.replayTextsMax);
  const once = (text: string): string => {
    const known = texts.get(text);
    if (known === undefined) texts.set(text, text);
    return known ?? text;
  };
  const shared = (client: ClientTally): ClientTally => ({
    ...client,
    subjectDn: once(client.subjectDn),
    serialNumber: once(client.serialNumber),
    fingerprint: client.fingerprint === null ? null : once(client.fingerprint),
    sourceIps: client.sourceIps.map(once),
  });
  return ({ facts, forbidden }) => {
    const byMinute = new Map<string, Fact[]>();
    for (const fact of largest(facts, ({ group, minute, batchId }) => `${groupId(group)} ${minute} ${batchId}`)) {
      const key = `${groupId(fact.group)} ${fact.minute} ${fact.count < 0}`;
      const alike = byMinute.get(key) ?? [];
      alike.push(fact);
      // The fact that was put last goes last, because its details are the ones that are shown.
      byMinute.delete(key);
      byMinute.set(key, alike);
    }
    return {
      facts: [...byMinute.entries()].flatMap(([batchId, [first, ...others]]) => {
        const sum = first === undefined ? null : sumUp(first.group, [first, ...others], commandLimits.replayClientsMax);
        if (first === undefined || sum === null) return [];
        const { minute } = first;
        return [{ ...sum, clients: sum.clients.map(shared), reasonText: once(sum.reasonText), minute, batchId }];
      }),
      forbidden: eachEventOnce(
        largest(forbidden, ({ scope, door, cause, minute, batchId }) =>
          JSON.stringify([scope, door, cause, minute, batchId]),
        ),
      ),
    };
  };
}

/** If a fact was put several times, the one with most requests, at the position of the first. */
function largest<T extends { readonly requests: number }>(facts: readonly T[], keyOf: (fact: T) => string): T[] {
  const byKey = new Map<string, T>();
  for (const fact of facts) grow(byKey, keyOf(fact), fact);
  return [...byKey.values()];
}
