/**
 * Findings in words. Every code has one place here: its evidence (the values that were compared) and its remedy (what to
 * do, naming the CA and the values).
 */

import { limits } from '../base/limits.js';
import type { FindingCode } from '../model/finding-codes.js';
import type { Finding } from '../model/index.js';
import type { Certificate } from './certificate.js';
import { identity, keyText, plural, serialText, span, when } from './format.js';
import type { PathProblem } from './paths.js';
import type { BrokenRule } from './rules.js';

/** Where a finding stands in the path. */
export interface PathPosition {
  readonly depth: number;
  readonly certificate: Certificate;
  readonly at: number;
}

interface Words {
  readonly evidence: readonly string[];
  readonly remedy: string;
}

export function finding(
  code: FindingCode,
  severity: Finding['severity'],
  place: Pick<PathPosition, 'depth' | 'certificate'> | null,
  words: Words,
): Finding {
  return {
    code,
    severity,
    depth: place?.depth ?? null,
    subjectDn: place?.certificate.subjectDn ?? null,
    evidence: words.evidence.slice(0, limits.evidencePerFindingMax),
    remedy: words.remedy,
  };
}

/** A broken rule of one certificate. */
export function problemFinding(problem: BrokenRule, place: PathPosition): Finding {
  return finding(
    problem.code,
    'error',
    place,
    place.depth === 0
      ? clientWords(problem, place.certificate, place.at)
      : issuerWords(problem, place.certificate, place.at),
  );
}

const REISSUE = 'Let the client ask its CA for a new certificate';

function clientWords(problem: BrokenRule, certificate: Certificate, at: number): Words {
  const { subjectDn, notBefore, notAfter, issuerDn, serialNumber, signatureAlgorithm } = certificate;
  switch (problem.code) {
    case 'malformed':
      return {
        evidence: problem.details,
        remedy: `Have ${issuerDn} issue the client certificate ${subjectDn} again with well-formed contents: ${problem.details[0]}.`,
      };
    case 'expired':
    case 'issuer-expired':
      return {
        evidence: [`not after ${when(notAfter)}`, `checked at ${when(at)}`, `expired for ${span(at - notAfter)}`],
        remedy: `Renew the client certificate ${subjectDn} (serial ${serialText(serialNumber)}): it expired ${span(at - notAfter)} before, on ${when(notAfter)}. Get the new one from ${issuerDn}, install it where the client runs, and restart or reload the client.`,
      };
    case 'not-yet-valid':
    case 'issuer-not-yet-valid':
      return {
        evidence: [`not before ${when(notBefore)}`, `checked at ${when(at)}`, `valid in ${span(notBefore - at)}`],
        remedy: `Use the previous client certificate until ${when(notBefore)}, ${span(notBefore - at)} from the check, or have ${issuerDn} issue one that is valid now. Check the clock of the machine that issued it.`,
      };
    case 'weak-key':
      return {
        evidence: [`key ${keyText(certificate)}`, 'accepted: RSA 2048 or longer, EC P-256, EC P-384'],
        remedy: `Make a new key pair of RSA 2048 or EC P-256 for ${subjectDn}; its key is ${keyText(certificate)}. ${REISSUE} for that key.`,
      };
    case 'unsupported-curve':
    case 'unsupported-key':
      return {
        evidence: [`key ${keyText(certificate)}`, 'accepted: RSA 2048 or longer, EC P-256, EC P-384'],
        remedy: `Make a new key pair of EC P-256, EC P-384 or RSA 2048 for ${subjectDn}; its ${keyText(certificate)} key is of a kind that the gateway does not take. ${REISSUE} for that key.`,
      };
    case 'weak-signature':
      return {
        evidence: [`signature algorithm ${signatureAlgorithm.name}`, 'accepted: SHA-256 or stronger'],
        remedy: `Have ${issuerDn} issue the client certificate ${subjectDn} again with SHA-256 or stronger; it was signed with ${signatureAlgorithm.name}. The key can stay.`,
      };
    case 'unsupported-purpose':
      return {
        evidence: [
          problem.detail,
          'needed: client authentication (1.3.6.1.5.5.7.3.2) and digital signatures, wherever usages are given',
        ],
        remedy: `Have ${issuerDn} issue a certificate for client authentication; that of ${subjectDn} allows only ${problem.detail}. Check that the client does not present a server's certificate by mistake.`,
      };
    case 'unhandled-critical-extension':
      return {
        evidence: problem.oids.map((oid) => `critical extension ${oid}`),
        remedy: `Have ${issuerDn} issue the client certificate ${subjectDn} without the critical extension ${problem.oids[0]}, or with it marked as not critical.`,
      };
    case 'issuer-not-ca':
      return { evidence: [problem.detail], remedy: `Replace ${subjectDn}.` };
  }
}

function issuerWords(problem: BrokenRule, certificate: Certificate, at: number): Words {
  const { subjectDn, notBefore, notAfter, signatureAlgorithm } = certificate;
  const who = `the CA ${subjectDn}`;
  switch (problem.code) {
    case 'malformed':
      return {
        evidence: problem.details,
        remedy: `Replace ${who} in the truststore by a well-formed certificate: ${problem.details[0]}.`,
      };
    case 'issuer-expired':
    case 'expired':
      return {
        evidence: [`not after ${when(notAfter)}`, `checked at ${when(at)}`, `expired for ${span(at - notAfter)}`],
        remedy: `Replace ${who} in the truststore by its renewed certificate: it expired ${span(at - notAfter)} before, on ${when(notAfter)}. Ask the CA for the renewal; if it kept its key, certificates of its clients stay good. Then update the domain name to the new truststore version.`,
      };
    case 'issuer-not-yet-valid':
    case 'not-yet-valid':
      return {
        evidence: [`not before ${when(notBefore)}`, `checked at ${when(at)}`, `valid in ${span(notBefore - at)}`],
        remedy: `Keep the previous certificate of ${who} in the truststore beside this one until ${when(notBefore)}, ${span(notBefore - at)} from the check.`,
      };
    case 'weak-key':
    case 'unsupported-curve':
    case 'unsupported-key':
      return {
        evidence: [`key ${keyText(certificate)}`, 'accepted: RSA 2048 or longer, EC P-256, EC P-384'],
        remedy: `Move the clients to a CA whose key the gateway takes (RSA 2048 or longer, EC P-256, EC P-384); ${who} has ${keyText(certificate)}. Put the new CA into the truststore with all CAs up to its root.`,
      };
    case 'weak-signature':
      return {
        evidence: [`signature algorithm ${signatureAlgorithm.name}`, 'accepted: SHA-256 or stronger'],
        remedy: `Replace ${who} in the truststore by one signed with SHA-256 or stronger; this one was signed with ${signatureAlgorithm.name}. Ask its issuer for it; with the same key, certificates of the clients stay good.`,
      };
    case 'unsupported-purpose':
      return {
        evidence: [problem.detail, 'needed: client authentication (1.3.6.1.5.5.7.3.2), wherever purposes are given'],
        remedy: `Have the client certificates issued by a CA for client authentication; ${who} may issue only for ${problem.detail}.`,
      };
    case 'unhandled-critical-extension':
      return {
        evidence: problem.oids.map((oid) => `critical extension ${oid}`),
        remedy: `Replace ${who} in the truststore by a certificate without the critical extension ${problem.oids[0]}, or with it marked as not critical.`,
      };
    case 'issuer-not-ca':
      return {
        evidence: [
          problem.detail,
          'needed: basic constraints CA true, and certificate signing wherever key usages are given',
        ],
        remedy: `Do not issue with ${subjectDn}: it is no CA (${problem.detail}). Have the certificate below it issued by a real CA, or this one issued again as a CA with basic constraints CA true and key usage for certificate signing.`,
      };
  }
}

/** What only the path as a whole breaks. */
export function pathFinding(problem: PathProblem, path: readonly Certificate[]): Finding {
  const certificate = path[problem.depth];
  const place = certificate === undefined ? null : { depth: problem.depth, certificate };
  switch (problem.code) {
    case 'chain-too-long':
      return finding(problem.code, 'error', place, {
        evidence: [
          `${path.length} certificates from the client to the root`,
          `accepted: at most ${limits.chainCertificatesMax}`,
          ...path.map((one, depth) => `${depth}: ${one.subjectDn}`),
        ],
        remedy: `Have ${path[0]?.subjectDn ?? 'the client'} get a certificate from a CA nearer to the root: its chain has ${path.length} certificates, the gateway follows ${limits.chainCertificatesMax}. A cross-certificate or a self-signed certificate of one of the upper CAs in the truststore shortens it as well.`,
      });
    case 'path-length-exceeded':
      return finding(problem.code, 'error', place, {
        evidence: [`path length limit ${problem.allowed}`, `CAs below it: ${problem.found}`],
        remedy: `Have the certificate issued nearer to ${certificate?.subjectDn}: that CA allows ${plural(problem.allowed, 'CA')} below itself, and the path has ${problem.found}. Or put a certificate of that CA with a greater limit into the truststore.`,
      });
    case 'name-constraint-violated': {
      const { violation, constrainedBy } = problem;
      const how = {
        'not-permitted': 'is not within what is permitted',
        excluded: 'is excluded',
        unsupported: 'cannot be checked against the constraint',
        'too-many': 'are too many to be checked',
      }[violation.kind];
      return finding(problem.code, 'error', place, {
        evidence: [
          `${violation.name} ${how}`,
          ...(violation.constraint === null ? [] : [`constraint: ${violation.constraint}`]),
          `constrained by ${constrainedBy.subjectDn}`,
        ],
        remedy: `Have the certificate ${certificate?.subjectDn} issued with names that ${constrainedBy.subjectDn} may give, or by another CA: ${violation.name} ${how}.`,
      });
    }
  }
}

export function wouldPass(path: readonly Certificate[], at: number): Finding {
  const client = path[0];
  const anchor = path.at(-1);
  return finding('would-pass', 'info', client === undefined ? null : { depth: 0, certificate: client }, {
    evidence: [
      `${plural(path.length, 'certificate')} from the client to ${anchor?.subjectDn}`,
      `checked at ${when(at)}`,
    ],
    remedy:
      'Compare this truststore with the version that the domain name uses: a new object in S3 is not in use until the domain name is updated to its version. If they are the same, look for a client that still presents an older certificate than this one, and for a refusal behind mutual TLS, such as an authorizer that pins or revokes certificates.',
  });
}

export function searchLimit(): Finding {
  return finding('search-limit-exceeded', 'error', null, {
    evidence: [`more than ${limits.signatureChecksMax} signatures or ${limits.pathStepsMax} steps`],
    remedy:
      'Take cross-certificates that nobody needs out of the truststore: the CAs in it sign each other in more ways than can be followed.',
  });
}

export function keyIdentifierMismatch(
  place: Pick<PathPosition, 'depth' | 'certificate'>,
  issuer: Certificate,
): Finding {
  return finding('key-identifier-mismatch', 'warning', place, {
    evidence: [
      `authority key identifier ${place.certificate.authorityKeyId?.slice(0, 128)}`,
      `signed with the key of ${identity(issuer)}`,
    ],
    remedy: `Have ${place.certificate.subjectDn} issued again with the key identifier of its issuer: the signature is right, but software that goes by the identifiers, such as OpenSSL, does not find the issuer.`,
  });
}

/** For a CA of the path that stands in the truststore with another issuer as well. */
export function twoIssuers(
  place: Pick<PathPosition, 'depth' | 'certificate'>,
  others: readonly Certificate[],
): Finding {
  const { certificate } = place;
  return finding('two-issuers', 'warning', place, {
    evidence: [`issuer ${certificate.issuerDn}`, ...others.map(({ issuerDn }) => `another issuer ${issuerDn}`)],
    remedy: `Keep one certificate of ${certificate.subjectDn} in the truststore, the one whose chain is complete: the gateway does not take a subject with two issuers for good, and may follow the wrong one.`,
  });
}
