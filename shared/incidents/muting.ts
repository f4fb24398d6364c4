/**
 * Which notices are held back now, and which have to be sent later: silences, and incidents that were covered by their
 * scope's incident.
 */

import { lazily } from '../base/lazily.js';
import type { Detection } from '../detect/detect.js';
import type { GroupKey, Incident, Silence } from '../model/index.js';
import type { World } from '../ports/index.js';
import type { IncidentChange } from './incident.js';

const loadSilence = lazily(() => import('./silence.js'));

/** The module is loaded when there is a notice to send. */
async function silenceNow(group: GroupKey, { stores, clock }: World): Promise<Silence | null> {
  const [{ silenceOf }, silences] = await Promise.all([loadSilence(), stores.silences.list()]);
  return silenceOf(group, silences, clock.now());
}

/**
 * Applies silences to a change: a notice that an incident began or goes on is held back, and that is recorded, so that
 * it can be sent when the silence ends. A `resolved` notice is sent even under a silence, because it closes what the
 * first notice opened.
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
 * The notice to send after what held it back is over: the incident of its scope, or a silence.
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
  const because = incident.heldBack ? `${detection.because}; a silence is over` : detection.because;
  return { next, notice: isUntold ? 'spike' : 'ongoing', because };
}
