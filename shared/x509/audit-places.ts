/** Findings of an audit with their places: what is wrong in 28 places for one cause is one finding, not 28. */

import { limits } from '../base/limits.js';
import type { Finding } from '../model/index.js';
import { identity, plural } from './format.js';
import type { TruststoreCertificate } from './truststore.js';

/** `depth` is always null. */
export interface AuditFinding extends Finding {
  /** Its first place in the file, from 1; null where it is about the whole. */
  readonly line: number | null;
  /** All its places, in their order. */
  readonly lines: readonly number[];
}

/** A finding in one place. Those with the same cause become one. */
export interface PlacedFinding extends Finding {
  readonly line: number | null;
  /** What the finding comes from, such as a CA that is missing; null where it stands for itself. */
  readonly cause: string | null;
}

/** In the order of the first places. */
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
    const evidence = [`the same in ${plural(same.length, 'place')}, this one the first`, ...finding.evidence];
    return [{ ...finding, evidence: evidence.slice(0, limits.evidencePerFindingMax), line, lines }];
  });
}

/** The gateway finds a client's certificate by its name, and may compare the other one. */
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
        evidence: same.slice(0, 5).map(({ certificate }) => identity(certificate)),
        remedy: `Keep one self-signed certificate of ${subjectName}, or have each client take a name of its own: an issuer is looked up by its name, and a self-signed client is its own issuer, so that the wrong one may be compared and the client refused.`,
        line: first.line,
        lines: same.map(({ line }) => line),
      },
    ];
  });
}
