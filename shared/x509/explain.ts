/**
 * Explains why a path is incomplete. `openssl verify` says "unable to get local issuer certificate" (20) or
 * "certificate signature failure" (7). This distinguishes a missing issuer, a missing intermediate, an issuer with a
 * new key under the same name, and a certificate with altered content, by key identifiers and signatures.
 */

import { createHash } from 'node:crypto';
import { limits } from '../base/limits.js';
import type { Finding } from '../model/index.js';
import { type Phrase, type PhraseValue, plain, say } from '../model/phrases.js';
import type { Certificate } from './certificate.js';
import { bitString, hex, readDer, sameBytes } from './der.js';
import { finding } from './findings.js';
import { keyText, sayIdentity, sayKeyId, serialText, when } from './format.js';
import { type Attempt, candidates, type Search } from './paths.js';
import { namesSubordinate, nearestRelative, type Related } from './related.js';
import { checkSignature, signatureShowsKey } from './signature.js';
import { type BundleProblem, identifierConflict, isSelfSigned, type TruststoreCertificate } from './truststore.js';

/**
 * The finding for an attempt that reached no self-signed certificate. `presented`: what the client sent besides its
 * own.
 */
export function explainBreak(search: Search, attempt: Attempt, presented: readonly Certificate[]): Finding {
  const depth = attempt.path.length - 1;
  const child = attempt.path[depth];
  if (child === undefined) throw new Error('an attempt starts with the client');
  if (depth === 0 && isSelfSigned(child)) return selfSigned(search, child);
  if (attempt.impostors.length > 0) return impostor(search, child, depth, attempt.impostors, presented);
  return damagedIssuer(search, child, depth) ?? missing(search, child, depth, attempt.path, presented);
}

/** The file contains the issuer, but in a block that cannot be read. */
function damagedIssuer({ truststore: { problems }, door }: Search, child: Certificate, depth: number): Finding | null {
  const damaged = problems.find((one) => one.kind === 'malformed' && one.subjectKey === child.issuerKey);
  if (damaged?.kind !== 'malformed') return null;
  const words = {
    evidence: [
      say`line ${damaged.line} of the truststore: ${plain(damaged.detail)}`,
      say`its subject is ${child.issuerName}`,
    ],
    remedy: say`Replace the certificate of the CA ${child.issuerName} in line ${damaged.line} of the truststore by an intact copy: it is there and cannot be read (${plain(damaged.detail)}). ${FROM_THE_CA} Then ${plain(door.update)}.`,
  };
  return {
    ...finding('malformed', 'error', null, words, 'malformed', door),
    depth: depth + 1,
    subjectDn: child.issuerName,
  };
}

function selfSigned({ truststore, door }: Search, client: Certificate): Finding {
  const { subjectName, subjectKey, fingerprint, publicKey } = client;
  const namesakes = (truststore.bySubject.get(subjectKey) ?? []).map(({ certificate }) => certificate);
  const issuer = namesakes.find((one) => checkSignature(client, one, truststore.known.keys).kind === 'valid');
  const earlier = namesakes.find((one) => sameBytes(one.publicKey.spki, publicKey.spki)) ?? namesakes[0];
  const use = door.id === 'api-gateway' ? say`update the domain name to the new version` : plain(door.update);
  const put = say`put exactly that one (SHA-256 ${fingerprint}) into the truststore and ${use}`;
  const words =
    issuer !== undefined && !sameBytes(issuer.publicKey.spki, publicKey.spki)
      ? {
          evidence: [
            say`subject and issuer are the same, so it passes for self-signed`,
            say`signed by the CA of that name in the truststore: ${sayIdentity(issuer)}`,
          ],
          remedy: say`Have ${subjectName} issue the client's certificate again under another subject than its own: client and CA are named alike, and without key identifiers nobody tells the client's certificate from a self-signed one.`,
        }
      : earlier !== undefined
        ? {
            evidence: [
              say`subject and issuer are the same`,
              say`SHA-256 fingerprint ${fingerprint} is not in the truststore`,
              sameBytes(earlier.publicKey.spki, publicKey.spki)
                ? say`in the truststore, of the same name and key: ${sayIdentity(earlier)}`
                : say`in the truststore, of the same name, with another key: ${sayIdentity(earlier)}`,
            ],
            remedy: say`If the client was renewed, ${put}, beside the earlier certificate of the same name: a self-signed certificate lets in itself and no successor, even with the same key. ${FROM_THE_CLIENT}`,
          }
        : {
            evidence: [
              say`subject and issuer are the same, and it is signed with its own key`,
              say`SHA-256 fingerprint ${fingerprint} is not in the truststore`,
            ],
            remedy: say`Have the client use a certificate that a CA of the truststore issued. If the self-signed certificate ${subjectName} is meant, ${put}.`,
          };
  return finding('self-signed', 'error', { depth: 0, certificate: client }, words, 'self-signed', door);
}

const FROM_THE_CLIENT = say`Ask its owner for the fingerprint first: anybody can make a certificate of that name.`;

/** Whoever connects chooses the names in a certificate, and can make a CA of the same name as a partner's. */
const FROM_THE_CA = say`Get it from the CA itself, never from the client: anybody can make a CA of that name.`;

/**
 * What the client says of its issuer, worded as its claim: whoever makes a certificate of his own writes the identifiers
 * into it, and signs it with the CA that he presents.
 */
function claimedBy({ authorityKeyId, authoritySerial }: Certificate, shown: Certificate | null): Phrase {
  if (shown !== null) return say`the client presents one with the SHA-256 fingerprint ${shown.fingerprint}`;
  if (authorityKeyId !== null) return say`the client claims the key identifier ${sayKeyId(authorityKeyId)}`;
  return authoritySerial === null
    ? say`the client does not say with which key`
    : say`the client claims the serial number ${serialText(authoritySerial)}`;
}

function signedWith({ authorityKeyId, authoritySerial }: Certificate): Phrase {
  if (authorityKeyId !== null) return say`claims to be signed with the key ${sayKeyId(authorityKeyId)}`;
  return authoritySerial === null
    ? say`it does not say which key of the issuer signed it`
    : say`claims to be signed by the certificate with the serial number ${serialText(authoritySerial)}`;
}

/** The truststore has CAs with the issuer's name, but none of them made the signature. */
function impostor(
  search: Search,
  child: Certificate,
  depth: number,
  impostors: readonly TruststoreCertificate[],
  presented: readonly Certificate[],
): Finding {
  const altered = impostors.find(({ certificate }) => contentAltered(search, child, certificate));
  if (altered !== undefined) return contentAlteredFinding(search, child, depth, altered.certificate);
  const [{ certificate: held }] = [...impostors].sort((a, b) => b.certificate.notBefore - a.certificate.notBefore) as [
    TruststoreCertificate,
  ];
  const real = presentedIssuer(search, child, presented);
  const older = held.notBefore > child.notBefore;
  const ask = say`Ask the CA ${child.issuerName} whether it issued this certificate (${claimedBy(child, real)}): anybody can make a CA of that name.`;
  return finding(
    'issuer-rekeyed',
    'error',
    { depth, certificate: child },
    {
      evidence: [
        say`issuer ${child.issuerName}`,
        signedWith(child),
        ...impostors.map(
          ({ certificate }) =>
            say`in the truststore: ${sayKeyId(certificate.subjectKeyId)}, ${keyText(certificate)}, valid from ${when(certificate.notBefore)}`,
        ),
        ...(real === null ? [] : [say`presented by the client: ${sayIdentity(real)}`]),
      ],
      remedy: older
        ? say`${ask} If it did, put its earlier certificate back into the truststore beside the new one, and keep both until its clients are renewed, or have this client renew its certificate. Get it from the CA itself, never from the client. Then ${plain(search.door.update)}.`
        : say`${ask} If it did, it has a new key under its old name: add its new certificate to the truststore, beside the old one while clients move over. Get it from the CA itself, never from the client. Then ${plain(search.door.update)}.`,
    },
    'issuer-rekeyed',
    search.door,
  );
}

/** Whether the CA signed this certificate, but with other content. */
function contentAltered(search: Search, child: Certificate, issuer: Certificate): boolean {
  const { keys } = search.truststore.known;
  const shows = signatureShowsKey(child, issuer, keys);
  if (shows === true) return true;
  if (child.authorityKeyId === null || child.authorityKeyId !== issuer.subjectKeyId) return false;
  if (identifierConflict(child, issuer) !== null || checkSignature(child, issuer, keys).kind !== 'invalid')
    return false;
  // An identifier that is the hash of the key cannot belong to two keys; any other may have been reused for a new key.
  return shows === null || keyHash(issuer) === issuer.subjectKeyId;
}

/** RFC 5280, 4.2.1.2, method 1: SHA-1 of the key without its algorithm. */
function keyHash({ publicKey }: Certificate): string {
  const key = readDer(publicKey.spki).children[1];
  return key === undefined ? '' : hex(createHash('sha1').update(bitString(key)).digest());
}

function contentAlteredFinding(search: Search, child: Certificate, depth: number, issuer: Certificate): Finding {
  const shows = signatureShowsKey(child, issuer, search.truststore.known.keys) === true;
  return finding(
    'content-altered',
    'error',
    { depth, certificate: child },
    {
      evidence: [
        say`issuer ${sayIdentity(issuer)}`,
        shows
          ? say`the signature was made with the issuer's key, over other content`
          : say`authority key identifier ${sayKeyId(child.authorityKeyId)} is the issuer's, its signature is not`,
        say`serial ${serialText(child.serialNumber)}`,
      ],
      remedy:
        depth === 0
          ? say`Replace the client's copy of ${child.subjectName} by the certificate as ${child.issuerName} issued it: the content was changed after signing, by damage in transit or on purpose. If the client has an intact copy, treat this as an attempt to forge one.`
          : say`Replace ${child.subjectName} in the truststore by the certificate as ${child.issuerName} issued it: the content was changed after signing. Compare SHA-256 fingerprints with the CA; this copy has ${child.fingerprint}.`,
    },
    'content-altered',
    search.door,
  );
}

function missing(
  search: Search,
  child: Certificate,
  depth: number,
  path: readonly Certificate[],
  presented: readonly Certificate[],
): Finding {
  const chain = presentedChain(search, child, presented);
  const relative = relativeWithinBounds(search, child, path);
  const loops = !candidates(search, child).next().done;
  const isProven = !loops && isProvenIntermediate(search, child, chain);
  const gap = isProven || (!loops && chain.length === 0 && seemsIntermediate(search, child, relative));
  const wanted = say`${child.issuerName} (${claimedBy(child, chain[0] ?? null)})`;
  const evidence = [
    say`issuer ${child.issuerName}`,
    signedWith(child),
    ...(loops ? [say`the CAs of this name in the truststore lead round in a circle and to no root`] : []),
    ...chain.map((one) => say`presented by the client, not in the truststore: ${sayIdentity(one)}`),
    ...(relative === null ? [say`no CA of the truststore is related to it`] : [relativeText(relative)]),
    ...(depth === 0 && search.truststore.byFingerprint.has(child.fingerprint)
      ? [say`the client's own certificate is in the truststore, which only lets in a self-signed one`]
      : []),
    ...unreadableBlocks(search),
  ];
  const added = isProven
    ? say`Add the intermediate CA ${wanted} to the truststore`
    : say`If clients of ${child.issuerName} are to be let in, add the intermediate CA ${wanted} to the truststore`;
  const why =
    search.door.id === 'api-gateway'
      ? say`the gateway needs every CA up to the root there, whatever the client presents`
      : say`it is not documented that ${plain(search.door.name)} takes it from the client`;
  const remedy = gap
    ? say`${added}: ${why}. ${FROM_THE_CA} Then ${plain(search.door.update)}.`
    : depth === 0
      ? say`Decide whether clients of ${child.issuerName} are to be let in. If so, add the CA ${wanted} and every CA above it up to its root to the truststore. ${FROM_THE_CA} Then ${plain(search.door.update)}.`
      : say`Complete the chain of ${child.subjectName}, which is in the truststore without its issuer: add ${wanted} and every CA above it up to the self-signed root. ${FROM_THE_CA} Then ${plain(search.door.update)}.`;
  return finding(
    gap ? 'intermediate-missing' : 'issuer-missing',
    'error',
    { depth, certificate: child },
    { evidence, remedy: say`${remedy}${renamed(relative)}` },
    gap ? 'intermediate-missing' : depth === 0 ? 'issuer-missing' : 'chain-incomplete',
    search.door,
  );
}

const UNREADABLE: ReadonlySet<BundleProblem['kind']> = new Set(['damaged', 'container', 'malformed']);

/** The CA may be in a block that cannot be read. */
function unreadableBlocks({ truststore: { problems, truncated } }: Search): Phrase[] {
  const lines = problems.filter(({ kind }) => UNREADABLE.has(kind)).map(({ line }) => line);
  return [
    ...(lines.length > 0
      ? [
          say`not readable in the truststore: the blocks in line ${[...lines.slice(0, 5), ...(lines.length > 5 ? ['…'] : [])]}`,
        ]
      : []),
    ...(truncated
      ? [say`the truststore has more than ${limits.truststoreBlocksMax} blocks; the rest was not read`]
      : []),
  ];
}

/**
 * An audit calls this for every certificate without an issuer. Past the bound, the list is too long for hints to be
 * useful.
 */
function relativeWithinBounds(search: Search, child: Certificate, path: readonly Certificate[]): Related | null {
  search.work.relatives += search.truststore.certificates.length;
  return search.work.relatives > limits.relativesComparedMax ? null : nearestRelative(child, search.truststore, path);
}

function relativeText({ held, how }: Related): Phrase {
  const words = {
    'same-key': say`the same key under another name`,
    'other-generation': say`another generation of it`,
    'same-organization': say`of the same organization`,
  }[how];
  return say`nearest in the truststore, ${words}: ${sayIdentity(held.certificate)}`;
}

function renamed(relative: Related | null): PhraseValue {
  if (relative?.how !== 'same-key') return '';
  return say` The truststore has the same key under the name ${relative.held.certificate.subjectName}: ask the CA for its certificate under the other name.`;
}

/**
 * Whether the missing certificate stands between `child` and a root that is in the truststore. It is proven by the
 * certificates that the client presents, or by the name of the issuer's issuer in an authority key identifier.
 */
function isProvenIntermediate(search: Search, child: Certificate, chain: readonly Certificate[]): boolean {
  const top = chain.at(-1);
  if (top !== undefined) return signedByTruststore(search, top);
  const { authorityIssuerKey } = child;
  return (
    authorityIssuerKey !== null &&
    authorityIssuerKey !== child.issuerKey &&
    search.truststore.bySubject.has(authorityIssuerKey)
  );
}

/**
 * Without proof, names suggest it: another generation of the same CA, or a subordinate CA when there is a single root.
 */
function seemsIntermediate({ truststore }: Search, child: Certificate, relative: Related | null): boolean {
  if (child.authorityIssuerKey !== null || relative === null || relative.how === 'same-key') return false;
  if (relative.how === 'other-generation') return !relative.held.selfSigned;
  return namesSubordinate(child.issuerRdns, relative.held.certificate, truststore);
}

function signedByTruststore(search: Search, certificate: Certificate): boolean {
  for (const { signature } of candidates(search, certificate)) if (signature.kind === 'valid') return true;
  return false;
}

/**
 * The presented certificates above `child`, while their signatures verify and the truststore does not contain the
 * issuer.
 */
function presentedChain(search: Search, child: Certificate, presented: readonly Certificate[]): Certificate[] {
  const chain: Certificate[] = [];
  for (let last: Certificate = child; chain.length < presented.length; ) {
    const issuer = presentedIssuer(search, last, presented);
    if (issuer === null || chain.includes(issuer)) break;
    chain.push(issuer);
    if (isSelfSigned(issuer) || signedByTruststore(search, issuer)) break;
    last = issuer;
  }
  return chain;
}

function presentedIssuer(
  { truststore }: Search,
  child: Certificate,
  presented: readonly Certificate[],
): Certificate | null {
  return (
    presented.find(
      (one) => one.subjectKey === child.issuerKey && checkSignature(child, one, truststore.known.keys).kind === 'valid',
    ) ?? null
  );
}
