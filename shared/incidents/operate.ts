/**
 * What an operator does to what people are told: silences, acknowledgements. The command line and the operator function call
 * the same code. Writes are conditional on the incident's version, and silences are looked up for each notice, so that all
 * takes effect at once.
 */

import { randomUUID } from 'node:crypto';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../base/time.js';
import type { GroupKey, Incident, Silence } from '../model/index.js';
import type { Stores } from '../ports/index.js';
import { globOf, reasonSelector, type Selectors } from './silence.js';

type OperatorStores = Pick<Stores, 'silences' | 'incidents'>;

/** @throws MtlsWatchError `usage` if no incident with this id is firing */
export async function firingIncident(id: string, stores: OperatorStores): Promise<Incident> {
  const all = await stores.incidents.firing(limits.firingPerSweepMax);
  const found = all.find((incident) => incident.incidentId === id);
  if (found === undefined) throw usage(`no firing incident ${clean(id, 80)}; expected the id that the alert shows`);
  return found;
}

/** Selectors that match the group of an incident and no other. */
export function selectorsFor(group: GroupKey): Selectors {
  const { scope, issuerDn, isUnverified, door } = group;
  const selectors = { scope: globOf(scope), issuerDn: globOf(issuerDn), reason: reasonSelector(group) };
  // Whoever silences those who use a partner's name does not silence the partner.
  return { ...selectors, ...(isUnverified && { isUnverified }), ...(door !== undefined && { door }) };
}

export interface NewSilence extends Selectors, Pick<Silence, 'startsAt' | 'endsAt' | 'window'> {
  readonly comment: string;
  /** Who asks for it; null where that is not known. */
  readonly author: string | null;
}

/** @throws MtlsWatchError `usage` where there are too many already */
export async function saveSilence(what: NewSilence, now: number, { silences }: OperatorStores): Promise<Silence> {
  const inForce = (await silences.list()).filter((one) => one.endsAt > now);
  if (inForce.length >= limits.silencesMax) {
    throw usage(`there are ${inForce.length} silences already; expire some: mtls-watch silence list`);
  }
  const { author, comment, ...rest } = what;
  const silence: Silence = {
    id: randomUUID().slice(0, 8),
    ...rest,
    comment: clean(comment, limits.silenceCommentCharsMax),
    createdAt: now,
    ...(author === null ? {} : { author: clean(author, limits.authorCharsMax) }),
  };
  await silences.save(silence);
  return silence;
}

/** @throws MtlsWatchError `usage` where there is none of this id */
export async function endSilence(id: string, now: number, { silences }: OperatorStores): Promise<Silence> {
  const silence = (await silences.list()).find((one) => one.id === id);
  if (silence === undefined) throw usage(`no silence ${clean(id, 80)}; see: mtls-watch silence list`);
  if (silence.endsAt > now) await silences.save({ ...silence, endsAt: now });
  return silence;
}

const ACK_ATTEMPTS = 5;

/**
 * @param isInHand false takes an acknowledgement back
 * @param by who takes charge; null where that is not known
 * @throws MtlsWatchError `usage` if no incident with this id is firing
 */
export async function acknowledgeIncident(
  id: string,
  isInHand: boolean,
  by: string | null,
  stores: OperatorStores,
): Promise<Incident> {
  for (let attempt = 0; attempt < ACK_ATTEMPTS; attempt++) {
    const incident = await firingIncident(id, stores);
    const { acknowledgedBy: _, ...rest } = incident;
    const inHand = isInHand && by !== null ? { acknowledgedBy: clean(by, limits.authorCharsMax) } : {};
    const next = { ...rest, version: incident.version + 1, acknowledged: isInHand, ...inHand };
    // If another transition came first, its new version is acknowledged.
    if (incident.acknowledged === isInHand || (await stores.incidents.transition(next, null))) return incident;
  }
  throw new MtlsWatchError('store-unavailable', `incident ${clean(id, 80)} changes too fast; try again`, {
    retryable: true,
  });
}

const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** Milliseconds of `30m`, `2h` or `5d`; NaN for anything else. */
export function durationOf(text: string): number {
  const [, amount, unit = ''] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}

function usage(message: string): MtlsWatchError {
  return new MtlsWatchError('usage', message);
}
