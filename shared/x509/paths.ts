/**
 * Builds paths from a client's certificate through a truststore. Two questions need two searches: is there a path that
 * breaks no rule (`findTrustedPath`), and if not, which attempt is the nearest (`nearestAttempt`). Both are bounded by
 * counters, not by time, and remember dead ends, so that the work for cross-signed meshes and loops grows with the
 * number of certificates and signatures only.
 */

import { limits } from '../base/limits.js';
import type { Certificate } from './certificate.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { checkNameConstraints, type NameViolation } from './name-constraints.js';
import { type BrokenRule, decisive, issuerProblems } from './rules.js';
import { checkSignature, type SignatureState } from './signature.js';
import {
  type IdentifierConflict,
  identifierConflict,
  type KeyGroup,
  keyGroups,
  signedItself,
  type Truststore,
  type TruststoreCertificate,
} from './truststore.js';

/** From the client's certificate, at index 0, to the last certificate that was reached. */
export type Path = readonly Certificate[];

/**
 * Rules that only a path as a whole can break. `depth` is the position of the CA that sets the limit, or of the
 * certificate that exceeds it.
 */
export type PathProblem =
  | { readonly code: 'chain-too-long'; readonly depth: number; readonly allowed: number }
  | { readonly code: 'path-length-exceeded'; readonly depth: number; readonly allowed: number; readonly found: number }
  | {
      readonly code: 'name-constraint-violated';
      readonly depth: number;
      readonly constrainedBy: Certificate;
      readonly violation: NameViolation;
    };

/** One search over one truststore at one time, with its counters. Created for each question. */
export interface Search {
  readonly truststore: Truststore;
  readonly at: number;
  readonly door: DoorRules;
  /** The CAs that the door follows above a client, the root included. */
  readonly chainCasMax: number;
  readonly work: { signatureChecks: number; steps: number; relatives: number; exhausted: boolean };
  /** Problems by fingerprint; they do not depend on the path. */
  readonly issuers: Map<string, readonly BrokenRule[]>;
  /** Results of signature checks on certificates that are not in the truststore; kept only as long as this search. */
  readonly signatures: Map<string, SignatureState>;
}

/** @param before an earlier search for the same client at the same time and door, whose signature checks are reused */
export function startSearch(
  truststore: Truststore,
  at: number,
  door: DoorRules = doorRules['api-gateway'],
  chainCasMax: number = door.chainCas,
  before?: Search,
): Search {
  return {
    truststore,
    at,
    door,
    chainCasMax,
    work: { signatureChecks: 0, steps: 0, relatives: 0, exhausted: false },
    issuers: before?.issuers ?? new Map(),
    signatures: before?.signatures ?? new Map(),
  };
}

/** A CA that may have signed a certificate, with the result of the signature check. */
export interface Candidate {
  readonly held: TruststoreCertificate;
  readonly signature: SignatureState;
  /** The part of the authority key identifier that does not match; null if all match. */
  readonly conflict: IdentifierConflict | null;
}

/** Which CAs with the issuer's name are returned; the signatures of the others are not checked. */
type Wanted = 'all' | 'fitting' | 'fitting-anchors';

/**
 * The CAs of the truststore with the issuer's name: those that match the identifiers first, and self-signed ones first.
 */
export function* candidates(search: Search, child: Certificate, wanted: Wanted = 'all'): Generator<Candidate> {
  for (const { group, members } of groupsInOrder(search, child, wanted)) {
    const signature = signatureState(search, child, group);
    for (const held of members) {
      if (!step(search)) return;
      yield { held, signature, conflict: identifierConflict(child, held.certificate) };
    }
  }
}

interface OrderedGroup {
  readonly group: KeyGroup;
  readonly members: readonly TruststoreCertificate[];
  /** Whether no certificate of the key was left out. */
  readonly isWhole: boolean;
}

function groupsInOrder({ truststore }: Search, child: Certificate, wanted: Wanted): OrderedGroup[] {
  const meant: OrderedGroup[] = [];
  const fitting: OrderedGroup[] = [];
  const others: OrderedGroup[] = [];
  for (const group of keyGroups(truststore, child.issuerKey)) {
    const members: TruststoreCertificate[] = [];
    const misfits: TruststoreCertificate[] = [];
    let isMeant = false;
    for (const held of wanted === 'fitting-anchors' ? group.anchors : group.members) {
      if (identifierConflict(child, held.certificate) !== null) misfits.push(held);
      else {
        members.push(held);
        isMeant ||= held.certificate.subjectKeyId === child.authorityKeyId;
      }
    }
    const rank = members.length === 0 ? others : isMeant ? meant : fitting;
    if (wanted === 'all') members.push(...misfits);
    if (members.length > 0) rank.push({ group, members, isWhole: members.length === group.members.length });
  }
  return [...meant, ...fitting, ...others];
}

/** Counts one step of the search; false when the limit is reached. */
function step({ work }: Search): boolean {
  if (!work.exhausted && ++work.steps > limits.pathStepsMax) work.exhausted = true;
  return !work.exhausted;
}

/** All members of a group have the same key, so one check is enough. */
function signatureState(search: Search, child: Certificate, group: KeyGroup): SignatureState {
  const { byFingerprint, known } = search.truststore;
  // Results for pairs of CAs are cached with the truststore.
  const memory = byFingerprint.has(child.fingerprint) ? known.signatures : search.signatures;
  const id = `${child.fingerprint} ${group.id}`;
  const before = memory.get(id);
  if (before !== undefined) return before;
  if (search.work.signatureChecks >= limits.signatureChecksMax) {
    search.work.exhausted = true;
    return { kind: 'unverifiable', detail: `more than ${limits.signatureChecksMax} signatures to check` };
  }
  search.work.signatureChecks++;
  const state = checkSignature(child, group.members[0].certificate, known.keys);
  memory.set(id, state);
  return state;
}

export function problemsOf(search: Search, { certificate, selfSigned }: TruststoreCertificate): readonly BrokenRule[] {
  let problems = search.issuers.get(certificate.fingerprint);
  if (problems === undefined) {
    problems = issuerProblems(certificate, search.at, selfSigned, search.door);
    search.issuers.set(certificate.fingerprint, problems);
  }
  return problems;
}

/**
 * The first path on which every signature verifies and no rule is broken, or null. The rules for the client's own
 * certificate are not checked here.
 */
export function findTrustedPath(search: Search, client: Certificate): Path | null {
  /** The number of further certificates that led to no path behind the CAs of a key, for any path before them. */
  const deadEnds = new Map<number, number>();

  /** A path, or whether any self-signed certificate was reached. */
  const extend = (path: readonly Certificate[], last: Certificate): Path | boolean => {
    const room = search.chainCasMax + 1 - path.length;
    if (room === 0) return false;
    let reached = false;
    for (const ordered of groupsInOrder(search, last, room === 1 ? 'fitting-anchors' : 'fitting')) {
      if ((deadEnds.get(ordered.group.id) ?? 0) >= room) continue;
      if (signatureState(search, last, ordered.group).kind !== 'valid') continue;
      const result = through(path, ordered.members);
      if (typeof result !== 'boolean') return result;
      if (!result && !search.work.exhausted && (ordered.isWhole || room === 1)) deadEnds.set(ordered.group.id, room);
      reached ||= result;
    }
    return reached;
  };

  const through = (path: readonly Certificate[], members: readonly TruststoreCertificate[]): Path | boolean => {
    let reached = false;
    for (const held of members) {
      if (!step(search)) return reached;
      if (path.includes(held.certificate) || decisive(problemsOf(search, held)).length > 0) continue;
      const longer = [...path, held.certificate];
      if (!held.selfSigned) {
        const result = extend(longer, held.certificate);
        if (typeof result !== 'boolean') return result;
        reached ||= result;
      } else if (pathProblems(longer, search.chainCasMax).length === 0) return longer;
      else reached = true;
    }
    return reached;
  };

  const result = extend([client], client);
  return typeof result === 'boolean' ? null : result;
}

/** The nearest attempt: it ends at a self-signed certificate, or at one whose issuer is not available. */
export interface Attempt {
  readonly path: Path;
  readonly complete: boolean;
  /** Whether the chain continues beyond the limit. */
  readonly isEndless: boolean;
  /** CAs with the issuer's name that did not sign the last certificate; empty if the path is complete. */
  readonly impostors: readonly TruststoreCertificate[];
}

interface Node {
  readonly certificate: Certificate;
  readonly parent: Node | null;
  readonly length: number;
  readonly cost: number;
}

/** A broken rule costs more than any length of the path. */
const PROBLEM_COST = 100;

/**
 * The attempt with the fewest broken rules that reaches a self-signed certificate; if there is none, the incomplete
 * attempt that can be explained best. The search goes in the order of cost and visits each certificate once.
 */
export function nearestAttempt(search: Search, client: Certificate): Attempt {
  const queue: Node[][] = [[{ certificate: client, parent: null, length: 1, cost: 0 }]];
  const visited = new Set<string>();
  const costs = new Map<string, number>();
  let best: { node: Node; impostors: TruststoreCertificate[]; rank: number } | null = null;
  let endless: Node | null = null;
  for (let cost = 0; cost < queue.length && !search.work.exhausted; cost++) {
    for (const node of queue[cost] ?? []) {
      const { certificate, length } = node;
      if (visited.has(certificate.fingerprint)) continue;
      visited.add(certificate.fingerprint);
      const held = search.truststore.byFingerprint.get(certificate.fingerprint);
      if (held !== undefined && (held.selfSigned || signedItself(certificate, search.truststore.known.keys)))
        return { ...NOTHING_FOUND, path: pathTo(node), complete: true };
      const { next, impostors } = expand(search, node, costs);
      for (const one of next) {
        const level = queue[one.cost] ?? [];
        level.push(one);
        queue[one.cost] = level;
      }
      if (length >= limits.chainExplainedMax) endless ??= node;
      if (next.length > 0 || length >= limits.chainExplainedMax) continue;
      const rank = (impostors.length > 0 ? 1_000 : 0) + length - cost;
      if (best === null || rank > best.rank) best = { node, impostors, rank };
    }
  }
  if (endless !== null) return { ...NOTHING_FOUND, path: pathTo(endless), isEndless: true };
  return best === null
    ? { ...NOTHING_FOUND, path: [client] }
    : { ...NOTHING_FOUND, path: pathTo(best.node), impostors: best.impostors };
}

const NOTHING_FOUND = { complete: false, isEndless: false, impostors: [] } as const;

function expand(
  search: Search,
  node: Node,
  costs: Map<string, number>,
): { next: Node[]; impostors: TruststoreCertificate[] } {
  const next: Node[] = [];
  const impostors: TruststoreCertificate[] = [];
  for (const { held, signature, conflict } of candidates(search, node.certificate)) {
    const { certificate } = held;
    const plausible = signature.kind === 'valid' || (signature.kind === 'unverifiable' && conflict === null);
    if (!plausible) {
      impostors.push(held);
      continue;
    }
    if (node.length >= limits.chainExplainedMax) continue;
    const length = node.length + 1;
    const faults =
      decisive(problemsOf(search, held)).length +
      (signature.kind === 'valid' ? 0 : 1) +
      (conflict === null ? 0 : 1) +
      (length === search.chainCasMax + 2 ? 1 : 0);
    const cost = node.cost + 1 + faults * PROBLEM_COST;
    if (cost >= (costs.get(certificate.fingerprint) ?? Number.POSITIVE_INFINITY)) continue;
    costs.set(certificate.fingerprint, cost);
    next.push({ certificate, parent: node, length, cost });
  }
  return { next, impostors };
}

function pathTo(end: Node): Path {
  const path: Certificate[] = [];
  for (let node: Node | null = end; node !== null; node = node.parent) path.unshift(node.certificate);
  return path;
}

/** The rules that the path as a whole breaks. `path` goes from the client to a self-signed certificate. */
export function pathProblems(path: Path, chainCasMax: number): PathProblem[] {
  const problems: PathProblem[] = [];
  if (path.length > chainCasMax + 1)
    problems.push({ code: 'chain-too-long', depth: chainCasMax + 1, allowed: chainCasMax });
  let below = 0;
  for (const [depth, certificate] of path.entries()) {
    const allowed = certificate.basicConstraints?.pathLength ?? null;
    if (depth > 0 && allowed !== null && below > allowed) {
      problems.push({ code: 'path-length-exceeded', depth, allowed, found: below });
    }
    // RFC 5280, 6.1.4 (l): self-issued certificates do not count.
    if (depth > 0 && certificate.subjectKey !== certificate.issuerKey) below++;
  }
  const violation = nameProblem(path);
  return violation === null ? problems : [...problems, violation];
}

function nameProblem(path: Path): PathProblem | null {
  for (const [above, constrainedBy] of path.entries()) {
    if (above === 0 || constrainedBy.nameConstraints === null) continue;
    for (const [depth, certificate] of path.slice(0, above).entries()) {
      // RFC 5280, 6.1.3 (b): name constraints do not apply to self-issued certificates, except at the end of the path.
      if (depth > 0 && certificate.subjectKey === certificate.issuerKey) continue;
      const violation = checkNameConstraints(certificate, constrainedBy.nameConstraints, depth === 0);
      if (violation !== null) return { code: 'name-constraint-violated', depth, constrainedBy, violation };
    }
  }
  return null;
}
