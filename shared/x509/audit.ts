/**
 * What is wrong with a truststore, or soon will be, certificate by certificate. The gateway tells about bad certificates only
 * when the domain name is updated; nobody is told when one expires later.
 */

import { limits } from '../base/limits.js';
import type { Finding } from '../model/index.js';
import type { Certificate } from './certificate.js';
import { explainBreak } from './explain.js';
import { problemFinding } from './findings.js';
import { identity, plural, span, when } from './format.js';
import { candidates, type Search, startSearch } from './paths.js';
import { type BrokenRule, issuerProblems } from './rules.js';
import { type BundleProblem, otherIssuers, type Truststore, type TruststoreCertificate } from './truststore.js';

/** A finding with its place in the file, from 1; null where it is about the whole. `depth` is always null. */
export interface AuditFinding extends Finding {
  readonly line: number | null;
}

export interface Audit {
  readonly findings: readonly AuditFinding[];
  /** Every certificate with its way up, for an overview. */
  readonly certificates: readonly AuditedCertificate[];
}

export interface AuditedCertificate {
  readonly line: number;
  readonly certificate: Certificate;
  readonly kind: 'root' | 'intermediate' | 'self-signed client' | 'no CA';
  /** Certificates from a client under this CA to the nearest root, both included; null where no root is reached. */
  readonly chainLength: number | null;
}

/** @param withinMs how long before its end a certificate counts as expiring */
export function auditTruststore(truststore: Truststore, at: number, withinMs: number): Audit {
  const search = startSearch(truststore, at);
  const distances = distancesToRoot(search);
  const findings: AuditFinding[] = truststore.problems.map(problemOfBundle);
  const certificates: AuditedCertificate[] = [];
  for (const held of truststore.certificates) {
    const { certificate, line, selfSigned } = held;
    const distance = distances.get(certificate.fingerprint);
    const problems = issuerProblems(certificate, at, selfSigned);
    const kind = kindOf(held, problems);
    certificates.push({ line, certificate, kind, chainLength: distance === undefined ? null : distance + 1 });
    const own: Finding[] = [
      ...ruleFindings(certificate, problems, kind, at),
      ...validityFindings(certificate, at, withinMs),
      ...chainFindings(search, held, kind, distance),
      ...subjectFindings(certificate, truststore),
    ];
    findings.push(...own.map((finding) => ({ ...finding, depth: null, line })));
  }
  for (const { line, firstLine, subjectDn } of truststore.duplicates)
    findings.push(duplicate(line, firstLine, subjectDn));
  findings.push(...wholeFile(truststore, search));
  return { findings: findings.sort(byUrgency), certificates };
}

function byUrgency(a: AuditFinding, b: AuditFinding): number {
  const rank = { error: 0, warning: 1, info: 2 };
  return rank[a.severity] - rank[b.severity] || (a.line ?? 0) - (b.line ?? 0);
}

/** By fingerprint: 1 for a root, 2 for what it signed, …; found downwards from the roots, each certificate once. */
function distancesToRoot(search: Search): Map<string, number> {
  const { certificates } = search.truststore;
  const children = new Map<string, TruststoreCertificate[]>();
  for (const held of certificates) {
    const siblings = children.get(held.certificate.issuerKey) ?? [];
    children.set(held.certificate.issuerKey, siblings);
    siblings.push(held);
  }
  const distances = new Map<string, number>();
  const queue = certificates.filter(({ selfSigned }) => selfSigned);
  for (const { certificate } of queue) distances.set(certificate.fingerprint, 1);
  // The queue grows while it is walked.
  for (const { certificate: issuer } of queue) {
    for (const child of children.get(issuer.subjectKey) ?? []) {
      if (distances.has(child.certificate.fingerprint) || !isSignedBy(search, child.certificate, issuer)) continue;
      distances.set(child.certificate.fingerprint, (distances.get(issuer.fingerprint) ?? 0) + 1);
      queue.push(child);
    }
  }
  return distances;
}

function isSignedBy(search: Search, child: Certificate, issuer: Certificate): boolean {
  for (const { held, signature } of candidates(search, child)) {
    if (held.certificate === issuer) return signature.kind === 'valid';
  }
  return false;
}

function kindOf(
  { certificate, selfSigned }: TruststoreCertificate,
  problems: readonly BrokenRule[],
): AuditedCertificate['kind'] {
  const isCa = problems.every(({ code }) => code !== 'issuer-not-ca');
  if (selfSigned) return isCa ? 'root' : 'self-signed client';
  return isCa || certificate.basicConstraints?.ca === true ? 'intermediate' : 'no CA';
}

/** The rules that do not change with time. A self-signed client need not be a CA: it stands for itself. */
function ruleFindings(
  certificate: Certificate,
  problems: readonly BrokenRule[],
  kind: AuditedCertificate['kind'],
  at: number,
): Finding[] {
  const place = { depth: 1, certificate, at };
  const timeless = problems.filter(({ code }) => !['issuer-expired', 'issuer-not-yet-valid'].includes(code));
  const relevant = timeless.filter(({ code }) => kind !== 'self-signed client' || code !== 'issuer-not-ca');
  const findings = relevant.map((problem) => problemFinding(problem, place));
  if (kind !== 'self-signed client') return findings;
  return [
    ...findings,
    own(
      'self-signed-client',
      'info',
      certificate,
      [identity(certificate)],
      `Keep ${certificate.subjectDn} only if that very client is meant: a self-signed certificate in the truststore lets in its holder and nobody else.`,
    ),
  ];
}

function validityFindings(certificate: Certificate, at: number, withinMs: number): Finding[] {
  const { notBefore, notAfter, subjectDn } = certificate;
  const place = { depth: 1, certificate, at };
  if (at > notAfter) return [problemFinding({ code: 'issuer-expired' }, place)];
  if (at < notBefore) return [problemFinding({ code: 'issuer-not-yet-valid' }, place)];
  if (notAfter - at > withinMs) return [];
  return [
    own(
      'expires-soon',
      'warning',
      certificate,
      [`not after ${when(notAfter)}`, `in ${span(notAfter - at)}`],
      `Get the renewed certificate of ${subjectDn} from its CA and add it to the truststore before ${when(notAfter)}, in ${span(notAfter - at)}: from then on every client below it is refused.`,
    ),
  ];
}

function chainFindings(
  search: Search,
  held: TruststoreCertificate,
  kind: AuditedCertificate['kind'],
  distance: number | undefined,
): Finding[] {
  const { certificate } = held;
  if (distance === undefined) {
    // What is missing further up is told with the certificate that lacks it.
    if (hasIssuer(search, certificate) && !leadsRound(search, certificate)) return [];
    const impostors = [...candidates(search, certificate)]
      .filter(({ signature }) => signature.kind !== 'valid')
      .map((one) => one.held);
    return [explainBreak(search, { path: [certificate], complete: false, impostors }, [])];
  }
  if (kind !== 'intermediate' || distance < limits.chainCertificatesMax) return [];
  return [
    own(
      'chain-too-long',
      'error',
      certificate,
      [`${distance + 1} certificates from a client to the root`, `accepted: at most ${limits.chainCertificatesMax}`],
      `Do not issue clients under ${certificate.subjectDn}: with it their chain has ${distance + 1} certificates, the gateway follows ${limits.chainCertificatesMax}. Let them use a CA nearer to the root.`,
    ),
  ];
}

function hasIssuer(search: Search, certificate: Certificate): boolean {
  for (const { signature } of candidates(search, certificate)) if (signature.kind === 'valid') return true;
  return false;
}

/** Whether the way up comes back to a certificate that it passed. */
function leadsRound(search: Search, start: Certificate): boolean {
  const seen = new Set<string>();
  let last: Certificate | undefined = start;
  while (last !== undefined && seen.size < limits.chainExplainedMax) {
    if (seen.has(last.fingerprint)) return true;
    seen.add(last.fingerprint);
    let next: Certificate | undefined;
    for (const { held, signature } of candidates(search, last)) {
      if (signature.kind === 'valid') next = held.certificate;
      if (next !== undefined) break;
    }
    last = next;
  }
  return false;
}

function subjectFindings(certificate: Certificate, truststore: Truststore): Finding[] {
  const others = otherIssuers(certificate, truststore);
  if (others.length === 0) return [];
  return [
    own(
      'two-issuers',
      'error',
      certificate,
      [`issuer ${certificate.issuerDn}`, ...others.map(({ issuerDn }) => `another issuer ${issuerDn}`)],
      `Keep one certificate of ${certificate.subjectDn}, the one whose chain is complete: the gateway does not take a truststore in which one subject comes with two issuers.`,
    ),
  ];
}

function duplicate(line: number, firstLine: number, subjectDn: string): AuditFinding {
  return {
    code: 'duplicate',
    severity: 'info',
    depth: null,
    subjectDn,
    evidence: [`the same certificate as in line ${firstLine}`],
    remedy: `Leave it, or take the repetition of ${subjectDn} out: it changes nothing.`,
    line,
  };
}

function problemOfBundle(problem: BundleProblem): AuditFinding {
  const at = { depth: null, subjectDn: null, line: problem.line };
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
        remedy: `Take the block in line ${problem.line} out: a truststore holds certificates only.`,
      };
  }
}

function wholeFile(truststore: Truststore, search: Search): AuditFinding[] {
  const findings: AuditFinding[] = [];
  const whole = { depth: null, subjectDn: null, line: null, severity: 'error' } as const;
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
  if (search.work.exhausted) {
    findings.push({
      ...whole,
      code: 'search-limit-exceeded',
      evidence: [`more than ${limits.signatureChecksMax} signatures`],
      remedy: 'Take cross-certificates that nobody needs out of the truststore; not every chain was followed.',
    });
  }
  return findings;
}

function own(
  code: string,
  severity: Finding['severity'],
  { subjectDn }: Certificate,
  evidence: readonly string[],
  remedy: string,
): Finding {
  return { code, severity, depth: null, subjectDn, evidence: evidence.slice(0, limits.evidencePerFindingMax), remedy };
}
