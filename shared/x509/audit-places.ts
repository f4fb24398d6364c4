/** Findings of an audit with their places in the file. Several places with one cause become one finding. */

import { limits } from '../base/limits.js';
import type { Finding } from '../model/index.js';
import { say } from '../model/phrases.js';
import { sayIdentity, sayPlural } from './format.js';
import type { TruststoreCertificate } from './truststore.js';
import { reworded, worded, wordsOf } from './wording.js';

/** A finding with its lines; `depth` is always null. */
export interface AuditFinding extends Finding {
  /** The first line of the finding, counted from 1; null if it concerns the whole file. */
  readonly line: number | null;
  /** All lines, in ascending order. */
  readonly lines: readonly number[];
}

/** A finding in one place, before findings with the same cause are merged. */
export interface PlacedFinding extends Finding {
  readonly line: number | null;
  /** The cause of the finding, such as a missing CA; null if it is never merged. */
  readonly cause: string | null;
}

/** Merges findings with the same cause; the result is in the order of their first places. */
export function mergedByCause(findings: readonly PlacedFinding[]): AuditFinding[] {
  const merged = new Map<string, PlacedFinding[]>();
  for (const [at, finding] of findings.entries()) {
    const key = finding.cause === null ? String(at) : `${finding.code} ${finding.severity} ${finding.cause}`;
    const same = merged.get(key) ?? [];
    merged.set(key, same);
    same.push(finding);
  }
  return [...merged.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { line, cause: _, ...finding } = first;
    const lines = same.flatMap((one) => one.line ?? []);
    if (same.length === 1) return [{ ...finding, line, lines }];
    const evidence = [
      say`the same in ${sayPlural(same.length, 'place')}, this one the first`,
      ...wordsOf(finding).evidence,
    ].slice(0, limits.evidencePerFindingMax);
    return [{ ...reworded(finding, { evidence }), line, lines }];
  });
}

/**
 * Several self-signed clients with one name: the gateway looks a client's certificate up by its name and may compare
 * the wrong one.
 */
export function sameNameFindings(selfSignedClients: readonly TruststoreCertificate[]): AuditFinding[] {
  const byName = new Map<string, TruststoreCertificate[]>();
  for (const held of selfSignedClients) {
    const { subjectKey } = held.certificate;
    byName.set(subjectKey, [...(byName.get(subjectKey) ?? []), held]);
  }
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || same.length === 1) return [];
    const { subjectDn, subjectName } = first.certificate;
    return [
      {
        code: 'self-signed-same-name',
        severity: 'warning' as const,
        depth: null,
        subjectDn,
        ...worded({
          evidence: same.slice(0, 5).map(({ certificate }) => sayIdentity(certificate)),
          remedy: say`Keep one self-signed certificate of ${subjectName}, or have each client take a name of its own: an issuer is looked up by its name, and a self-signed client is its own issuer, so that the wrong one may be compared and the client refused.`,
        }),
        line: first.line,
        lines: same.map(({ line }) => line),
      },
    ];
  });
}
