/** What is not told now, and what has to be told later: silences, and incidents that their scope's incident stood for. */

import { lazily } from '../base/lazily.js';
import type { Detection } from '../detect/detect.js';
import type { GroupKey, Incident, Silence } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { IncidentChange } from './incident.js';

const loadSilence = lazily(() => import('./silence.js'));

/** Loaded when there is something to tell. */
async function silenceNow(group: GroupKey, { stores, clock }: World): Promise<Silence | null> {
  const [{ silenceOf }, silences] = await Promise.all([loadSilence(), stores.silences.list()]);
  return silenceOf(group, silences, clock.now());
}

/**
 * What a silence makes of a change: a beginning or a course is not told now, but noted, so that its end can be told. The
 * end of an incident that was told of is told: whoever was woken may sleep, and a page that it opened is closed.
 */
export async function applySilences(change: IncidentChange, world: World): Promise<IncidentChange> {
  const { next, notice } = change;
  if (notice === null) return change;
  if (notice === 'resolved') return { ...change, next: { ...next, heldBack: false } };
  const silence = await silenceNow(next.group, world);
  if (silence === null) return { ...change, next: { ...next, heldBack: false } };
  const announced = notice === 'spike' ? false : next.announced;
  return { ...change, notice: null, next: { ...next, announced, heldBack: true } };
}

/**
 * What goes on when that which held its notice back is over has to be told after all: its scope's incident, or a silence.
 * Null where there is nothing to tell, or nobody to be told yet.
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
  const because = incident.heldBack ? `${detection.because}; a silence is over` : detection.because;
  return { next, notice: isUntold ? 'spike' : 'ongoing', because };
}
