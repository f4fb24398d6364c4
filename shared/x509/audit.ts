/**
 * Checks every certificate of a truststore for problems now and in the near future. The gateway reports bad
 * certificates only when the domain name is updated, and reports nothing when a certificate expires later.
 */

import { limits } from '../base/limits.js';
import type { Finding, ProbedGateway } from '../model/index.js';
import { type Phrase, plain, say } from '../model/phrases.js';
import { fileFindings } from './audit-file.js';
import { type AuditFinding, mergedByCause, type PlacedFinding, sameNameFindings } from './audit-places.js';
import type { Certificate } from './certificate.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { explainBreak } from './explain.js';
import { keyIdentifierMismatch, problemFinding } from './findings.js';
import { sayIdentity, saySpan, when } from './format.js';
import { candidates, type Search, startSearch } from './paths.js';
import { chainCasMaxAt, chainHere } from './probed.js';
import { type BrokenRule, issuerProblems } from './rules.js';
import { otherIssuers, type Truststore, type TruststoreCertificate } from './truststore.js';
import { worded } from './wording.js';

export type { AuditFinding } from './audit-places.js';

export interface Audit {
  readonly findings: readonly AuditFinding[];
  /** Every certificate with the length of its chain, for an overview. */
  readonly certificates: readonly AuditedCertificate[];
}

export interface AuditedCertificate {
  readonly line: number;
  readonly certificate: Certificate;
  readonly kind: 'root' | 'intermediate' | 'self-signed client' | 'leaf' | 'no CA';
  /**
   * Number of certificates from a client under this CA up to the nearest root, both included; null if no root is
   * reached.
   */
  readonly chainLength: number | null;
}

/**
 * @param withinMs how long before its end a certificate counts as expiring
 * @param door whose rules apply
 * @param probed what probes showed at the gateway in question
 */
export function auditTruststore(
  truststore: Truststore,
  at: number,
  withinMs: number,
  door: DoorRules = doorRules['api-gateway'],
  probed: ProbedGateway | null = null,
): Audit {
  const seen = door.id === 'api-gateway' ? probed : null;
  const search = startSearch(truststore, at, door, chainCasMaxAt(door, seen, null));
  const distances = distancesToRoot(search);
  const findings = fileFindings(truststore, door);
  const issuerKeys = new Set(truststore.certificates.map(({ certificate }) => certificate.issuerKey));
  const certificates: AuditedCertificate[] = [];
  const selfSignedClients: TruststoreCertificate[] = [];
  for (const held of truststore.certificates) {
    const { certificate, line, selfSigned } = held;
    const distance = distances.get(certificate.fingerprint);
    const problems = issuerProblems(certificate, at, selfSigned, door);
    const kind = kindOf(held, problems, issuerKeys);
    if (kind === 'self-signed client') selfSignedClients.push(held);
    certificates.push({ line, certificate, kind, chainLength: distance === undefined ? null : distance + 1 });
    const alone: Finding[] = [
      ...ruleFindings(held, problems, kind, search),
      ...validityFindings(certificate, at, withinMs, door),
      ...subjectFindings(certificate, search),
    ];
    findings.push(...alone.map((finding) => ({ ...finding, depth: null, line, cause: null })));
    const missing = `${certificate.issuerKey} ${certificate.authorityKeyId}`;
    const chain =
      kind === 'leaf' ? [] : chainFindings(search, held, kind, distance).map((one) => chainHere(one, seen, null));
    findings.push(...chain.map((finding) => ({ ...finding, depth: null, line, cause: causeOf(finding, missing) })));
  }
  if (search.work.exhausted) findings.push(SEARCH_LIMIT);
  const all = [...mergedByCause(findings), ...sameNameFindings(selfSignedClients)];
  return { findings: all.sort(byUrgency), certificates };
}

const SEARCH_LIMIT: PlacedFinding = {
  code: 'search-limit-exceeded',
  severity: 'error',
  depth: null,
  subjectDn: null,
  line: null,
  cause: null,
  ...worded({
    evidence: [say`more than ${limits.signatureChecksMax} signatures`],
    remedy: say`Take cross-certificates that nobody needs out of the truststore; not every chain was followed.`,
  }),
};

/** Findings about the same missing issuer have the same cause. */
function causeOf({ code }: Finding, missing: string): string | null {
  return ['issuer-missing', 'intermediate-missing', 'issuer-rekeyed'].includes(code) ? missing : null;
}

function byUrgency(a: AuditFinding, b: AuditFinding): number {
  const rank = { error: 0, warning: 1, info: 2 };
  return rank[a.severity] - rank[b.severity] || (a.line ?? 0) - (b.line ?? 0);
}

/**
 * Distances by fingerprint: 1 for a root, 2 for a certificate that it signed, and so on. The search goes from the roots
 * down and visits each certificate once.
 */
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
  // The queue grows during the loop.
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
  for (const { held, signature } of candidates(search, child, 'fitting')) {
    if (held.certificate === issuer) return signature.kind === 'valid';
  }
  return false;
}

function kindOf(
  { certificate, selfSigned }: TruststoreCertificate,
  problems: readonly BrokenRule[],
  issuerKeys: ReadonlySet<string>,
): AuditedCertificate['kind'] {
  const isCa = problems.every(({ code }) => code !== 'issuer-not-ca');
  if (selfSigned) return isCa ? 'root' : 'self-signed client';
  if (isCa || certificate.basicConstraints?.ca === true) return 'intermediate';
  return issuerKeys.has(certificate.subjectKey) || certificate.keyUsage?.includes('keyCertSign') === true
    ? 'no CA'
    : 'leaf';
}

/**
 * The rules that do not depend on time. A self-signed client certificate need not be a CA, because it is trusted
 * itself.
 */
function ruleFindings(
  { certificate, line }: TruststoreCertificate,
  problems: readonly BrokenRule[],
  kind: AuditedCertificate['kind'],
  { at, truststore, door }: Search,
): Finding[] {
  const place = { depth: 1, certificate, at, door };
  const timeless = problems.filter(({ code }) => !['issuer-expired', 'issuer-not-yet-valid'].includes(code));
  if (kind === 'leaf') return [leafFinding(certificate, line, truststore)];
  const relevant = timeless.filter(({ code }) => kind !== 'self-signed client' || code !== 'issuer-not-ca');
  const findings = relevant.map((problem) => problemFinding(problem, place));
  if (kind !== 'self-signed client') return findings;
  return [
    ...findings,
    own(
      'self-signed-client',
      'info',
      certificate,
      [sayIdentity(certificate)],
      say`Keep ${certificate.subjectName} only if that very client is meant: a self-signed certificate in the truststore lets in its holder and nobody else.`,
    ),
  ];
}

function leafFinding(certificate: Certificate, line: number, { bySubject }: Truststore): Finding {
  const { subjectName, issuerName, issuerKey } = certificate;
  const [issuer] = bySubject.get(issuerKey) ?? [];
  const out = say`Take the certificate in line ${line} out: ${subjectName} is no CA, and its certificate here lets nobody in, not even its holder.`;
  return own(
    'issuer-not-ca',
    'error',
    certificate,
    [say`a leaf: the certificate of a client or a server, and of no CA`, say`issued by ${issuerName}`],
    issuer === undefined
      ? say`${out} Its holder is let in by the CA that issued it, ${issuerName}; put that CA here, with every CA up to its root.`
      : say`${out} Its holder is let in by the CA that issued it, ${issuerName}, which is in line ${issuer.line}.`,
  );
}

function validityFindings(certificate: Certificate, at: number, withinMs: number, door: DoorRules): Finding[] {
  const { notBefore, notAfter, subjectName } = certificate;
  const place = { depth: 1, certificate, at, door };
  if (at > notAfter) return [problemFinding({ code: 'issuer-expired' }, place)];
  if (at < notBefore) return [problemFinding({ code: 'issuer-not-yet-valid' }, place)];
  if (notAfter - at > withinMs) return [];
  return [
    own(
      'expires-soon',
      'warning',
      certificate,
      [say`not after ${when(notAfter)}`, say`in ${saySpan(notAfter - at)}`],
      say`Get the renewed certificate of ${subjectName} from its CA and add it to the truststore before ${when(notAfter)}, in ${saySpan(notAfter - at)}: from then on every client below it is refused.`,
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
  if (distance === undefined) return brokenChain(search, certificate);
  const { door } = search;
  if (kind !== 'intermediate' || distance <= search.chainCasMax) return [];
  return [
    own(
      'chain-too-long',
      'error',
      certificate,
      [
        say`${distance} CA certificates above a client`,
        say`accepted: at most ${search.chainCasMax}, the root included`,
      ],
      say`Do not issue clients under ${certificate.subjectName}: with it there are ${distance} CAs above them, ${plain(door.name)} follows ${search.chainCasMax}. Let them use a CA nearer to the root.`,
    ),
  ];
}

/**
 * For a certificate from which no root is reached. A CA that is missing further up is reported with the certificate
 * that lacks it.
 */
function brokenChain(search: Search, certificate: Certificate): Finding[] {
  const found = [...candidates(search, certificate)];
  const place = { depth: 1, certificate };
  const misnamed = found.find(({ signature, conflict }) => signature.kind === 'valid' && conflict !== null);
  if (found.some(({ signature, conflict }) => signature.kind === 'valid' && conflict === null))
    return leadsRound(search, certificate)
      ? [explainBreak(search, { path: [certificate], complete: false, isEndless: false, impostors: [] }, [])]
      : [];
  if (misnamed !== undefined && misnamed.conflict !== null)
    return [keyIdentifierMismatch(place, misnamed.held.certificate, misnamed.conflict, search)];
  // A signature that cannot be checked is reported by its algorithm, not as an altered certificate.
  if (found.some(({ signature, conflict }) => signature.kind === 'unverifiable' && conflict === null)) return [];
  const impostors = found.map(({ held }) => held);
  return [explainBreak(search, { path: [certificate], complete: false, isEndless: false, impostors }, [])];
}

/** Whether the path upwards returns to a certificate that it already contains. */
function leadsRound(search: Search, start: Certificate): boolean {
  const seen = new Set<string>();
  let last: Certificate | undefined = start;
  while (last !== undefined && seen.size < limits.chainExplainedMax) {
    if (seen.has(last.fingerprint)) return true;
    seen.add(last.fingerprint);
    let next: Certificate | undefined;
    for (const { held, signature } of candidates(search, last, 'fitting')) {
      if (signature.kind === 'valid') next = held.certificate;
      if (next !== undefined) break;
    }
    last = next;
  }
  return false;
}

function subjectFindings(certificate: Certificate, { truststore, door }: Search): Finding[] {
  // No other door is known to object to that.
  if (door.rules['two-issuers'].standing === 'unknown') return [];
  const others = otherIssuers(certificate, truststore);
  if (others.length === 0) return [];
  return [
    own(
      'two-issuers',
      'error',
      certificate,
      [say`issuer ${certificate.issuerName}`, ...others.map(({ issuerName }) => say`another issuer ${issuerName}`)],
      say`Keep one certificate of ${certificate.subjectName}, the one whose chain is complete: the gateway does not take a truststore in which one subject comes with two issuers.`,
    ),
  ];
}

function own(
  code: string,
  severity: Finding['severity'],
  { subjectName }: Certificate,
  evidence: readonly Phrase[],
  remedy: Phrase,
): Finding {
  return {
    code,
    severity,
    depth: null,
    subjectDn: subjectName,
    ...worded({ evidence: evidence.slice(0, limits.evidencePerFindingMax), remedy }),
  };
}
