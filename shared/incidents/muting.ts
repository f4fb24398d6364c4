/**
 * Which notices are held back now, and which have to be sent later: silences, incidents that were covered by their
 * scope's incident, and the budget of notices about strangers.
 */

import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { dayOf } from '../base/time.js';
import type { Detection } from '../detect/detection.js';
import { groupId } from '../model/group-id.js';
import { type GroupKey, type Incident, SEVERAL_STRANGERS, type Silence } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { IncidentChange } from './incident.js';

const loadSilence = lazily(() => import('./silence.js'));

/** The module is loaded when there is a notice to send. */
async function silenceNow(group: GroupKey, { stores, clock }: World): Promise<Silence | null> {
  const [{ silenceOf }, silences] = await Promise.all([loadSilence(), stores.silences.list()]);
  return silenceOf(group, silences, clock.now());
}

/** How many more notices about strangers of the scope may be sent today: more, this one only, or none. */
type Budget = 'enough' | 'last' | 'spent';

/**
 * Strangers choose how often they begin and end. Only so many notices about those of a scope are sent in a UTC day, and
 * one more, which says that it is the last. The answer belongs to the incident and its version: whoever tries the same
 * transition again gets the same one.
 */
async function budgetOf({ group, version, isStranger, severity }: Incident, { stores, clock }: World): Promise<Budget> {
  const isOfStrangers = isStranger || group.issuerDn === SEVERAL_STRANGERS;
  if (!isOfStrangers || severity !== 'low') return 'enough';
  const name = `${groupId(group)} ${version}`;
  const hasPlace = async (what: string, most: number): Promise<boolean> =>
    (await stores.groups.admit(`${what} of ${group.scope}`, dayOf(clock.now()), [name], most)).has(name);
  if (await hasPlace('notices about strangers', limits.strangerNoticesPerDayMax)) return 'enough';
  return (await hasPlace('last notice about strangers', 1)) ? 'last' : 'spent';
}

/**
 * Applies silences and the budget to a change: a notice that an incident began or goes on is held back, and that is
 * recorded, so that it can be sent when the silence ends or the next day begins. A `resolved` notice is sent all the
 * same, because it closes what the first notice opened.
 * @param before the incident before the change
 */
export async function applySilences(
  change: IncidentChange,
  before: Incident | null,
  world: World,
): Promise<IncidentChange> {
  const { next, notice } = change;
  if (notice === null) return change;
  const told = { ...change, next: { ...next, heldBack: false } };
  if (notice === 'resolved') return told;
  const budget = (await silenceNow(next.group, world)) === null ? await budgetOf(next, world) : 'spent';
  if (budget !== 'spent') return { ...told, isLastOfDay: budget === 'last' };
  const announced = notice !== 'spike' && before?.announced === true;
  return { ...change, notice: null, next: { ...next, announced, heldBack: true } };
}

/**
 * The notice to send after what held it back is over: the incident of its scope, a silence, or a day without budget.
 * @returns null where there is nothing to send, or where it is still held back
 */
export async function deferredNotice(
  incident: Incident | null,
  detection: Detection,
  isCovered: boolean,
  world: World,
): Promise<IncidentChange | null> {
  if (incident?.state !== 'firing' || detection.kind !== 'spike') return null;
  const isUntold = !incident.announced && !isCovered;
  const isHeldBack = incident.announced && incident.heldBack && !incident.acknowledged;
  if (!isUntold && !isHeldBack) return null;
  const now = world.clock.now();
  if ((await silenceNow(incident.group, world)) !== null) return null;
  const next = { ...incident, version: incident.version + 1, lastNoticeAt: now, announced: true, heldBack: false };
  const budget = await budgetOf(next, world);
  if (budget === 'spent') return null;
  const because = incident.heldBack ? `${detection.because}; held back until now` : detection.because;
  return { next, notice: isUntold ? 'spike' : 'ongoing', because, isLastOfDay: budget === 'last' };
}
