/** Describes what a new version of a truststore changed, and how long before the first refusals. */

import type { Certificate } from './certificate.js';
import { plural, span } from './format.js';
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
): string | null {
  if (current.modifiedAt > firstFailureAt) return null;
  const [now, before] = [current, previous].map(({ versionId }) => versionId ?? 'without a version id');
  const sentences = [
    `Refusals began ${span(firstFailureAt - current.modifiedAt)} after truststore version ${now} replaced ${before}.`,
  ];
  if (change.removed.length > 0) sentences.push(`In ${before} and not in ${now}: ${names(change.removed)}.`);
  if (change.added.length > 0) sentences.push(`New in ${now}: ${names(change.added)}.`);
  if (sentences.length === 1) sentences.push('Both hold the same certificates.');
  return sentences.join(' ');
}

function names(certificates: readonly Certificate[]): string {
  const shown = certificates
    .slice(0, NAMED_MAX)
    .map(({ subjectName, serialNumber }) => `${subjectName} (serial ${serialNumber.slice(0, 48)})`);
  const more = certificates.length - shown.length;
  return [...shown, ...(more > 0 ? [plural(more, 'other')] : [])].join('; ');
}
