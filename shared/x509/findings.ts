/**
 * Puts findings into words. Every code has one place here, with its evidence (the values that were compared) and its
 * remedy (what to do, with the CA and the values).
 */

import { limits } from '../base/limits.js';
import type { FindingCode } from '../model/finding-codes.js';
import type { Finding } from '../model/index.js';
import type { Certificate } from './certificate.js';
import { type DoorRules, doorRules, ruleAt } from './door-rules.js';
import { OID } from './extensions.js';
import { identity, keyIdText, keyText, plural, serialText, span, when } from './format.js';
import type { PathProblem, Search } from './paths.js';
import { publicCaOf, sunsetWords } from './public-cas.js';
import { type BrokenRule, isAcceptedKey } from './rules.js';
import { type RuleId, standingText } from './standing.js';
import type { IdentifierConflict } from './truststore.js';

/** The position of a certificate in its path. */
export interface PathPosition {
  readonly depth: number;
  readonly certificate: Certificate;
  readonly at: number;
  readonly door: DoorRules;
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
  rule: RuleId = code,
  door: DoorRules = doorRules['api-gateway'],
): Finding {
  const known = ruleAt(rule, door, place?.depth ?? null);
  return {
    code,
    severity,
    depth: place?.depth ?? null,
    subjectDn: place?.certificate.subjectName ?? null,
    evidence: withStanding(words.evidence, code === 'would-pass' ? null : standingText(known)),
    remedy: words.remedy,
    standing: known.standing,
  };
}

function withStanding(evidence: readonly string[], standing: string | null): string[] {
  const shown = evidence.slice(0, limits.evidencePerFindingMax - 1);
  return standing === null ? shown : [...shown, standing];
}

/** The finding for a rule that one certificate breaks. */
export function problemFinding(problem: BrokenRule, place: PathPosition): Finding {
  return finding(
    problem.code,
    problem.severity ?? 'error',
    place,
    place.depth === 0 ? clientWords(problem, place) : issuerWords(problem, place),
    problem.rule,
    place.door,
  );
}

const REISSUE = 'Let the client ask its CA for a new certificate';

function clientWords(problem: BrokenRule, { certificate, at, door }: PathPosition): Words {
  const { subjectName, notBefore, notAfter, issuerName, serialNumber, signatureAlgorithm } = certificate;
  switch (problem.code) {
    case 'malformed':
      return {
        evidence: problem.details,
        remedy: `Have ${issuerName} issue the client certificate ${subjectName} again with well-formed contents: ${problem.details[0]}.`,
      };
    case 'expired':
    case 'issuer-expired':
      return {
        evidence: [`not after ${when(notAfter)}`, `checked at ${when(at)}`, `expired for ${span(at - notAfter)}`],
        remedy: `Renew the client certificate ${subjectName} (serial ${serialText(serialNumber)}): it expired ${span(at - notAfter)} before, on ${when(notAfter)}. Get the new one from ${issuerName}, install it where the client runs, and restart or reload the client.`,
      };
    case 'not-yet-valid':
    case 'issuer-not-yet-valid':
      return {
        evidence: [`not before ${when(notBefore)}`, `checked at ${when(at)}`, `valid in ${span(notBefore - at)}`],
        remedy: `Use the previous client certificate until ${when(notBefore)}, ${span(notBefore - at)} from the check, or have ${issuerName} issue one that is valid now. Check the clock of the machine that issued it.`,
      };
    case 'weak-key':
      return {
        evidence: [`key ${keyText(certificate)}`, `accepted: ${door.keys}`],
        remedy: `Make a new key pair of RSA 2048 or EC P-256 for ${subjectName}; its key is ${keyText(certificate)}. ${REISSUE} for that key.`,
      };
    case 'unsupported-curve':
    case 'unsupported-key':
      return {
        evidence: [`key ${keyText(certificate)}`, `accepted: ${door.keys}`],
        remedy: `Make a new key pair of EC P-256, EC P-384 or RSA 2048 for ${subjectName}; its ${keyText(certificate)} key is of a kind that ${door.name} does not take. ${REISSUE} for that key.`,
      };
    case 'weak-signature':
      return {
        evidence: [`signature algorithm ${signatureAlgorithm.name}`, 'accepted: SHA-256 or stronger'],
        remedy: `Have ${issuerName} issue the client certificate ${subjectName} again with SHA-256 or stronger; it was signed with ${signatureAlgorithm.name}.${isAcceptedKey(certificate, door) ? ' The key can stay.' : ''}`,
      };
    case 'unsupported-signature':
      return signatureWords(
        problem,
        { certificate, door },
        `Have the client certificate ${subjectName} issued by a CA that signs with RSA or ECDSA and SHA-256 or stronger; it was signed with ${signatureAlgorithm.name}.`,
      );
    case 'unsupported-purpose':
      return purposeWords(problem.detail, certificate);
    case 'unhandled-critical-extension':
      if (problem.oids.includes(OID.precertificatePoison)) {
        return {
          evidence: [`critical extension ${OID.precertificatePoison} (poison)`, 'it marks a precertificate'],
          remedy: `Install the certificate that ${issuerName} issued for ${subjectName}: what the client presents is a precertificate, made for certificate transparency logs only and refused by everybody on purpose.`,
        };
      }
      return {
        evidence: problem.oids.map((oid) => `critical extension ${oid}`),
        remedy: `Have ${issuerName} issue the client certificate ${subjectName} without the critical extension ${problem.oids[0]}, or with it marked as not critical.`,
      };
    case 'certificate-too-large':
      return {
        evidence: [problem.detail],
        remedy: `Have ${issuerName} issue the client certificate ${subjectName} with fewer names and extensions: ${problem.detail}.`,
      };
    case 'issuer-not-ca':
      return { evidence: [problem.detail], remedy: `Replace ${subjectName}.` };
  }
}

function issuerWords(problem: BrokenRule, { certificate, at, door }: PathPosition): Words {
  const { subjectName, notBefore, notAfter, signatureAlgorithm } = certificate;
  const who = `the CA ${subjectName}`;
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
        remedy: `Add the renewed certificate of ${who} to the truststore: this one expired ${span(at - notAfter)} before, on ${when(notAfter)}. If the CA kept its key and its name, certificates of its clients stay good, but for those that name this very certificate by issuer and serial number (DirName and serial in their authority key identifier): they must be issued again. Then ${door.update}.`,
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
        evidence: [`key ${keyText(certificate)}`, `accepted: ${door.keys}`],
        remedy: `Move the clients to a CA whose key ${door.name} takes (${door.keys}); ${who} has ${keyText(certificate)}. Put the new CA into the truststore with all CAs up to its root.`,
      };
    case 'weak-signature':
      return {
        evidence: [`signature algorithm ${signatureAlgorithm.name}`, 'accepted: SHA-256 or stronger'],
        remedy: `Replace ${who} in the truststore by one signed with SHA-256 or stronger; this one was signed with ${signatureAlgorithm.name}. Ask its issuer for it; with the same key, certificates of the clients stay good unless they name this one by issuer and serial number.`,
      };
    case 'unsupported-signature':
      return signatureWords(
        problem,
        { certificate, door },
        `Replace ${who} in the truststore by one signed with RSA or ECDSA and SHA-256 or stronger; this one was signed with ${signatureAlgorithm.name}.`,
      );
    case 'unsupported-purpose':
      return {
        evidence: [problem.detail, 'needed: client authentication (1.3.6.1.5.5.7.3.2), wherever purposes are given'],
        remedy: `Have the client certificates issued by a CA for client authentication; ${who} may issue only for ${problem.detail}.`,
      };
    case 'certificate-too-large':
      return {
        evidence: [problem.detail],
        remedy: `Replace ${who} in the truststore by a smaller certificate: ${problem.detail}.`,
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
        remedy: `Do not issue with ${subjectName}: it is no CA (${problem.detail}). Have the certificate below it issued by a real CA, or this one issued again as a CA with basic constraints CA true and key usage for certificate signing.`,
      };
  }
}

function signatureWords(
  { severity }: BrokenRule,
  { certificate, door }: Pick<PathPosition, 'certificate' | 'door'>,
  remedy: string,
): Words {
  const evidence = [`signature algorithm ${certificate.signatureAlgorithm.name}`];
  if (severity === undefined)
    return { evidence: [...evidence, 'accepted: RSA and ECDSA with SHA-256 or stronger'], remedy };
  return {
    evidence,
    remedy: `Nothing to do while it works. If ${door.name} objects to the signature algorithm: ${remedy.charAt(0).toLowerCase()}${remedy.slice(1)}`,
  };
}

/**
 * Who can help depends on the certificate: a CA that made a mistake, a public CA that no longer issues for clients, or
 * a private CA.
 */
function purposeWords(detail: string, certificate: Certificate): Words {
  const { subjectName, issuerName } = certificate;
  const evidence = [
    detail,
    'needed: client authentication (1.3.6.1.5.5.7.3.2) and digital signatures, wherever usages are given',
  ];
  if (certificate.basicConstraints?.ca === true) {
    return {
      evidence: ['it is a CA certificate: basic constraints CA true', ...evidence],
      remedy: `Have the client present a certificate that ${subjectName} or another CA issued to it: what it presents is a CA certificate itself, with the CA's key. If that is no mistake in the order of a chain file, the CA's private key is where it should not be.`,
    };
  }
  const publicCa = publicCaOf(certificate.issuerDn);
  if (publicCa !== null) {
    return {
      evidence: [...evidence, `${issuerName} is, by its name, a public CA`, sunsetWords(publicCa)],
      remedy: `Move ${subjectName} to a private CA, such as AWS Private CA, and add that CA to the truststore: public CAs no longer issue for client authentication (${sunsetWords(publicCa)}), so asking ${issuerName} again brings the same, or helps for one certificate. Check first that the client does not present a server's certificate by mistake.`,
    };
  }
  return {
    evidence,
    remedy: `Have ${issuerName} issue a certificate for client authentication; that of ${subjectName} allows only ${detail}. Check that the client does not present a server's certificate by mistake.`,
  };
}

/** The finding for a rule that only the path as a whole breaks. */
export function pathFinding(problem: PathProblem, path: readonly Certificate[], door: DoorRules): Finding {
  const certificate = path[problem.depth];
  const place = certificate === undefined ? null : { depth: problem.depth, certificate };
  return finding(problem.code, 'error', place, pathWords(problem, path, door), problem.code, door);
}

function pathWords(problem: PathProblem, path: readonly Certificate[], door: DoorRules): Words {
  const certificate = path[problem.depth];
  switch (problem.code) {
    case 'chain-too-long': {
      const cas = path.length - 1;
      return {
        evidence: [
          `${plural(cas, 'CA certificate')} above the client${path.length >= limits.chainExplainedMax ? ' or more' : ''}`,
          `accepted: at most ${problem.allowed}, the root included`,
          ...path.slice(0, problem.allowed + 2).map((one, depth) => `${depth}: ${one.subjectName}`),
        ],
        remedy: `Have ${path[0]?.subjectName ?? 'the client'} get a certificate from a CA nearer to the root: there are ${cas} CAs above it, ${door.name} follows ${problem.allowed}. A cross-certificate or a self-signed certificate of one of the upper CAs in the truststore shortens the chain as well.`,
      };
    }
    case 'path-length-exceeded':
      return {
        evidence: [`path length limit ${problem.allowed}`, `CAs below it: ${problem.found}`],
        remedy: `Have the certificate issued nearer to ${certificate?.subjectName}: that CA allows ${plural(problem.allowed, 'CA')} below itself, and the path has ${problem.found}. Or put a certificate of that CA with a greater limit into the truststore.`,
      };
    case 'name-constraint-violated': {
      const { violation, constrainedBy } = problem;
      const how = {
        'not-permitted': 'is not within what is permitted',
        excluded: 'is excluded',
        unsupported: 'cannot be checked against the constraint',
        'too-many': 'are too many to be checked',
      }[violation.kind];
      return {
        evidence: [
          `${violation.name} ${how}`,
          ...(violation.constraint === null ? [] : [`constraint: ${violation.constraint}`]),
          `constrained by ${constrainedBy.subjectName}`,
        ],
        remedy: `Have the certificate ${certificate?.subjectName} issued with names that ${constrainedBy.subjectName} may give, or by another CA: ${violation.name} ${how}.`,
      };
    }
  }
}

export function wouldPass(path: readonly Certificate[], at: number, door: DoorRules): Finding {
  const client = path[0];
  const anchor = path.at(-1);
  const evidence = [
    `${plural(path.length, 'certificate')} from the client to ${anchor?.subjectName}`,
    `checked at ${when(at)}`,
    ...(door.id === 'api-gateway' ? [] : [`not looked at: revocation (${door.rules.revocation.source})`]),
  ];
  const remedy =
    door.id === 'api-gateway'
      ? 'Compare this truststore with the version that the domain name uses: a new object in S3 is not in use until the domain name is updated to its version. If they are the same, look for a client that still presents an older certificate than this one, and for a refusal behind mutual TLS, such as an authorizer that pins or revokes certificates.'
      : `Compare this truststore with the one in use: to put a new bundle to use, ${door.update}. If they are the same, look for a client that still presents an older certificate than this one, and for a revoked one.`;
  const place = client === undefined ? null : { depth: 0, certificate: client };
  return finding('would-pass', 'info', place, { evidence, remedy }, 'would-pass', door);
}

/** For a complete path of more CAs than the door surely takes, and not more than it may take. */
export function uncertainDepth(path: readonly Certificate[], door: DoorRules): Finding {
  const client = path[0];
  const words = {
    evidence: [
      `${plural(path.length - 1, 'CA certificate')} above the client`,
      `surely taken: ${door.chainCasSure}, the root included`,
    ],
    remedy: `Try it with one client before you rely on it: whether ${door.name} takes ${path.length - 1} CAs above a client is not documented.`,
  };
  const place = client === undefined ? null : { depth: 0, certificate: client };
  return finding('chain-too-long', 'error', place, words, 'chain-depth', door);
}

/** For a self-signed client that is in the truststore, at a door that is not known to let it in. */
export function uncertainSelfSigned(client: Certificate, door: DoorRules): Finding {
  const words = {
    evidence: ['subject and issuer are the same', 'this very certificate is in the truststore'],
    remedy: `Have the client use a certificate that a CA of the truststore issued: whether ${door.name} lets in a self-signed client that is in the truststore is not documented.`,
  };
  return finding('self-signed', 'error', { depth: 0, certificate: client }, words, 'self-signed-listed', door);
}

export function searchLimit(): Finding {
  return finding('search-limit-exceeded', 'error', null, {
    evidence: [`more than ${limits.signatureChecksMax} signatures or ${limits.pathStepsMax} steps`],
    remedy:
      'Take cross-certificates that nobody needs out of the truststore: the CAs in it sign each other in more ways than can be followed.',
  });
}

/**
 * The signature is right but the authority key identifier does not match: by key identifier, by the issuer's serial
 * number, or by the name of the issuer's issuer. For a root, `issuer` is the certificate itself.
 */
export function keyIdentifierMismatch(
  place: Pick<PathPosition, 'depth' | 'certificate'>,
  issuer: Certificate,
  conflict: IdentifierConflict,
  { truststore, door }: Pick<Search, 'truststore' | 'door'>,
): Finding {
  const { certificate } = place;
  const { subjectName, issuerName } = certificate;
  const isRoot = issuer === certificate;
  const evidence = {
    key: [
      `authority key identifier ${keyIdText(certificate.authorityKeyId)}`,
      `key identifier of the issuer ${keyIdText(issuer.subjectKeyId)}`,
    ],
    serial: [
      `issuer's serial number in the authority key identifier ${serialText(certificate.authoritySerial ?? '')}`,
      `serial number of the issuer in the truststore ${serialText(issuer.serialNumber)}`,
    ],
    name: [
      'the authority key identifier names another issuer of the issuer',
      `issuer of the issuer in the truststore ${issuer.issuerName}`,
    ],
  }[conflict];
  const then = `Then ${door.update}.`;
  const remedy = isRoot
    ? `Replace the root ${subjectName} in the truststore by one whose authority key identifier is its own or left out: this root names another ${conflict === 'key' ? 'key' : 'certificate'} than its own as its issuer, so it is not taken for a root. Ask the CA; the certificates below it can stay. ${then}`
    : conflict === 'key'
      ? `Have ${subjectName} issued again with the key identifier of its issuer, or add the certificate of ${issuerName} that has the key identifier ${keyIdText(certificate.authorityKeyId)}: the signature is right, but software that goes by the identifiers, such as OpenSSL, does not find the issuer. ${then}`
      : `Keep the old CA certificate of ${issuerName}${conflict === 'serial' ? ` (serial ${serialText(certificate.authoritySerial ?? '')})` : ''} beside the new one in the truststore while it is valid, or have ${subjectName} issued again: the CA was renewed with its key, and this certificate names the earlier one by issuer and serial number. ${then}`;
  const generations = (truststore.bySubject.get(certificate.issuerKey) ?? []).map(({ certificate: one }) =>
    identity(one),
  );
  const words = {
    evidence: [
      ...evidence,
      isRoot
        ? `the root ${identity(certificate)} is signed with its own key`
        : `signed with the key of ${identity(issuer)}`,
      ...(generations.length > 1 ? generations.map((text) => `in the truststore: ${text}`) : []),
    ],
    remedy,
  };
  return finding('key-identifier-mismatch', 'error', place, words, 'key-identifier-mismatch', door);
}

/** For a CA of the path that the truststore also contains with another issuer. */
export function twoIssuers(
  place: Pick<PathPosition, 'depth' | 'certificate'>,
  others: readonly Certificate[],
): Finding {
  const { certificate } = place;
  return finding('two-issuers', 'warning', place, {
    evidence: [`issuer ${certificate.issuerName}`, ...others.map(({ issuerName }) => `another issuer ${issuerName}`)],
    remedy: `Keep one certificate of ${certificate.subjectName} in the truststore, the one whose chain is complete: the gateway does not take a subject with two issuers for good, and may follow the wrong one.`,
  });
}
