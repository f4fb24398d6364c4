/**
 * Looks at groups whose facts changed or whose incident fires: brings the detector's memory up to date, asks for a
 * verdict, and stores the transition together with its notice. Another invocation that was first makes this one's
 * transition fail its condition; then there is nothing left to do.
 */

import pMap from 'p-map';
import { groupId } from './digest.js';
import { limits } from './limits.js';
import type { Fact, GroupKey, Incident } from './model.js';
import type { World } from './ports/index.js';
import { minuteOf } from './stages/count.js';
import { detect, type History, learn, type Verdict } from './stages/detect.js';
import { nextIncident, type Transition } from './stages/incident.js';
import { noticeOf } from './stages/notice.js';
import { severityOf } from './stages/severity.js';

export async function evaluate(groups: readonly GroupKey[], world: World): Promise<void> {
  const distinct = new Map(groups.map((group) => [groupId(group), group] as const));
  await pMap(distinct.values(), (group) => evaluateGroup(group, world), { concurrency: limits.storeConcurrencyMax });
}

async function evaluateGroup(group: GroupKey, world: World): Promise<void> {
  const { stores, clock, config } = world;
  const now = clock.now();
  const minute = minuteOf(now);
  const [incident, stored] = await Promise.all([stores.incidents.load(group), stores.history.load(group)]);
  const known = stored as History | null;
  const oldest = minute - limits.factMinutesMax;
  const from = Math.max(oldest, Math.min((known?.lastStep ?? oldest) + 1, minute - config.detection.windowMinutes));
  const facts = await stores.facts.window(group, from, minute);
  const { history, counts } = bringUpToDate(known, facts, minute, world);
  const verdict = detect(history, { step: minute, counts }, config.detection);
  const transition = nextIncident(incident, verdict, group, now, config.detection, severityOf(group, verdict));
  if (transition !== null) await store(transition, verdict, facts, now, world);
  if (history !== null && history.lastStep - (known?.lastStep ?? 0) >= limits.historySaveMinutes) {
    await stores.history.save(group, history);
  }
}

/** Learns the minutes that are old enough to be complete; the others are the window. */
function bringUpToDate(known: History | null, facts: readonly Fact[], minute: number, { config }: World) {
  const counts = new Map<number, number>();
  for (const fact of facts) counts.set(fact.minute, (counts.get(fact.minute) ?? 0) + fact.count);
  const closed = minute - limits.lateMinutes;
  let history = known;
  for (const [step, count] of counts) {
    if (step <= closed && step > (history?.lastStep ?? Number.NEGATIVE_INFINITY))
      history = learn(history, step, count, config.detection);
  }
  if (history !== null && history.lastStep < closed) history = learn(history, closed, 0, config.detection);
  const first = (history?.lastStep ?? closed) + 1;
  return { history, counts: Array.from({ length: minute - first + 1 }, (_, index) => counts.get(first + index) ?? 0) };
}

async function store(
  { next, kind, because }: Transition,
  verdict: Verdict,
  window: readonly Fact[],
  now: number,
  world: World,
) {
  if (kind === null) {
    await world.stores.incidents.transition(next, null);
    return;
  }
  const notice = noticeOf({
    kind,
    incident: next,
    because,
    verdict,
    now,
    facts: await factsOf(next, window, now, world),
    runbookBaseUrl: world.config.runbooks.baseUrl,
    diagnosis: null,
  });
  await world.stores.incidents.transition(next, notice);
}

/** The facts of the incident: from a window before it was noticed until now. */
async function factsOf(incident: Incident, window: readonly Fact[], now: number, { stores, config }: World) {
  const from = minuteOf(incident.since) - config.detection.windowMinutes + 1;
  const isCovered = window[0] !== undefined && window[0].minute <= from;
  return isCovered
    ? window.filter((fact) => fact.minute >= from)
    : stores.facts.window(incident.group, from, minuteOf(now));
}
