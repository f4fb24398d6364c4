/** One incident of the stack's table by its id, with all that is kept about it. */

import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { nearest } from '../../shared/base/nearest.js';
import { clean } from '../../shared/base/text.js';
import { DAY_MS } from '../../shared/base/time.js';
import { matches } from '../../shared/incidents/silence.js';
import { nameWords, reasonText } from '../../shared/messages/names.js';
import type { EndedIncident, GroupKey, Incident, Notice, Silence } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';

export type IncidentStores = Pick<Stores, 'incidents' | 'outbox' | 'silences'>;

export interface FoundIncident {
  readonly incidentId: string;
  readonly group: GroupKey;
  readonly since: number;
  /** Null where it is over. */
  readonly firing: Incident | null;
  /** Null where it goes on. */
  readonly ended: EndedIncident | null;
  /** The notices that were sent in the last `limits.keptDaysMax` days, the oldest first. */
  readonly sent: readonly Notice[];
  readonly waiting: readonly Notice[];
  /** All that cover its group, those that are over or to come included. */
  readonly silences: readonly Silence[];
}

/** The newest notice that says what is wrong: the end of an incident is told in few words. */
export function tellingNotice({ sent, waiting }: Pick<FoundIncident, 'sent' | 'waiting'>): Notice | null {
  const all = [...sent, ...waiting];
  return all.findLast(({ kind }) => kind !== 'resolved') ?? all.at(-1) ?? null;
}

/** @throws MtlsWatchError `not-found`, with the incidents that are there */
export async function findIncident(id: string, now: number, stores: IncidentStores): Promise<FoundIncident> {
  const firing = await stores.incidents.firing(limits.firingPerSweepMax);
  const current = firing.find(({ incidentId }) => incidentId === id) ?? null;
  const past = current === null ? await endedIn(limits.keptDaysMax, now, stores) : [];
  const ended = past.findLast(({ incidentId }) => incidentId === id) ?? null;
  const found = current ?? ended;
  if (found === null) throw unknownIncident(id, firing, past);
  const [sent, pending, silences] = await Promise.all([
    stores.outbox.sent(id),
    stores.outbox.pending(limits.noticesPerRunMax),
    stores.silences.list(),
  ]);
  return {
    incidentId: id,
    group: found.group,
    since: found.since,
    firing: current,
    ended,
    sent,
    waiting: pending.filter(({ incidentId }) => incidentId === id),
    silences: silences.filter((silence) => matches(silence, found.group)),
  };
}

/** The incidents that ended in the last days. */
export async function endedIn(
  days: number,
  now: number,
  { incidents }: Pick<Stores, 'incidents'>,
): Promise<readonly EndedIncident[]> {
  return days === 0 ? [] : incidents.ended(now - days * DAY_MS, now + 1, limits.reportIncidentsMax);
}

const SHOWN_MAX = 5;

function unknownIncident(id: string, firing: readonly Incident[], past: readonly EndedIncident[]): MtlsWatchError {
  const described = new Map(
    [...past, ...firing].map(({ incidentId, group, since }) => [
      incidentId,
      `${incidentId}  ${clean(group.scope, 60)}  ${reasonText(group, nameWords.en)}  since ${new Date(since).toISOString().slice(0, 16)}Z`,
    ]),
  );
  const open = firing.map(({ incidentId }) => incidentId);
  const shown = [...new Set([...nearest(id, described.keys(), 2), ...open])].slice(0, SHOWN_MAX);
  const list = shown.map((one) => `\n  ${described.get(one) ?? one}`).join('');
  const there = shown.length === 0 ? 'nothing fires, and nothing ended lately' : `there are:${list}`;
  return new MtlsWatchError('not-found', `no incident ${clean(id, 80)}; ${there}`);
}
