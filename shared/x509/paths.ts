/**
 * Builds paths from a client's certificate through a truststore. Two questions, two searches: is there a path on which
 * everything is right (`findTrustedPath`), and if not, which attempt comes nearest (`nearestAttempt`). Both are bounded by
 * counters, not by time, and remember what leads nowhere, so that cross-signed meshes and loops cost no more than
 * their certificates and signatures.
 */

import { limits } from '../base/limits.js';
import type { Certificate } from './certificate.js';
import { checkNameConstraints, type NameViolation } from './name-constraints.js';
import { type BrokenRule, issuerProblems } from './rules.js';
import { checkSignature, type SignatureState } from './signature.js';
import type { KeyGroup, Truststore, TruststoreCertificate } from './truststore.js';

/** From the client's certificate, at 0, to the end that was reached. */
export type Path = readonly Certificate[];

/** What only the path as a whole can break; `depth` is the place of the CA whose limit it is, or of the excess one. */
export type PathProblem =
  | { readonly code: 'chain-too-long'; readonly depth: number }
  | { readonly code: 'path-length-exceeded'; readonly depth: number; readonly allowed: number; readonly found: number }
  | {
      readonly code: 'name-constraint-violated';
      readonly depth: number;
      readonly constrainedBy: Certificate;
      readonly violation: NameViolation;
    };

/** One search over one truststore at one time. Holds the counters; made anew for each question. */
export interface Search {
  readonly truststore: Truststore;
  readonly at: number;
  readonly work: { signatureChecks: number; steps: number; relatives: number; exhausted: boolean };
  /** Problems by fingerprint; they do not depend on the path. */
  readonly issuers: Map<string, readonly BrokenRule[]>;
}

export function startSearch(truststore: Truststore, at: number): Search {
  return { truststore, at, work: { signatureChecks: 0, steps: 0, relatives: 0, exhausted: false }, issuers: new Map() };
}

/** A CA that may have signed a certificate, with what its signature says. */
export interface Candidate {
  readonly held: TruststoreCertificate;
  readonly signature: SignatureState;
}

/** The CAs of the truststore that carry the issuer's name: matching key identifiers first, self-signed ones first. */
export function* candidates(search: Search, child: Certificate, onlyAnchors = false): Generator<Candidate> {
  const groups = search.truststore.issuers.get(child.issuerKey) ?? [];
  const matching = ({ keyId }: KeyGroup) => keyId !== null && keyId === child.authorityKeyId;
  for (const group of groups.length < 2
    ? groups
    : [...groups.filter(matching), ...groups.filter((one) => !matching(one))]) {
    const members = onlyAnchors ? group.anchors : [...group.anchors, ...group.intermediates];
    const [first] = members;
    if (first === undefined) continue;
    // All members have one key, so one check speaks for all.
    const signature = signatureState(search, child, group, first.certificate);
    for (const held of members) {
      if (search.work.exhausted || ++search.work.steps > limits.pathStepsMax) {
        search.work.exhausted = true;
        return;
      }
      yield { held, signature };
    }
  }
}

function signatureState(search: Search, child: Certificate, group: KeyGroup, issuer: Certificate): SignatureState {
  const { signatures, byFingerprint, keys } = search.truststore;
  // Edges between CAs are remembered with the truststore; a client's own only while it is looked at.
  const id = `${child.fingerprint} ${group.id}`;
  const known = signatures.get(id);
  if (known !== undefined) return known;
  if (search.work.signatureChecks >= limits.signatureChecksMax) {
    search.work.exhausted = true;
    return { kind: 'unverifiable', detail: `more than ${limits.signatureChecksMax} signatures to check` };
  }
  search.work.signatureChecks++;
  const state = checkSignature(child, issuer, keys);
  if (byFingerprint.has(child.fingerprint)) signatures.set(id, state);
  return state;
}

export function problemsOf(search: Search, { certificate, selfSigned }: TruststoreCertificate): readonly BrokenRule[] {
  let problems = search.issuers.get(certificate.fingerprint);
  if (problems === undefined) {
    problems = issuerProblems(certificate, search.at, selfSigned);
    search.issuers.set(certificate.fingerprint, problems);
  }
  return problems;
}

/** The first path on which every signature verifies and no rule is broken, or null. The client itself is not judged. */
export function findTrustedPath(search: Search, client: Certificate): Path | null {
  /** How many more certificates were of no use behind one, whatever stood in front of it. */
  const deadEnds = new Map<string, number>();

  /** A path, or whether any self-signed end was reached at all. */
  const extend = (path: readonly Certificate[], last: Certificate): Path | boolean => {
    const room = limits.chainCertificatesMax - path.length;
    if (room === 0 || (deadEnds.get(last.fingerprint) ?? 0) >= room) return false;
    let reached = false;
    for (const { held, signature } of candidates(search, last, room === 1)) {
      if (signature.kind !== 'valid' || path.includes(held.certificate) || problemsOf(search, held).length > 0)
        continue;
      const longer = [...path, held.certificate];
      if (!held.selfSigned) {
        const result = extend(longer, held.certificate);
        if (typeof result !== 'boolean') return result;
        reached ||= result;
      } else if (pathProblems(longer).length === 0) return longer;
      else reached = true;
    }
    if (!reached && !search.work.exhausted) deadEnds.set(last.fingerprint, room);
    return reached;
  };

  const result = extend([client], client);
  return typeof result === 'boolean' ? null : result;
}

/** How far the nearest attempt came: to a self-signed end, or to a certificate whose issuer's signature is not to be had. */
export interface Attempt {
  readonly path: Path;
  readonly complete: boolean;
  /** CAs under the issuer's name that did not make the signature of the last certificate; none when complete. */
  readonly impostors: readonly TruststoreCertificate[];
}

interface Node {
  readonly certificate: Certificate;
  readonly parent: Node | null;
  readonly length: number;
  readonly cost: number;
}

/** A broken rule weighs more than any length. */
const PROBLEM_COST = 100;

/**
 * The attempt with the fewest broken rules, among those that reach a self-signed end; else the one that breaks off with
 * the most to be said about. A search in the order of cost: each certificate is visited once.
 */
export function nearestAttempt(search: Search, client: Certificate): Attempt {
  const queue: Node[][] = [[{ certificate: client, parent: null, length: 1, cost: 0 }]];
  const visited = new Set<string>();
  const costs = new Map<string, number>();
  let best: { node: Node; impostors: TruststoreCertificate[]; rank: number } | null = null;
  for (let cost = 0; cost < queue.length && !search.work.exhausted; cost++) {
    for (const node of queue[cost] ?? []) {
      const { certificate, length } = node;
      if (visited.has(certificate.fingerprint)) continue;
      visited.add(certificate.fingerprint);
      const held = search.truststore.byFingerprint.get(certificate.fingerprint);
      if (held?.selfSigned) return { path: pathTo(node), complete: true, impostors: [] };
      const { next, impostors } = expand(search, node, costs);
      for (const one of next) {
        const level = queue[one.cost] ?? [];
        level.push(one);
        queue[one.cost] = level;
      }
      if (next.length > 0 || length >= limits.chainExplainedMax) continue;
      const rank = (impostors.length > 0 ? 1_000 : 0) + length - cost;
      if (best === null || rank > best.rank) best = { node, impostors, rank };
    }
  }
  return best === null
    ? { path: [client], complete: false, impostors: [] }
    : { path: pathTo(best.node), complete: false, impostors: best.impostors };
}

function expand(
  search: Search,
  node: Node,
  costs: Map<string, number>,
): { next: Node[]; impostors: TruststoreCertificate[] } {
  const next: Node[] = [];
  const impostors: TruststoreCertificate[] = [];
  for (const { held, signature } of candidates(search, node.certificate)) {
    const { certificate } = held;
    const plausible =
      signature.kind === 'valid' ||
      (signature.kind === 'unverifiable' && !identifiersDiffer(node.certificate, certificate));
    if (!plausible) {
      impostors.push(held);
      continue;
    }
    if (node.length >= limits.chainExplainedMax) continue;
    const length = node.length + 1;
    const tooLong = length === limits.chainCertificatesMax + 1 ? PROBLEM_COST : 0;
    const unproven = signature.kind === 'valid' ? 0 : 1;
    const cost = node.cost + 1 + tooLong + (problemsOf(search, held).length + unproven) * PROBLEM_COST;
    if (cost >= (costs.get(certificate.fingerprint) ?? Number.POSITIVE_INFINITY)) continue;
    costs.set(certificate.fingerprint, cost);
    next.push({ certificate, parent: node, length, cost });
  }
  return { next, impostors };
}

export function identifiersDiffer(child: Certificate, issuer: Certificate): boolean {
  return child.authorityKeyId !== null && issuer.subjectKeyId !== null && child.authorityKeyId !== issuer.subjectKeyId;
}

function pathTo(end: Node): Path {
  const path: Certificate[] = [];
  for (let node: Node | null = end; node !== null; node = node.parent) path.unshift(node.certificate);
  return path;
}

/** What the path as a whole breaks. `path` goes from the client to a self-signed end. */
export function pathProblems(path: Path): PathProblem[] {
  const problems: PathProblem[] = [];
  if (path.length > limits.chainCertificatesMax)
    problems.push({ code: 'chain-too-long', depth: limits.chainCertificatesMax });
  let below = 0;
  for (const [depth, certificate] of path.entries()) {
    const allowed = certificate.basicConstraints?.pathLength ?? null;
    if (depth > 0 && allowed !== null && below > allowed) {
      problems.push({ code: 'path-length-exceeded', depth, allowed, found: below });
    }
    // RFC 5280, 6.1.4 (l): certificates that a CA issued to itself do not count.
    if (depth > 0 && certificate.subjectKey !== certificate.issuerKey) below++;
  }
  const violation = nameProblem(path);
  return violation === null ? problems : [...problems, violation];
}

function nameProblem(path: Path): PathProblem | null {
  for (const [above, constrainedBy] of path.entries()) {
    if (above === 0 || constrainedBy.nameConstraints === null) continue;
    for (const [depth, certificate] of path.slice(0, above).entries()) {
      // RFC 5280, 6.1.3 (b): nor are they constrained, except at the end of the path.
      if (depth > 0 && certificate.subjectKey === certificate.issuerKey) continue;
      const violation = checkNameConstraints(certificate, constrainedBy.nameConstraints, depth === 0);
      if (violation !== null) return { code: 'name-constraint-violated', depth, constrainedBy, violation };
    }
  }
  return null;
}
