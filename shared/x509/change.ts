/** Describes what a new version of a truststore changed, and how long before the first refusals. */

import { type Phrase, type PhraseValue, say } from '../model/phrases.js';
import type { Certificate } from './certificate.js';
import { sayPlural, saySpan } from './format.js';
import type { Truststore } from './truststore.js';

export interface TruststoreChange {
  readonly added: readonly Certificate[];
  readonly removed: readonly Certificate[];
}

export function changesBetween(previous: Truststore, current: Truststore): TruststoreChange {
  const missingIn = (from: Truststore, other: Truststore) =>
    from.certificates
      .filter(({ certificate }) => !other.byFingerprint.has(certificate.fingerprint))
      .map(({ certificate }) => certificate);
  return { added: missingIn(current, previous), removed: missingIn(previous, current) };
}

/** A version of a truststore by its S3 version id, and when it was put (milliseconds since the epoch). */
export interface VersionRef {
  readonly versionId: string | null;
  readonly modifiedAt: number;
}

const NAMED_MAX = 5;

/**
 * Sentences for an alert: "Refusals began 4 minutes after truststore version X replaced Y. In Y and not in X: …". Null
 * if the version was put after the refusals began, because then it cannot be their cause.
 */
export function describeChange(
  change: TruststoreChange,
  current: VersionRef,
  previous: VersionRef,
  firstFailureAt: number,
): Phrase | null {
  if (current.modifiedAt > firstFailureAt) return null;
  const [now, before] = [versionOf(current), versionOf(previous)];
  const began = say`Refusals began ${saySpan(firstFailureAt - current.modifiedAt)} after truststore version ${now} replaced ${before}.`;
  if (change.removed.length + change.added.length === 0) return say`${began} Both hold the same certificates.`;
  const removed = change.removed.length === 0 ? '' : say` In ${before} and not in ${now}: ${names(change.removed)}.`;
  const added = change.added.length === 0 ? '' : say` New in ${now}: ${names(change.added)}.`;
  return say`${began}${removed}${added}`;
}

function versionOf({ versionId }: VersionRef): PhraseValue {
  return versionId ?? say`without a version id`;
}

/** Separated by semicolons, because names hold commas. */
function names(certificates: readonly Certificate[]): PhraseValue {
  const shown = certificates
    .slice(0, NAMED_MAX)
    .map(({ subjectName, serialNumber }) => say`${subjectName} (serial ${serialNumber.slice(0, 48)})`);
  const more = certificates.length - shown.length;
  const all = [...shown, ...(more > 0 ? [sayPlural(more, 'other')] : [])];
  return all.reduce((before, next) => say`${before}; ${next}`);
}
