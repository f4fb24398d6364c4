/**
 * The record that is kept of an ended incident. Pure; the stores write it together with the transition that ends it.
 */

import { countOf, type EndedIncident, type Incident, type Notice } from '../model/index.js';

/** @param notice the notice of the end; null if none was sent */
export function endedOf(incident: Incident, notice: Notice | null): EndedIncident {
  const { incidentId, group, severity, since, calmSince, lastNoticeAt, flaps, announced, heldBack } = incident;
  return {
    incidentId,
    group,
    severity,
    since,
    firstFailureAt: notice === null ? null : Date.parse(notice.since),
    calmAt: calmSince ?? lastNoticeAt,
    endedAt: lastNoticeAt,
    count: notice && countOf(notice),
    ...(notice?.toldWith && { reasons: reasonsOf(notice) }),
    flaps,
    announced,
    heldBack: heldBack && !announced,
  };
}

function reasonsOf({ group, count, toldWith = [] }: Notice): EndedIncident['reasons'] {
  return [{ group, count }, ...toldWith].map((one) => ({ reason: one.group.reason, count: one.count }));
}

/** The last end of each incident, in the order of the ends. */
export function lastEnds(ended: readonly EndedIncident[]): EndedIncident[] {
  const byId = new Map<string, EndedIncident>();
  for (const one of [...ended].sort((a, b) => a.endedAt - b.endedAt)) {
    byId.delete(one.incidentId);
    byId.set(one.incidentId, one);
  }
  return [...byId.values()];
}
