/**
 * The verdict on one certificate: whether the gateway would accept it with this truststore at this time, and if not,
 * why, and what to change. It does what a runbook asks a person to do with `openssl`, by the gateway's own rules. Pure;
 * its work is bounded by the counters of `limits.ts` for every certificate and bundle.
 */

import { limits } from '../base/limits.js';
import { type FindingCode, findingCodes } from '../model/finding-codes.js';
import type { Diagnosis, Finding, ProbedGateway } from '../model/index.js';
import { plain, say } from '../model/phrases.js';
import { type ReasonId, type RefusedWith, reasonOfRefusal } from '../model/reasons.js';
import { besideRefusal } from './beside-refusal.js';
import type { Certificate, Malformed } from './certificate.js';
import { type DoorRules, doorRules } from './door-rules.js';
import { explainBreak } from './explain.js';
import {
  finding,
  keyIdentifierMismatch,
  pathFinding,
  problemFinding,
  searchLimit,
  twoIssuers,
  uncertainDepth,
  uncertainSelfSigned,
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
import { chainCasMaxAt, chainHere, letInHere, refusedHere, seenHere } from './probed.js';
import { clientProblems } from './rules.js';
import { checkSignature } from './signature.js';
import { identifierConflict, isSelfSigned, otherIssuers, type Truststore } from './truststore.js';
import { reworded, wordsOf } from './wording.js';

/**
 * @param at milliseconds since the epoch: the time of the refused request, or now
 * @param presented certificates that the client sent besides its own. They are used for explanations, but do not
 * complete a path, because the gateway requires the complete chain in the truststore.
 * @param refusal the sentence with which the gateway refused the certificate, if known; it takes precedence over
 * the rules here
 * @param probed what probes showed at the gateway in question; takes precedence over what is known in general
 * @param door whose rules apply
 */
export function diagnose(
  client: Certificate | Malformed,
  truststore: Truststore,
  at: number,
  presented: readonly Certificate[] = [],
  refusal: RefusedWith | null = null,
  probed: ProbedGateway | null = null,
  door: DoorRules = doorRules['api-gateway'],
): Diagnosis {
  const isProbed = door.id === 'api-gateway';
  const refusedWith = refusal === null ? null : reasonOfRefusal(refusal);
  const known = { probed: isProbed ? probed : null, refusedWith, door };
  const diagnosis = reconstruct(client, truststore, at, presented, known);
  return refusal === null ? diagnosis : besideRefusal(diagnosis, refusal, door);
}

/** What is known of the gateway in question. */
interface Known {
  readonly probed: ProbedGateway | null;
  readonly refusedWith: ReasonId | null;
  readonly door: DoorRules;
}

function reconstruct(
  client: Certificate | Malformed,
  truststore: Truststore,
  at: number,
  presented: readonly Certificate[],
  known: Known,
): Diagnosis {
  const { door } = known;
  if (client.kind === 'malformed') return refusedBy([malformed(client, door)], [], door);
  const search = startSearch(truststore, at, door, chainCasMaxAt(door, known.probed, known.refusedWith));
  const own = clientFindings(client, at, known);
  const trusted = trustedPath(search, client);
  if (trusted !== null) {
    const open = openQuestions(trusted, door);
    const found = [...own, ...open, ...issuerFindings(search, trusted), ...issuerWarnings(trusted, search)];
    const path = trusted.map(({ subjectName }) => subjectName);
    if ([...own, ...open].some(({ severity }) => severity === 'error')) return refusedBy(found, path, door);
    const passes = passesHere(wouldPass(trusted, at, door), trusted, known);
    return { verdict: 'trusted', reason: null, findings: [passes, ...found], path };
  }
  // The explanation starts a new search. What the first search did not find is missing, or a finding says that a limit
  // was reached.
  const attempt: Attempt = isSelfSigned(client)
    ? { path: [client], complete: false, isEndless: false, impostors: [] }
    : nearestAttempt(startSearch(truststore, at, door, search.chainCasMax, search), client);
  const path = attempt.path.map(({ subjectName }) => subjectName);
  const found = attemptFindings(search, attempt, presented).map((one) =>
    chainHere(one, known.probed, known.refusedWith),
  );
  return refusedBy([...found, ...own], path, door);
}

/** What is not known of a door though no rule is broken. */
function openQuestions(path: Path, door: DoorRules): Finding[] {
  const [client] = path;
  if (path.length - 1 > door.chainCasSure && path.length - 1 <= door.chainCas) return [uncertainDepth(path, door)];
  const isOpen = path.length === 1 && door.rules['self-signed-listed'].standing === 'unknown';
  return isOpen && client !== undefined ? [uncertainSelfSigned(client, door)] : [];
}

function clientFindings(client: Certificate, at: number, { probed, refusedWith, door }: Known): Finding[] {
  const place = { depth: 0, certificate: client, at, door };
  return clientProblems(client, at, door).map((problem) => {
    const seen = seenHere(problem.rule ?? problem.code, probed, refusedWith);
    if (seen === null) return problemFinding(problem, place);
    if (seen.outcome === 'let-in') return letInHere(problemFinding({ ...problem, severity: 'info' }, place), seen);
    const { severity: _, ...decisive } = problem;
    return refusedHere(problemFinding(decisive, place), seen);
  });
}

/** A path that is longer than other gateways are known to follow passes where one was seen to pass. */
function passesHere(passes: Finding, path: Path, { probed, refusedWith }: Known): Finding {
  const seen = path.length > limits.chainCasMax + 1 ? seenHere('chain-too-long', probed, refusedWith) : null;
  return seen === null ? passes : reworded(letInHere(passes, seen), { remedy: wordsOf(passes).remedy });
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
    found.push(
      pathFinding({ code: 'chain-too-long', depth: path.length - 1, allowed: search.chainCasMax }, path, search.door),
    );
  else if (!complete) found.push(explainBreak(search, attempt, presented));
  found.push(...issuerFindings(search, path), ...identifierFindings(search, path, complete));
  if (complete)
    found.push(...pathProblems(path, search.chainCasMax).map((problem) => pathFinding(problem, path, search.door)));
  if (!found.some(({ severity }) => severity === 'error')) found.push(...unverified(search, path));
  if (search.work.exhausted) found.push(searchLimit());
  return [...found, ...issuerWarnings(path, search)];
}

function issuerFindings(search: Search, path: Path): Finding[] {
  return path.flatMap((certificate, depth) => {
    const held = depth === 0 ? undefined : search.truststore.byFingerprint.get(certificate.fingerprint);
    return held === undefined
      ? []
      : problemsOf(search, held).map((problem) =>
          problemFinding(problem, { depth, certificate, at: search.at, door: search.door }),
        );
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
          evidence: [say`the signature cannot be checked: ${plain(state.detail)}`],
          remedy: say`Have ${certificate.subjectName} issued again: neither its signature nor the key of ${certificate.issuerName} can be used.`,
        },
        'malformed',
        search.door,
      ),
    ];
  });
}

/**
 * If the identifiers of a root do not refer to itself, only the root is reported: the certificates below it are
 * correct.
 */
function identifierFindings(search: Search, path: Path, complete: boolean): Finding[] {
  return path.flatMap((certificate, depth) => {
    const isEnd = depth === path.length - 1;
    if (isEnd && (!complete || depth === 0)) return [];
    const issuer = path[depth + 1] ?? certificate;
    const conflict = identifierConflict(certificate, issuer);
    return conflict === null ? [] : [keyIdentifierMismatch({ depth, certificate }, issuer, conflict, search)];
  });
}

function issuerWarnings(path: Path, { truststore, door }: Search): Finding[] {
  // No other door is known to object to a subject with two issuers.
  if (door.rules['two-issuers'].standing === 'unknown') return [];
  return path.flatMap((certificate, depth) => {
    const others = depth === 0 ? [] : otherIssuers(certificate, truststore);
    return others.length > 0 ? [twoIssuers({ depth, certificate }, others)] : [];
  });
}

function malformed({ detail }: Malformed, door: DoorRules): Finding {
  const words = {
    evidence: [plain(detail)],
    remedy: say`Get the client's certificate as a PEM file from its owner: what is there is no X.509 certificate that can be read (${plain(detail)}). In a log, check that the access log format holds the whole $context.identity.clientCert.clientCertPem.`,
  };
  return { ...finding('malformed', 'error', null, words, 'malformed', door), depth: 0 };
}

/** The verdict on a certificate against which something speaks. */
export function refusedBy(findings: readonly Finding[], path: readonly string[], door: DoorRules): Diagnosis {
  const rank = ({ code, severity }: Finding) =>
    severity === 'error' ? findingCodes.indexOf(code as FindingCode) : findingCodes.length;
  // A rule that is known to refuse is a better answer than one of which nothing is known; of API Gateway both are called likely.
  const isOpen = ({ standing }: Finding) => door.id !== 'api-gateway' && standing === 'unknown';
  const sorted = [...findings].sort((a, b) => Number(isOpen(a)) - Number(isOpen(b)) || rank(a) - rank(b));
  const errors = sorted.filter(({ severity }) => severity === 'error');
  const verdict = errors.length > 0 && errors.every(isOpen) ? 'undecided' : 'refused';
  const others = sorted.filter(({ severity }) => severity !== 'error');
  return { verdict, reason: errors[0]?.code ?? others[0]?.code ?? null, findings: [...errors, ...others], path };
}
