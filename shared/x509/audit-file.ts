/**
 * Problems of a truststore file as a whole, found before its certificates are checked; for `audit` and every command
 * that takes a truststore.
 */

import { limits } from '../base/limits.js';
import { type AuditFinding, mergedByCause, type PlacedFinding } from './audit-places.js';
import { plural } from './format.js';
import type { BundleProblem, Truststore } from './truststore.js';

export function fileFindings(truststore: Truststore): PlacedFinding[] {
  return [
    ...truststore.problems.map(problemOfBundle),
    ...truststore.duplicates.map(({ line, firstLine, subjectDn }) => duplicate(line, firstLine, subjectDn)),
    ...wholeFile(truststore),
  ];
}

/**
 * Reasons why an answer from this truststore may be wrong: parts of the file are not read, or the gateway rejects it.
 */
export function fileErrors(truststore: Truststore): AuditFinding[] {
  return mergedByCause(fileFindings(truststore).filter(({ severity }) => severity === 'error'));
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

function wholeFile(truststore: Truststore): PlacedFinding[] {
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
  if (blocks > limits.gatewayTruststoreCertificatesMax) {
    findings.push({
      ...whole,
      code: 'too-many-certificates',
      evidence: [`${blocks} certificates`, `accepted: at most ${limits.gatewayTruststoreCertificatesMax}`],
      remedy: 'Take CAs that no client uses, and repetitions, out: API Gateway does not take the truststore.',
    });
  }
  if (truststore.bytes > limits.gatewayTruststoreBytesMax) {
    findings.push({
      ...whole,
      code: 'too-large',
      evidence: [`${truststore.bytes} bytes`, `accepted: at most 1 MB, ${limits.gatewayTruststoreBytesMax} bytes`],
      remedy: 'Take comments, and CAs that no client uses, out: API Gateway does not take the truststore.',
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
