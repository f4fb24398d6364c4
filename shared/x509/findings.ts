/**
 * Puts findings into words. Every code has one place here, with its evidence (the values that were compared) and its
 * remedy (what to do, with the CA and the values).
 */

import { limits } from '../base/limits.js';
import type { FindingCode } from '../model/finding-codes.js';
import type { Finding } from '../model/index.js';
import { lowered, type Phrase, plain, say } from '../model/phrases.js';
import type { Certificate } from './certificate.js';
import { type DoorRules, doorRules, ruleAt } from './door-rules.js';
import { OID } from './extensions.js';
import { keyText, sayIdentity, sayKeyId, sayPlural, saySpan, serialText, when } from './format.js';
import type { PathProblem, Search } from './paths.js';
import { publicCaOf, sunsetWords } from './public-cas.js';
import { type BrokenRule, isAcceptedKey } from './rules.js';
import { type RuleId, standingText } from './standing.js';
import type { IdentifierConflict } from './truststore.js';
import { type Words, worded } from './wording.js';

/** The position of a certificate in its path. */
export interface PathPosition {
  readonly depth: number;
  readonly certificate: Certificate;
  readonly at: number;
  readonly door: DoorRules;
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
    ...worded({
      ...words,
      evidence: withStanding(words.evidence, code === 'would-pass' ? null : standingText(known)),
    }),
    standing: known.standing,
  };
}

function withStanding(evidence: readonly Phrase[], standing: Phrase | null): Phrase[] {
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

const REISSUE = say`Let the client ask its CA for a new certificate`;

function clientWords(problem: BrokenRule, { certificate, at, door }: PathPosition): Words {
  const { subjectName, notBefore, notAfter, issuerName, serialNumber, signatureAlgorithm } = certificate;
  switch (problem.code) {
    case 'malformed':
      return {
        evidence: problem.details,
        remedy: say`Have ${issuerName} issue the client certificate ${subjectName} again with well-formed contents: ${problem.details[0] ?? plain('')}.`,
      };
    case 'expired':
    case 'issuer-expired':
      return {
        evidence: overSince(notAfter, at),
        remedy: say`Renew the client certificate ${subjectName} (serial ${serialText(serialNumber)}): it expired ${saySpan(at - notAfter)} before, on ${when(notAfter)}. Get the new one from ${issuerName}, install it where the client runs, and restart or reload the client.`,
      };
    case 'not-yet-valid':
    case 'issuer-not-yet-valid':
      return {
        evidence: notYet(notBefore, at),
        remedy: say`Use the previous client certificate until ${when(notBefore)}, ${saySpan(notBefore - at)} from the check, or have ${issuerName} issue one that is valid now. Check the clock of the machine that issued it.`,
      };
    case 'weak-key':
      return {
        evidence: [say`key ${keyText(certificate)}`, say`accepted: ${plain(door.keys)}`],
        remedy: say`Make a new key pair of RSA 2048 or EC P-256 for ${subjectName}; its key is ${keyText(certificate)}. ${REISSUE} for that key.`,
      };
    case 'unsupported-curve':
    case 'unsupported-key':
      return {
        evidence: [say`key ${keyText(certificate)}`, say`accepted: ${plain(door.keys)}`],
        remedy: say`Make a new key pair of EC P-256, EC P-384 or RSA 2048 for ${subjectName}; its ${keyText(certificate)} key is of a kind that ${plain(door.name)} does not take. ${REISSUE} for that key.`,
      };
    case 'weak-signature':
      return {
        evidence: [say`signature algorithm ${signatureAlgorithm.name}`, say`accepted: SHA-256 or stronger`],
        remedy: say`Have ${issuerName} issue the client certificate ${subjectName} again with SHA-256 or stronger; it was signed with ${signatureAlgorithm.name}.${isAcceptedKey(certificate, door) ? say` The key can stay.` : ''}`,
      };
    case 'unsupported-signature':
      return signatureWords(
        problem,
        { certificate, door },
        say`Have the client certificate ${subjectName} issued by a CA that signs with RSA or ECDSA and SHA-256 or stronger; it was signed with ${signatureAlgorithm.name}.`,
      );
    case 'unsupported-purpose':
      return purposeWords(problem.detail, certificate);
    case 'unhandled-critical-extension':
      if (problem.oids.includes(OID.precertificatePoison)) {
        return {
          evidence: [say`critical extension ${OID.precertificatePoison} (poison)`, say`it marks a precertificate`],
          remedy: say`Install the certificate that ${issuerName} issued for ${subjectName}: what the client presents is a precertificate, made for certificate transparency logs only and refused by everybody on purpose.`,
        };
      }
      return {
        evidence: problem.oids.map((oid) => say`critical extension ${oid}`),
        remedy: say`Have ${issuerName} issue the client certificate ${subjectName} without the critical extension ${problem.oids[0] ?? ''}, or with it marked as not critical.`,
      };
    case 'certificate-too-large':
      return {
        evidence: [problem.detail],
        remedy: say`Have ${issuerName} issue the client certificate ${subjectName} with fewer names and extensions: ${problem.detail}.`,
      };
    case 'issuer-not-ca':
      return { evidence: [problem.detail], remedy: say`Replace ${subjectName}.` };
  }
}

function overSince(notAfter: number, at: number): Phrase[] {
  return [say`not after ${when(notAfter)}`, say`checked at ${when(at)}`, say`expired for ${saySpan(at - notAfter)}`];
}

function notYet(notBefore: number, at: number): Phrase[] {
  return [say`not before ${when(notBefore)}`, say`checked at ${when(at)}`, say`valid in ${saySpan(notBefore - at)}`];
}

function issuerWords(problem: BrokenRule, { certificate, at, door }: PathPosition): Words {
  const { subjectName, notBefore, notAfter, signatureAlgorithm } = certificate;
  const who = say`the CA ${subjectName}`;
  switch (problem.code) {
    case 'malformed':
      return {
        evidence: problem.details,
        remedy: say`Replace ${who} in the truststore by a well-formed certificate: ${problem.details[0] ?? plain('')}.`,
      };
    case 'issuer-expired':
    case 'expired':
      return {
        evidence: overSince(notAfter, at),
        remedy: say`Add the renewed certificate of ${who} to the truststore: this one expired ${saySpan(at - notAfter)} before, on ${when(notAfter)}. If the CA kept its key and its name, certificates of its clients stay good, but for those that name this very certificate by issuer and serial number (DirName and serial in their authority key identifier): they must be issued again. Then ${plain(door.update)}.`,
      };
    case 'issuer-not-yet-valid':
    case 'not-yet-valid':
      return {
        evidence: notYet(notBefore, at),
        remedy: say`Keep the previous certificate of ${who} in the truststore beside this one until ${when(notBefore)}, ${saySpan(notBefore - at)} from the check.`,
      };
    case 'weak-key':
    case 'unsupported-curve':
    case 'unsupported-key':
      return {
        evidence: [say`key ${keyText(certificate)}`, say`accepted: ${plain(door.keys)}`],
        remedy: say`Move the clients to a CA whose key ${plain(door.name)} takes (${plain(door.keys)}); ${who} has ${keyText(certificate)}. Put the new CA into the truststore with all CAs up to its root.`,
      };
    case 'weak-signature':
      return {
        evidence: [say`signature algorithm ${signatureAlgorithm.name}`, say`accepted: SHA-256 or stronger`],
        remedy: say`Replace ${who} in the truststore by one signed with SHA-256 or stronger; this one was signed with ${signatureAlgorithm.name}. Ask its issuer for it; with the same key, certificates of the clients stay good unless they name this one by issuer and serial number.`,
      };
    case 'unsupported-signature':
      return signatureWords(
        problem,
        { certificate, door },
        say`Replace ${who} in the truststore by one signed with RSA or ECDSA and SHA-256 or stronger; this one was signed with ${signatureAlgorithm.name}.`,
      );
    case 'unsupported-purpose':
      return {
        evidence: [problem.detail, say`needed: client authentication (1.3.6.1.5.5.7.3.2), wherever purposes are given`],
        remedy: say`Have the client certificates issued by a CA for client authentication; ${who} may issue only for ${problem.detail}.`,
      };
    case 'certificate-too-large':
      return {
        evidence: [problem.detail],
        remedy: say`Replace ${who} in the truststore by a smaller certificate: ${problem.detail}.`,
      };
    case 'unhandled-critical-extension':
      return {
        evidence: problem.oids.map((oid) => say`critical extension ${oid}`),
        remedy: say`Replace ${who} in the truststore by a certificate without the critical extension ${problem.oids[0] ?? ''}, or with it marked as not critical.`,
      };
    case 'issuer-not-ca':
      return {
        evidence: [
          problem.detail,
          say`needed: basic constraints CA true, and certificate signing wherever key usages are given`,
        ],
        remedy: say`Do not issue with ${subjectName}: it is no CA (${problem.detail}). Have the certificate below it issued by a real CA, or this one issued again as a CA with basic constraints CA true and key usage for certificate signing.`,
      };
  }
}

function signatureWords(
  { severity }: BrokenRule,
  { certificate, door }: Pick<PathPosition, 'certificate' | 'door'>,
  remedy: Phrase,
): Words {
  const evidence = [say`signature algorithm ${certificate.signatureAlgorithm.name}`];
  if (severity === undefined)
    return { evidence: [...evidence, say`accepted: RSA and ECDSA with SHA-256 or stronger`], remedy };
  return {
    evidence,
    remedy: say`Nothing to do while it works. If ${plain(door.name)} objects to the signature algorithm: ${lowered(remedy)}`,
  };
}

/**
 * Who can help depends on the certificate: a CA that made a mistake, a public CA that no longer issues for clients, or
 * a private CA.
 */
function purposeWords(detail: Phrase, certificate: Certificate): Words {
  const { subjectName, issuerName } = certificate;
  const evidence = [
    detail,
    say`needed: client authentication (1.3.6.1.5.5.7.3.2) and digital signatures, wherever usages are given`,
  ];
  if (certificate.basicConstraints?.ca === true) {
    return {
      evidence: [say`it is a CA certificate: basic constraints CA true`, ...evidence],
      remedy: say`Have the client present a certificate that ${subjectName} or another CA issued to it: what it presents is a CA certificate itself, with the CA's key. If that is no mistake in the order of a chain file, the CA's private key is where it should not be.`,
    };
  }
  const publicCa = publicCaOf(certificate.issuerDn);
  if (publicCa !== null) {
    return {
      evidence: [...evidence, say`${issuerName} is, by its name, a public CA`, sunsetWords(publicCa)],
      remedy: say`Move ${subjectName} to a private CA, such as AWS Private CA, and add that CA to the truststore: public CAs no longer issue for client authentication (${sunsetWords(publicCa)}), so asking ${issuerName} again brings the same, or helps for one certificate. Check first that the client does not present a server's certificate by mistake.`,
    };
  }
  return {
    evidence,
    remedy: say`Have ${issuerName} issue a certificate for client authentication; that of ${subjectName} allows only ${detail}. Check that the client does not present a server's certificate by mistake.`,
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
          path.length >= limits.chainExplainedMax
            ? say`${sayPlural(cas, 'CA certificate')} above the client or more`
            : say`${sayPlural(cas, 'CA certificate')} above the client`,
          say`accepted: at most ${problem.allowed}, the root included`,
          ...path.slice(0, problem.allowed + 2).map((one, depth) => say`${depth}: ${one.subjectName}`),
        ],
        remedy: say`Have ${path[0]?.subjectName ?? plain('the client')} get a certificate from a CA nearer to the root: there are ${cas} CAs above it, ${plain(door.name)} follows ${problem.allowed}. A cross-certificate or a self-signed certificate of one of the upper CAs in the truststore shortens the chain as well.`,
      };
    }
    case 'path-length-exceeded':
      return {
        evidence: [say`path length limit ${problem.allowed}`, say`CAs below it: ${problem.found}`],
        remedy: say`Have the certificate issued nearer to ${certificate?.subjectName ?? ''}: that CA allows ${sayPlural(problem.allowed, 'CA')} below itself, and the path has ${problem.found}. Or put a certificate of that CA with a greater limit into the truststore.`,
      };
    case 'name-constraint-violated': {
      const { violation, constrainedBy } = problem;
      const how = {
        'not-permitted': say`${violation.name} is not within what is permitted`,
        excluded: say`${violation.name} is excluded`,
        unsupported: say`${violation.name} cannot be checked against the constraint`,
        'too-many': say`${violation.name} are too many to be checked`,
      }[violation.kind];
      return {
        evidence: [
          how,
          ...(violation.constraint === null ? [] : [say`constraint: ${violation.constraint}`]),
          say`constrained by ${constrainedBy.subjectName}`,
        ],
        remedy: say`Have the certificate ${certificate?.subjectName ?? ''} issued with names that ${constrainedBy.subjectName} may give, or by another CA: ${how}.`,
      };
    }
  }
}

export function wouldPass(path: readonly Certificate[], at: number, door: DoorRules): Finding {
  const client = path[0];
  const anchor = path.at(-1);
  const evidence = [
    say`${sayPlural(path.length, 'certificate')} from the client to ${anchor?.subjectName ?? ''}`,
    say`checked at ${when(at)}`,
    ...(door.id === 'api-gateway' ? [] : [say`not looked at: revocation (${plain(door.rules.revocation.source)})`]),
  ];
  const remedy =
    door.id === 'api-gateway'
      ? say`Compare this truststore with the version that the domain name uses: a new object in S3 is not in use until the domain name is updated to its version. If they are the same, look for a client that still presents an older certificate than this one, and for a refusal behind mutual TLS, such as an authorizer that pins or revokes certificates.`
      : say`Compare this truststore with the one in use: to put a new bundle to use, ${plain(door.update)}. If they are the same, look for a client that still presents an older certificate than this one, and for a revoked one.`;
  const place = client === undefined ? null : { depth: 0, certificate: client };
  return finding('would-pass', 'info', place, { evidence, remedy }, 'would-pass', door);
}

/** For a complete path of more CAs than the door surely takes, and not more than it may take. */
export function uncertainDepth(path: readonly Certificate[], door: DoorRules): Finding {
  const client = path[0];
  const words = {
    evidence: [
      say`${sayPlural(path.length - 1, 'CA certificate')} above the client`,
      say`surely taken: ${door.chainCasSure}, the root included`,
    ],
    remedy: say`Try it with one client before you rely on it: whether ${plain(door.name)} takes ${path.length - 1} CAs above a client is not documented.`,
  };
  const place = client === undefined ? null : { depth: 0, certificate: client };
  return finding('chain-too-long', 'error', place, words, 'chain-depth', door);
}

/** For a self-signed client that is in the truststore, at a door that is not known to let it in. */
export function uncertainSelfSigned(client: Certificate, door: DoorRules): Finding {
  const words = {
    evidence: [say`subject and issuer are the same`, say`this very certificate is in the truststore`],
    remedy: say`Have the client use a certificate that a CA of the truststore issued: whether ${plain(door.name)} lets in a self-signed client that is in the truststore is not documented.`,
  };
  return finding('self-signed', 'error', { depth: 0, certificate: client }, words, 'self-signed-listed', door);
}

export function searchLimit(): Finding {
  return finding('search-limit-exceeded', 'error', null, {
    evidence: [say`more than ${limits.signatureChecksMax} signatures or ${limits.pathStepsMax} steps`],
    remedy: say`Take cross-certificates that nobody needs out of the truststore: the CAs in it sign each other in more ways than can be followed.`,
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
      say`authority key identifier ${sayKeyId(certificate.authorityKeyId)}`,
      say`key identifier of the issuer ${sayKeyId(issuer.subjectKeyId)}`,
    ],
    serial: [
      say`issuer's serial number in the authority key identifier ${serialText(certificate.authoritySerial ?? '')}`,
      say`serial number of the issuer in the truststore ${serialText(issuer.serialNumber)}`,
    ],
    name: [
      say`the authority key identifier names another issuer of the issuer`,
      say`issuer of the issuer in the truststore ${issuer.issuerName}`,
    ],
  }[conflict];
  const then = say`Then ${plain(door.update)}.`;
  const remedy = isRoot
    ? say`Replace the root ${subjectName} in the truststore by one whose authority key identifier is its own or left out: this root names another ${conflict === 'key' ? say`key` : say`certificate`} than its own as its issuer, so it is not taken for a root. Ask the CA; the certificates below it can stay. ${then}`
    : conflict === 'key'
      ? say`Have ${subjectName} issued again with the key identifier of its issuer, or add the certificate of ${issuerName} that has the key identifier ${sayKeyId(certificate.authorityKeyId)}: the signature is right, but software that goes by the identifiers, such as OpenSSL, does not find the issuer. ${then}`
      : say`Keep the old CA certificate of ${issuerName}${conflict === 'serial' ? say` (serial ${serialText(certificate.authoritySerial ?? '')})` : ''} beside the new one in the truststore while it is valid, or have ${subjectName} issued again: the CA was renewed with its key, and this certificate names the earlier one by issuer and serial number. ${then}`;
  const generations = (truststore.bySubject.get(certificate.issuerKey) ?? []).map(({ certificate: one }) =>
    sayIdentity(one),
  );
  const words = {
    evidence: [
      ...evidence,
      isRoot
        ? say`the root ${sayIdentity(certificate)} is signed with its own key`
        : say`signed with the key of ${sayIdentity(issuer)}`,
      ...(generations.length > 1 ? generations.map((one) => say`in the truststore: ${one}`) : []),
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
    evidence: [
      say`issuer ${certificate.issuerName}`,
      ...others.map(({ issuerName }) => say`another issuer ${issuerName}`),
    ],
    remedy: say`Keep one certificate of ${certificate.subjectName} in the truststore, the one whose chain is complete: the gateway does not take a subject with two issuers for good, and may follow the wrong one.`,
  });
}
