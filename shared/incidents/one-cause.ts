/**
 * Incidents of one scope and issuer that share a cause are told as one, whatever sentence the gateway refused with: the one
 * that was told first stands for the others as long as it fires and is at least as severe. Loaded when an incident begins.
 */

import { limits } from '../base/limits.js';
import { MINUTE_MS } from '../base/time.js';
import { policyFor } from '../detect/detect.js';
import { diagnoseClients } from '../diagnosis/diagnosis.js';
import { refusedOf } from '../diagnosis/refused.js';
import { groupId } from '../model/group-id.js';
import type { Fact, GroupKey, Incident } from '../model/index.js';
import type { World } from '../ports/index.js';
import { isSameCause, issuerKey } from './alike.js';
import { impactOf } from './announce.js';
import type { Judged } from './assess.js';
import type { IncidentChange } from './incident.js';
import { clientsOf } from './notice.js';
import { severityFor, worse } from './severity.js';

interface Beginning {
  readonly group: GroupKey;
  readonly change: IncidentChange;
  readonly facts: readonly Fact[];
}

/**
 * Leaves out the notice of an incident whose cause another one has told already. Only where another one of its issuer fires
 * is a certificate looked at.
 */
export async function toldOnce<T extends Beginning>(
  beginning: T,
  firing: readonly Incident[],
  world: World,
): Promise<T> {
  const { group, change, facts } = beginning;
  const twins = twinsOf(group, firing);
  if (change.notice !== 'spike' || twins.length === 0) return beginning;
  const clients = clientsOf(facts);
  const { verdict } = await diagnoseClients(clients, group, facts, world);
  if (verdict === null) return beginning;
  const told = { refused: refusedOf(group, verdict, clients), cause: verdict.reason ?? 'would-pass' };
  const next = { ...change.next, told, announced: false };
  return twins.some((twin) => standsFor(twin, next))
    ? { ...beginning, change: { ...change, notice: null, next } }
    : beginning;
}

/**
 * Whether an incident that was not told by itself is told by another one of the same cause, which fires. One that has grown
 * worse than what people were told is told by itself; the other one gets the time to fill its window first.
 */
export async function isToldByTwin(incident: Incident, { detection, facts }: Judged, world: World): Promise<boolean> {
  const { stores, clock, config } = world;
  const twins = twinsOf(incident.group, await stores.incidents.firing(limits.firingPerSweepMax));
  const policy = policyFor(incident.group, config.detection);
  const impact = await impactOf(incident.group, detection, facts, world);
  const now = { ...incident, severity: worse(incident.severity, severityFor(impact, policy)) };
  const settles = 2 * policy.windowMinutes * MINUTE_MS;
  return twins.some(
    (twin) => standsFor(twin, now) || (clock.now() - incident.since < settles && standsFor(twin, incident)),
  );
}

function twinsOf(group: GroupKey, firing: readonly Incident[]): Incident[] {
  const [key, id] = [issuerKey(group), groupId(group)];
  return firing.filter(
    (one) => one.state === 'firing' && one.announced && issuerKey(one.group) === key && groupId(one.group) !== id,
  );
}

function standsFor(twin: Incident, { told, severity }: Pick<Incident, 'told' | 'severity'>): boolean {
  return worse(twin.severity, severity) === twin.severity && isSameCause(twin.told, told);
}
