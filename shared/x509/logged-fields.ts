/**
 * A verdict from what a connection log says of a certificate that nobody kept: its names, its serial number and its validity. It says
 * less than one from the certificate: signatures, keys and purposes of the client's own certificate are not in such a log, and who
 * issued it is a name that nobody verified. The CAs are those of the truststore, and are looked at as always. Pure.
 */

import { type Diagnosis, type Finding, isUnloggedIssuer } from '../model/index.js';
import { type Phrase, plain, say } from '../model/phrases.js';
import type { RefusedWith } from '../model/reasons.js';
import { besideRefusal } from './beside-refusal.js';
import { refusedBy } from './diagnose.js';
import type { DoorRules } from './door-rules.js';
import { explainBreak } from './explain.js';
import { finding, pathFinding, problemFinding } from './findings.js';
import { saySpan, serialText, when } from './format.js';
import { findTrustedPath, nearestAttempt, type Search, startSearch } from './paths.js';
import { decisive, issuerProblems } from './rules.js';
import type { Truststore, TruststoreCertificate } from './truststore.js';
import { reworded, wordsOf } from './wording.js';

/** As in `Client`: canonical DNs, the serial number in upper-case hexadecimal, times in milliseconds since the epoch. */
export interface LoggedCertificate {
  readonly subjectDn: string;
  /** As clients are counted: the name may stand for an issuer that is not in the log. */
  readonly issuerDn: string;
  readonly serialNumber: string;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
}

export type LoggedVerdict =
  | { readonly kind: 'made'; readonly verdict: Diagnosis }
  /** Nothing in the log speaks against the certificate; why the door refused it is in what the log does not hold. */
  | { readonly kind: 'open'; readonly because: Phrase };

const FROM_LOG = say`from the log's fields, not from the certificate`;

/**
 * @param truststore null where none is known: then only the validity is looked at
 * @param at milliseconds since the epoch
 * @param refusedWith the door's own reason; null where it is not known
 */
export function diagnoseLogged(
  client: LoggedCertificate,
  truststore: Truststore | null,
  at: number,
  refusedWith: RefusedWith | null,
  door: DoorRules,
): LoggedVerdict {
  const issuers = truststore === null ? null : issuersIn(truststore, client.issuerDn);
  const found = [
    ...validityFindings(client, at, door),
    ...(issuers === null || truststore === null
      ? []
      : issuerFindings(client, issuers, startSearch(truststore, at, door))),
  ].map((one) => withEvidence(one, FROM_LOG));
  if (found.every(({ severity }) => severity !== 'error')) {
    return { kind: 'open', because: openWords(client, truststore !== null, issuers, door) };
  }
  const verdict = refusedBy(found, [client.subjectDn], door);
  const said = refusedWith === null ? verdict : besideRefusal(verdict, refusedWith, door);
  return { kind: 'made', verdict: { ...said, basis: 'log-fields' } };
}

/** Null where the log names no issuer. */
function issuersIn({ certificates }: Truststore, issuerDn: string): readonly TruststoreCertificate[] | null {
  if (issuerDn === '' || isUnloggedIssuer(issuerDn)) return null;
  const name = issuerDn.toLowerCase();
  return certificates.filter(({ certificate }) => certificate.subjectDn.toLowerCase() === name);
}

function validityFindings(
  { subjectDn, issuerDn, serialNumber, notBefore, notAfter }: LoggedCertificate,
  at: number,
  door: DoorRules,
): Finding[] {
  const from = issuerDn === '' || isUnloggedIssuer(issuerDn) ? say`its CA` : issuerDn;
  const own = { depth: 0, subjectDn };
  if (notAfter !== null && at > notAfter) {
    const words = {
      evidence: [
        say`not after ${when(notAfter)}`,
        say`checked at ${when(at)}`,
        say`expired for ${saySpan(at - notAfter)}`,
      ],
      remedy: say`Renew the client certificate ${subjectDn} (serial ${serialText(serialNumber)}): it expired ${saySpan(at - notAfter)} before, on ${when(notAfter)}. Get the new one from ${from}, install it where the client runs, and restart or reload the client.`,
    };
    return [{ ...finding('expired', 'error', null, words, 'expired', door), ...own }];
  }
  if (notBefore !== null && at < notBefore) {
    const words = {
      evidence: [
        say`not before ${when(notBefore)}`,
        say`checked at ${when(at)}`,
        say`valid in ${saySpan(notBefore - at)}`,
      ],
      remedy: say`Use the previous client certificate until ${when(notBefore)}, ${saySpan(notBefore - at)} from the check, or have ${from} issue one that is valid now. Check the clock of the machine that issued it.`,
    };
    return [{ ...finding('not-yet-valid', 'error', null, words, 'not-yet-valid', door), ...own }];
  }
  return [];
}

function issuerFindings(
  { subjectDn, issuerDn }: LoggedCertificate,
  issuers: readonly TruststoreCertificate[],
  search: Search,
): Finding[] {
  const { at, door } = search;
  const [best] = issuers
    .map((held) => ({ held, problems: issuerProblems(held.certificate, at, held.selfSigned, door) }))
    .sort((a, b) => decisive(a.problems).length - decisive(b.problems).length);
  if (best === undefined) {
    const words = {
      evidence: [say`issuer ${issuerDn}`, say`no CA of that name is in the truststore`],
      remedy: say`Decide whether clients of ${issuerDn} are to be let in. If so, add that CA and every CA above it up to its root to the truststore. Get it from the CA itself, never from the client: anybody can make a CA of that name. Then ${plain(door.update)}.`,
    };
    // The client may have sent the CA, which is not in the log: that no other door takes it from there is not documented.
    return [{ ...finding('issuer-missing', 'error', null, words, 'intermediate-missing', door), depth: 0, subjectDn }];
  }
  const place = { depth: 1, certificate: best.held.certificate, at, door };
  const own = best.problems.map((problem) => problemFinding(problem, place));
  return own.some(({ severity }) => severity === 'error') || best.held.selfSigned
    ? own
    : [...own, ...aboveFindings(subjectDn, best.held, search)];
}

/** What is wrong above the issuing CA, each at its place from the client on. */
function aboveFindings(
  subjectDn: string,
  { certificate }: TruststoreCertificate,
  { truststore, at, door }: Search,
): Finding[] {
  const start = () => startSearch(truststore, at, door, door.chainCas - 1);
  if (findTrustedPath(start(), certificate) !== null) return [];
  const search = start();
  const attempt = nearestAttempt(search, certificate);
  if (!attempt.complete) {
    const broken = explainBreak(search, attempt, []);
    const { standing, source } = door.rules['chain-incomplete'];
    const told = standing === 'unknown' ? withEvidence(broken, say`not known: ${plain(source)}`) : broken;
    return [{ ...told, standing, depth: (broken.depth ?? 0) + 1 }];
  }
  const { path } = attempt;
  if (path.length > door.chainCas) {
    // The finding speaks of the CAs above the first certificate, which stands for the client here.
    const first = path[0] ?? certificate;
    const tooLong = pathFinding(
      { code: 'chain-too-long', depth: path.length, allowed: door.chainCas },
      [first, ...path],
      door,
    );
    const remedy = say`Have ${subjectDn} get a certificate from a CA nearer to the root: there are ${path.length} CAs above it, ${plain(door.name)} follows ${door.chainCas}.`;
    return [reworded(tooLong, { remedy })];
  }
  return path.slice(1).flatMap((above, index) => {
    const held = truststore.byFingerprint.get(above.fingerprint);
    const problems = held === undefined ? [] : issuerProblems(above, at, held.selfSigned, door);
    return problems.map((problem) => problemFinding(problem, { depth: index + 2, certificate: above, at, door }));
  });
}

/** What is known, and explains nothing; then what is not known. */
function openWords(
  { notBefore, notAfter }: LoggedCertificate,
  hasTruststore: boolean,
  issuers: readonly TruststoreCertificate[] | null,
  { name }: DoorRules,
): Phrase {
  const hasValidity = notBefore !== null || notAfter !== null;
  const said = say`The log of ${plain(name)} holds no certificate, and what it says of it does not explain the refusal.`;
  const known = [
    ...(hasValidity ? [say`The certificate is within its validity.`] : [say`The log does not say the validity.`]),
    ...(issuers === null ? [] : [say`CAs of its issuer's name are in the truststore, as they should be.`]),
    ...(hasTruststore && issuers === null ? [say`The log does not say the issuer.`] : []),
    ...(hasTruststore ? [] : [say`No truststore is named for this place.`]),
  ];
  return known.reduce((all, one) => say`${all} ${one}`, said);
}

/** A line more of evidence, behind the others. */
export function withEvidence(finding: Finding, line: Phrase): Finding {
  return reworded(finding, { evidence: [...wordsOf(finding).evidence, line] });
}
