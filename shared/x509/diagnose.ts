/**
 * The verdict on one certificate: whether the gateway would accept it with this truststore at this time, and if not,
 * why, and what to change. It does what a runbook asks a person to do with `openssl`, by the gateway's own rules. Pure;
 * its work is bounded by the counters of `limits.ts` for every certificate and bundle.
 */

import { limits } from '../base/limits.js';
import { type FindingCode, findingCodes } from '../model/finding-codes.js';
import type { Diagnosis, Finding, ProbedGateway } from '../model/index.js';
import type { ReasonId } from '../model/reasons.js';
import { besideRefusal } from './beside-refusal.js';
import type { Certificate, Malformed } from './certificate.js';
import { explainBreak } from './explain.js';
import {
  finding,
  keyIdentifierMismatch,
  pathFinding,
  problemFinding,
  searchLimit,
  twoIssuers,
  wouldPass,
} from './findings.js';
import {
  type Attempt,
  findTrustedPath,
  nearestAttempt,
  type Path,
  pathProblems,
  problemsOf,
  type Search,
  startSearch,
} from './paths.js';
import { chainCasMaxAt, letInHere, longerThanSeen, refusedHere, seenHere } from './probed.js';
import { clientProblems } from './rules.js';
import { checkSignature } from './signature.js';
import { identifierConflict, isSelfSigned, otherIssuers, type Truststore } from './truststore.js';

/**
 * @param at milliseconds since the epoch: the time of the refused request, or now
 * @param presented certificates that the client sent besides its own. They are used for explanations, but do not
 * complete a path, because the gateway requires the complete chain in the truststore.
 * @param refusedWith the sentence with which the gateway refused the certificate, if known; it takes precedence over
 * the rules here
 * @param probed what probes showed at the gateway in question; takes precedence over what is known in general
 */
export function diagnose(
  client: Certificate | Malformed,
  truststore: Truststore,
  at: number,
  presented: readonly Certificate[] = [],
  refusedWith: ReasonId | null = null,
  probed: ProbedGateway | null = null,
): Diagnosis {
  const diagnosis = reconstruct(client, truststore, at, presented, { probed, refusedWith });
  return refusedWith === null ? diagnosis : besideRefusal(diagnosis, refusedWith);
}

/** What is known of the gateway in question. */
interface Known {
  readonly probed: ProbedGateway | null;
  readonly refusedWith: ReasonId | null;
}

function reconstruct(
  client: Certificate | Malformed,
  truststore: Truststore,
  at: number,
  presented: readonly Certificate[],
  known: Known,
): Diagnosis {
  if (client.kind === 'malformed') return refused([malformed(client)], []);
  const search = startSearch(truststore, at, chainCasMaxAt(known.probed, known.refusedWith));
  const own = clientFindings(client, at, known);
  const trusted = trustedPath(search, client);
  if (trusted !== null) {
    const found = [...own, ...issuerFindings(search, trusted), ...issuerWarnings(trusted, truststore)];
    const path = trusted.map(({ subjectName }) => subjectName);
    if (own.some(({ severity }) => severity === 'error')) return refused(found, path);
    const passes = passesHere(wouldPass(trusted, at), trusted, known);
    return { verdict: 'trusted', reason: null, findings: [passes, ...found], path };
  }
  // The explanation starts a new search. What the first search did not find is missing, or a finding says that a limit
  // was reached.
  const attempt: Attempt = isSelfSigned(client)
    ? { path: [client], complete: false, isEndless: false, impostors: [] }
    : nearestAttempt(startSearch(truststore, at, search.chainCasMax, search), client);
  const path = attempt.path.map(({ subjectName }) => subjectName);
  return refused([...attemptFindings(search, attempt, presented).map((one) => chainHere(one, known)), ...own], path);
}

function clientFindings(client: Certificate, at: number, { probed, refusedWith }: Known): Finding[] {
  const place = { depth: 0, certificate: client, at };
  return clientProblems(client, at).map((problem) => {
    const seen = seenHere(problem.rule ?? problem.code, probed, refusedWith);
    if (seen === null) return problemFinding(problem, place);
    if (seen.outcome === 'let-in') return letInHere(problemFinding({ ...problem, severity: 'info' }, place), seen);
    const { severity: _, ...decisive } = problem;
    return refusedHere(problemFinding(decisive, place), seen);
  });
}

/** A chain that is too long, as probes showed how long it may be. */
function chainHere(finding: Finding, { probed, refusedWith }: Known): Finding {
  const seen = finding.code === 'chain-too-long' ? seenHere('chain-too-long', probed, refusedWith) : null;
  if (seen === null) return finding;
  return seen.outcome === 'refused' ? refusedHere(finding, seen) : longerThanSeen(finding, seen);
}

/** A path that is longer than other gateways are known to follow passes where one was seen to pass. */
function passesHere(passes: Finding, path: Path, { probed, refusedWith }: Known): Finding {
  const seen = path.length > limits.chainCasMax + 1 ? seenHere('chain-too-long', probed, refusedWith) : null;
  return seen === null ? passes : { ...letInHere(passes, seen), remedy: passes.remedy };
}

/**
 * A self-signed client is trusted only if it is itself in the truststore, not through another certificate with its name
 * or key.
 */
function trustedPath(search: Search, client: Certificate): Path | null {
  if (!isSelfSigned(client)) return findTrustedPath(search, client);
  return search.truststore.byFingerprint.has(client.fingerprint) ? [client] : null;
}

function attemptFindings(search: Search, attempt: Attempt, presented: readonly Certificate[]): Finding[] {
  const { path, complete } = attempt;
  const found: Finding[] = [];
  if (attempt.isEndless)
    found.push(pathFinding({ code: 'chain-too-long', depth: path.length - 1, allowed: search.chainCasMax }, path));
  else if (!complete) found.push(explainBreak(search, attempt, presented));
  found.push(...issuerFindings(search, path), ...identifierFindings(search, path, complete));
  if (complete) found.push(...pathProblems(path, search.chainCasMax).map((problem) => pathFinding(problem, path)));
  if (!found.some(({ severity }) => severity === 'error')) found.push(...unverified(search, path));
  if (search.work.exhausted) found.push(searchLimit());
  return [...found, ...issuerWarnings(path, search.truststore)];
}

function issuerFindings(search: Search, path: Path): Finding[] {
  return path.flatMap((certificate, depth) => {
    const held = depth === 0 ? undefined : search.truststore.byFingerprint.get(certificate.fingerprint);
    return held === undefined
      ? []
      : problemsOf(search, held).map((problem) => problemFinding(problem, { depth, certificate, at: search.at }));
  });
}

/** For a path whose only problem is a signature that cannot be checked. */
function unverified(search: Search, path: Path): Finding[] {
  return path.slice(0, -1).flatMap((certificate, depth) => {
    const issuer = path[depth + 1];
    const state = issuer === undefined ? null : checkSignature(certificate, issuer, search.truststore.known.keys);
    if (state?.kind !== 'unverifiable') return [];
    return [
      finding(
        'malformed',
        'error',
        { depth, certificate },
        {
          evidence: [`the signature cannot be checked: ${state.detail}`],
          remedy: `Have ${certificate.subjectName} issued again: neither its signature nor the key of ${certificate.issuerName} can be used.`,
        },
      ),
    ];
  });
}

/**
 * If the identifiers of a root do not refer to itself, only the root is reported: the certificates below it are
 * correct.
 */
function identifierFindings({ truststore }: Search, path: Path, complete: boolean): Finding[] {
  return path.flatMap((certificate, depth) => {
    const isEnd = depth === path.length - 1;
    if (isEnd && (!complete || depth === 0)) return [];
    const issuer = path[depth + 1] ?? certificate;
    const conflict = identifierConflict(certificate, issuer);
    return conflict === null ? [] : [keyIdentifierMismatch({ depth, certificate }, issuer, conflict, truststore)];
  });
}

function issuerWarnings(path: Path, truststore: Truststore): Finding[] {
  return path.flatMap((certificate, depth) => {
    const others = depth === 0 ? [] : otherIssuers(certificate, truststore);
    return others.length > 0 ? [twoIssuers({ depth, certificate }, others)] : [];
  });
}

function malformed({ detail }: Malformed): Finding {
  const words = {
    evidence: [detail],
    remedy: `Get the client's certificate as a PEM file from its owner: what is there is no X.509 certificate that can be read (${detail}). In a log, check that the access log format holds the whole $context.identity.clientCert.clientCertPem.`,
  };
  return { ...finding('malformed', 'error', null, words), depth: 0 };
}

function refused(findings: readonly Finding[], path: readonly string[]): Diagnosis {
  const rank = ({ code, severity }: Finding) =>
    severity === 'error' ? findingCodes.indexOf(code as FindingCode) : findingCodes.length;
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  return { verdict: 'refused', reason: sorted[0]?.code ?? null, findings: sorted, path };
}
