/**
 * The verdict on one certificate: would the gateway take it, with this truststore and at this time, and if not, why, and
 * what is to be changed. Does what a runbook asks a person to do with `openssl`, with the gateway's own rules. Pure;
 * bounded by the counters of `limits.ts` whatever the certificate and the bundle.
 */

import { type FindingCode, findingCodes } from '../model/finding-codes.js';
import type { Diagnosis, Finding } from '../model/index.js';
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
  identifiersDiffer,
  nearestAttempt,
  type Path,
  pathProblems,
  problemsOf,
  type Search,
  startSearch,
} from './paths.js';
import { clientProblems } from './rules.js';
import { checkSignature } from './signature.js';
import { isSelfSigned, otherIssuers, type Truststore } from './truststore.js';

/**
 * @param at milliseconds since the epoch: the time of the refused request, or now
 * @param presented certificates that the client sent besides its own. They explain, but open no path: the gateway wants
 *   the complete chain in the truststore.
 */
export function diagnose(
  client: Certificate | Malformed,
  truststore: Truststore,
  at: number,
  presented: readonly Certificate[] = [],
): Diagnosis {
  if (client.kind === 'malformed') return refused([malformed(client)], []);
  const search = startSearch(truststore, at);
  const own = clientProblems(client, at).map((problem) =>
    problemFinding(problem, { depth: 0, certificate: client, at }),
  );
  const trusted = trustedPath(search, client);
  if (trusted !== null) {
    const warnings = [...identifierWarnings(trusted), ...issuerWarnings(trusted, truststore)];
    const path = trusted.map(({ subjectDn }) => subjectDn);
    if (own.length > 0) return refused([...own, ...warnings], path);
    return { verdict: 'trusted', reason: null, findings: [wouldPass(trusted, at), ...warnings], path };
  }
  // To say why, the search starts anew: what it did not find was not there, or the finding of the limit says so.
  const attempt: Attempt = isSelfSigned(client, truststore.keys)
    ? { path: [client], complete: false, impostors: [] }
    : nearestAttempt(startSearch(truststore, at), client);
  const path = attempt.path.map(({ subjectDn }) => subjectDn);
  return refused([...attemptFindings(search, attempt, presented), ...own], path);
}

/** A self-signed client is trusted only if it is itself in the truststore, never through another of its name or key. */
function trustedPath(search: Search, client: Certificate): Path | null {
  if (!isSelfSigned(client, search.truststore.keys)) return findTrustedPath(search, client);
  return search.truststore.byFingerprint.has(client.fingerprint) ? [client] : null;
}

function attemptFindings(search: Search, attempt: Attempt, presented: readonly Certificate[]): Finding[] {
  const { path, complete } = attempt;
  const found: Finding[] = [];
  if (!complete) found.push(explainBreak(search, attempt, presented));
  for (const [depth, certificate] of path.entries()) {
    const held = depth === 0 ? undefined : search.truststore.byFingerprint.get(certificate.fingerprint);
    if (held === undefined) continue;
    found.push(
      ...problemsOf(search, held).map((problem) => problemFinding(problem, { depth, certificate, at: search.at })),
    );
  }
  if (complete) found.push(...pathProblems(path).map((problem) => pathFinding(problem, path)));
  if (found.length === 0) found.push(...unverified(search, path));
  if (search.work.exhausted) found.push(searchLimit());
  return [...found, ...identifierWarnings(path), ...issuerWarnings(path, search.truststore)];
}

/** For a path on which nothing is wrong but a signature that cannot be checked. */
function unverified(search: Search, path: Path): Finding[] {
  return path.slice(0, -1).flatMap((certificate, depth) => {
    const issuer = path[depth + 1];
    const state = issuer === undefined ? null : checkSignature(certificate, issuer, search.truststore.keys);
    if (state?.kind !== 'unverifiable') return [];
    return [
      finding(
        'malformed',
        'error',
        { depth, certificate },
        {
          evidence: [`the signature cannot be checked: ${state.detail}`],
          remedy: `Have ${certificate.subjectDn} issued again: neither its signature nor the key of ${certificate.issuerDn} can be used.`,
        },
      ),
    ];
  });
}

function identifierWarnings(path: Path): Finding[] {
  return path.slice(0, -1).flatMap((certificate, depth) => {
    const issuer = path[depth + 1];
    return issuer !== undefined && identifiersDiffer(certificate, issuer)
      ? [keyIdentifierMismatch({ depth, certificate }, issuer)]
      : [];
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
    remedy: `Get the client's certificate as a PEM file from its owner: what is there is no X.509 certificate (${detail}). In a log, check that the access log format holds the whole $context.identity.clientCert.clientCertPem.`,
  };
  return { ...finding('malformed', 'error', null, words), depth: 0 };
}

function refused(findings: readonly Finding[], path: readonly string[]): Diagnosis {
  const rank = ({ code, severity }: Finding) =>
    severity === 'error' ? findingCodes.indexOf(code as FindingCode) : findingCodes.length;
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  return { verdict: 'refused', reason: sorted[0]?.code ?? null, findings: sorted, path };
}
