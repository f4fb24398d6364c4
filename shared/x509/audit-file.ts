/**
 * Problems of a truststore file as a whole, found before its certificates are checked; for `audit` and every command
 * that takes a truststore.
 */

import { limits } from '../base/limits.js';
import { type AuditFinding, mergedByCause, type PlacedFinding } from './audit-places.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { plural } from './format.js';
import type { BundleProblem, Truststore } from './truststore.js';

export function fileFindings(truststore: Truststore, door: DoorRules = doorRules['api-gateway']): PlacedFinding[] {
  return [
    ...truststore.problems.map(problemOfBundle),
    ...truststore.duplicates.map(({ line, firstLine, subjectDn }) => duplicate(line, firstLine, subjectDn)),
    ...wholeFile(truststore, door),
    ...formFindings(truststore, door),
  ];
}

/**
 * Reasons why an answer from this truststore may be wrong: parts of the file are not read, or the door rejects it.
 */
export function fileErrors(truststore: Truststore, door?: DoorRules): AuditFinding[] {
  return mergedByCause(fileFindings(truststore, door).filter(({ severity }) => severity === 'error'));
}

function duplicate(line: number, firstLine: number, subjectDn: string): PlacedFinding {
  return {
    code: 'duplicate',
    severity: 'info',
    depth: null,
    subjectDn,
    evidence: [`the same certificate as in line ${firstLine}`],
    remedy: `Leave it, or take the repetition of ${subjectDn} out: it changes nothing.`,
    line,
    cause: null,
  };
}

function problemOfBundle(problem: BundleProblem): PlacedFinding {
  const cause = 'what' in problem ? problem.what : null;
  const at = { depth: null, subjectDn: null, line: problem.line, cause };
  switch (problem.kind) {
    case 'malformed':
      return {
        ...at,
        code: 'unreadable-block',
        severity: 'error',
        evidence: [problem.detail],
        remedy: `Replace the block by the certificate as its CA published it: it cannot be read (${problem.detail}).`,
      };
    case 'damaged':
      return { ...at, code: 'unreadable-block', severity: 'error', evidence: [problem.what], remedy: problem.cure };
    case 'container':
      return { ...at, code: 'wrong-format', severity: 'error', evidence: [problem.what], remedy: problem.cure };
    case 'misleading':
      return { ...at, code: 'not-pem', severity: 'warning', evidence: [problem.what], remedy: problem.cure };
    case 'text':
      return problem.base64
        ? {
            ...at,
            code: 'not-pem',
            severity: 'warning',
            evidence: [`${plural(problem.characters, 'character')} outside of any block, base64 among them`],
            remedy: `Give the base64 from line ${problem.line} on its BEGIN and END lines, or take it out: it looks like a certificate that lost them, and nothing reads it.`,
          }
        : {
            ...at,
            code: 'not-pem',
            severity: 'info',
            evidence: [`${plural(problem.characters, 'character')} outside of any block`],
            remedy: `Leave the text in line ${problem.line} if it is a comment.`,
          };
    case 'other-label':
      if (problem.label.endsWith('PRIVATE KEY')) {
        return {
          ...at,
          code: 'private-key',
          severity: 'error',
          evidence: [`-----BEGIN ${problem.label}-----`],
          remedy: `Take the private key in line ${problem.line} out, delete every version of the object that has it, and replace the key: whoever can read the truststore has it.`,
        };
      }
      return {
        ...at,
        code: 'not-a-certificate',
        severity: 'warning',
        evidence: [`-----BEGIN ${problem.label}-----`],
        remedy: problem.label.endsWith('REQUEST')
          ? 'Put the certificate that the CA made of this request in its place: a request lets nobody in.'
          : 'Take the block out: a truststore holds certificates only.',
      };
  }
}

function wholeFile(truststore: Truststore, { truststore: bounds, ...door }: DoorRules): PlacedFinding[] {
  const who = door.id === 'api-gateway' ? 'API Gateway' : door.name;
  const findings: PlacedFinding[] = [];
  const whole = { depth: null, subjectDn: null, line: null, cause: null, severity: 'error' } as const;
  const isExplained = truststore.problems.map(problemOfBundle).some(({ severity }) => severity === 'error');
  if (truststore.certificates.length === 0 && !isExplained) {
    findings.push({
      ...whole,
      code: 'no-certificates',
      evidence: ['no certificate could be read'],
      remedy:
        'Put the CA certificates into the file as PEM blocks, -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
    });
  }
  const blocks = truststore.certificates.length + truststore.duplicates.length;
  if (blocks > bounds.certificates) {
    findings.push({
      ...whole,
      code: 'too-many-certificates',
      evidence: [`${blocks} certificates`, `accepted: at most ${bounds.certificates}`],
      remedy: `Take CAs that no client uses, and repetitions, out: ${who} does not take the truststore.`,
    });
  }
  if (bounds.bytes !== null && truststore.bytes > bounds.bytes) {
    const words = door.id === 'api-gateway' ? '1 MB, ' : '';
    findings.push({
      ...whole,
      code: 'too-large',
      evidence: [`${truststore.bytes} bytes`, `accepted: at most ${words}${bounds.bytes} bytes`],
      remedy: `Take comments, and CAs that no client uses, out: ${who} does not take the truststore.`,
    });
  }
  const chars = truststore.certificates.reduce((sum, { certificate }) => sum + certificate.subjectDn.length, 0);
  if (bounds.subjectChars !== null && chars > bounds.subjectChars) {
    findings.push({
      ...whole,
      code: 'too-large',
      evidence: [`subjects of ${chars} characters together`, `accepted: at most ${bounds.subjectChars}`],
      remedy: `Take CAs that no client uses out, or have the quota raised: ${who} does not take the truststore.`,
    });
  }
  if (truststore.truncated) {
    findings.push({
      ...whole,
      code: 'too-many-blocks',
      evidence: [`more than ${limits.truststoreBlocksMax} blocks`],
      remedy: 'Take CAs that no client uses out: the rest of the file was not looked at.',
    });
  }
  return findings;
}

/** Where a door takes bundles in one form only. */
function formFindings({ notPlain }: Truststore, { truststore: { isPlain, source }, name }: DoorRules): PlacedFinding[] {
  if (!isPlain || notPlain === null) return [];
  return [
    {
      code: 'not-plain',
      severity: 'error',
      depth: null,
      subjectDn: null,
      evidence: [notPlain.what, `documented: ${source}`],
      remedy: `Take out blank lines, and all text between the blocks but comments that begin with # and hold no -; this is the first such line, and ${name} asks for that form.`,
      line: notPlain.line,
      cause: null,
    },
  ];
}
