/** Issuers as they are typed for the verbs that ask about counted groups, and what is there to be asked about. */

import { MtlsWatchError, usage } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { nearest } from '../../shared/base/nearest.js';
import { clean } from '../../shared/base/text.js';
import { DAY_MS, HOUR_MS } from '../../shared/base/time.js';
import { globOf, matches, matchesGlob, reasonSelector, type Selectors } from '../../shared/incidents/silence.js';
import { clientInText, issuerText, nameWords } from '../../shared/messages/names.js';
import { reasonName } from '../../shared/model/group-id.js';
import { type GroupKey, isUnloggedIssuer, UNLOGGED_ISSUER, unloggedClient } from '../../shared/model/index.js';
import { reasonWords } from '../../shared/model/reason-words.js';
import { reasonIds } from '../../shared/model/reasons.js';
import type { Stores } from '../../shared/ports/index.js';
import { canonical, canonicalDn } from '../../shared/x509/dn.js';
import { isNamed, ownerAttributeOf } from '../../shared/x509/names.js';
import { typedDn } from '../../shared/x509/typed-dn.js';

/** The canonical form of an issuer in any spelling. @throws MtlsWatchError `usage` for one that has lost something */
export function issuerOption(text: string): string {
  if (!isNamed(text)) return text;
  if (text.length > limits.typedDnCharsMax)
    throw usage(`--issuer has ${text.length} characters; expected at most ${limits.typedDnCharsMax}`);
  const unlogged = unloggedOption(text);
  if (unlogged !== null) return unlogged;
  const typed = typedDn(text);
  if (typed.kind === 'dn') return typed.dn;
  throw usage(
    `--issuer got ${clean(text, 200)}, which ${typed.because}; expected the whole DN, as an alert or the report shows it`,
  );
}

/** An issuer that no log holds, as it is counted or as it is shown; null for any other. Its client may be named by its DN. */
function unloggedOption(text: string): string | null {
  if (isUnloggedIssuer(text)) return text;
  const client = clientInText(text);
  if (client === null || client === '') return client === null ? null : UNLOGGED_ISSUER;
  const named = client.replace(/,$/, '');
  const owner = canonical([[{ name: 'O', value: { text: named } }]]);
  return `${ownerAttributeOf(canonicalDn(named)) ?? owner},${UNLOGGED_ISSUER}`;
}

/** Days in which a group was refused for it to be known. */
const KNOWN_DAYS = 63;

/** The groups that were refused in the last weeks, those of the running hour and of what fires included. */
export async function knownGroups(stores: Pick<Stores, 'rollups' | 'incidents'>, now: number): Promise<GroupKey[]> {
  const hour = Math.floor(now / HOUR_MS);
  const from = Math.floor((now - KNOWN_DAYS * DAY_MS) / HOUR_MS);
  const [rolledUp, open, firing] = await Promise.all([
    stores.rollups.groups(from, hour, limits.reportGroupsMax),
    stores.rollups.open(hour, limits.reportGroupsMax),
    stores.incidents.firing(limits.firingPerSweepMax),
  ]);
  return [...rolledUp, ...[...open, ...firing].map(({ group }) => group)];
}

/**
 * The selectors of a silence, with the issuer as the logs spell it.
 * @param isUnseen whether they may match nothing yet
 * @throws MtlsWatchError `usage` for an issuer that has lost something, `not-found` where nothing known matches
 */
export function selectorsOf(typed: Selectors, known: readonly GroupKey[], isUnseen: boolean): Selectors {
  const readings = issuersOf(typed.issuerDn, known).map((issuerDn) => ({ ...typed, issuerDn }));
  const fitting = readings.find((reading) => known.some((group) => matches(reading, group)));
  if (fitting !== undefined) return fitting;
  if (typed.issuerDn !== null && !hasWildcard(typed.issuerDn)) issuerOption(typed.issuerDn);
  if (isUnseen) return readings.at(-1) ?? typed;
  throw new MtlsWatchError(
    'not-found',
    `nothing that was refused in the last ${KNOWN_DAYS} days matches, so that the silence would hold nothing back${nearestText(typed, known)}\n--unseen makes it all the same`,
  );
}

/**
 * The reason of a silence: an id or a pattern of ids, `other-…` as metrics and alerts name a kind of sentence, or such a sentence
 * itself, as it was written or as it is shown.
 * @param isUnseen whether nothing of that kind need be known
 * @throws MtlsWatchError `usage` for one that is none of these
 */
export function reasonOption(typed: string | null, known: readonly GroupKey[], isUnseen: boolean): string | null {
  const isId = typed === null || reasonIds.some((id) => matchesGlob(typed, id));
  if (isId || known.some((group) => matchesGlob(typed, reasonSelector(group)))) return typed;
  const words = [typed.trim().toLowerCase(), reasonWords(typed)];
  const found = known.find((group) => group.words !== undefined && words.includes(group.words));
  if (found !== undefined) return reasonSelector(found);
  if (isUnseen && /^other-[0-9a-f]{12}$/.test(typed)) return typed;
  if (isUnseen && /\s/.test(typed)) return reasonName({ reason: 'other', words: reasonWords(typed) });
  const texts = known.flatMap((group) => group.words ?? []);
  const near = nearest(typed, [...texts, ...reasonIds]).map((name) => `\n  reason  ${clean(name, 200)}`);
  throw usage(
    `--reason got ${clean(typed, 80)}; expected one of ${reasonIds.join(', ')}, a pattern of them, or the text of a reason without a name, as it was refused; nearest:${near.join('')}`,
  );
}

/** The pattern as it is typed, and in the canonical form. */
function issuersOf(issuerDn: string | null, known: readonly GroupKey[]): (string | null)[] {
  if (issuerDn === null) return [null];
  const unlogged = unloggedOption(issuerDn);
  if (unlogged !== null) {
    const client = unloggedClient(unlogged);
    const counted = known.map((group) => group.issuerDn).filter((one) => unloggedClient(one) === client);
    return [issuerDn, ...new Set(counted.map(globOf)), hasWildcard(issuerDn) ? unlogged : globOf(unlogged)];
  }
  const isPattern = hasWildcard(issuerDn);
  const typed = typedDn(issuerDn, isPattern);
  return typed.kind === 'lossy' ? [issuerDn] : [issuerDn, isPattern ? typed.dn : globOf(typed.dn)];
}

function hasWildcard(pattern: string): boolean {
  return /[*?]/.test(pattern.replace(/\[[*?]\]/g, ''));
}

function nearestText(typed: Selectors, known: readonly GroupKey[]): string {
  const parts = (['issuerDn', 'scope', 'reason'] as const).flatMap((key) => {
    const wanted = typed[key];
    const names = known.map((group) => issuerText(group[key], nameWords.en)).filter(isNamed);
    const isThere = known.some((group) => matches({ scope: null, issuerDn: null, reason: null, [key]: wanted }, group));
    if (wanted === null || isThere || names.length === 0) return [];
    return nearest(wanted, names).map((name) => `\n  ${key === 'issuerDn' ? 'issuer' : key}  ${clean(name, 300)}`);
  });
  return parts.length === 0 ? '' : `; nearest:${parts.join('')}`;
}
