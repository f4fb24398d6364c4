/**
 * A truststore: the CA bundle of a custom domain, parsed once per version. Names are indexed at once; everything else
 * that path building needs about a CA is computed when a client needs that CA.
 */

import type { KeyObject } from 'node:crypto';
import { boundedMap } from '../base/bounded-map.js';
import { limits } from '../base/limits.js';
import { type Certificate, parseCertificate, subjectKeyOfDamaged } from './certificate.js';
import { containerOf, damageOfLabel, isPkcs7 } from './container.js';
import { latin1 } from './der.js';
import { cureOf, type Damage } from './pem-damage.js';
import { type NotPlain, notPlain } from './plain-bundle.js';
import { checkSignature, type KeyCache, type SignatureState, signatureFitsKey } from './signature.js';
import { readStrictBundle, type StrictEntry } from './strict-pem.js';

export interface TruststoreCertificate {
  readonly certificate: Certificate;
  /** The line in the file where its block begins, from 1. */
  readonly line: number;
  /** Whether it is its own issuer, by name and identifiers, so that a path may end here. */
  readonly selfSigned: boolean;
}

/** Certificates with one subject and one public key. */
export interface KeyGroup {
  /** A number within the truststore. */
  readonly id: number;
  /** Anchors first. */
  readonly members: readonly [TruststoreCertificate, ...TruststoreCertificate[]];
  readonly anchors: readonly TruststoreCertificate[];
}

/** A part of a bundle that is not a certificate, with its line. */
export type BundleProblem =
  | Exclude<StrictEntry, { kind: 'certificate' }>
  /** Certificates in another format than PEM: a whole file, or a block. */
  | ({ readonly kind: 'container'; readonly line: number } & Damage)
  | {
      readonly kind: 'malformed';
      readonly line: number;
      readonly detail: string;
      /** Comparison key of the subject, if that much of the certificate can be read. */
      readonly subjectKey: string | null;
    };

export interface Truststore {
  /** In the order of the file, without duplicates. */
  readonly certificates: readonly TruststoreCertificate[];
  readonly duplicates: readonly { readonly line: number; readonly firstLine: number; readonly subjectDn: string }[];
  readonly problems: readonly BundleProblem[];
  /** The file holds more than is read: an answer from it may be wrong. */
  readonly truncated: boolean;
  /** Size of the file. */
  readonly bytes: number;
  /** The first line that keeps the file from the plain form that some doors ask for. */
  readonly notPlain: NotPlain | null;
  readonly byFingerprint: ReadonlyMap<string, TruststoreCertificate>;
  readonly bySubject: ReadonlyMap<string, readonly TruststoreCertificate[]>;
  /** Caches of computed values; they do not change results. */
  readonly known: {
    /** By `subjectKey`. */
    readonly groups: Map<string, readonly KeyGroup[]>;
    groupCount: number;
    /** By `subjectKey`, then by `issuerKey`: the first certificate of that subject from that issuer. */
    readonly issuers: Map<string, ReadonlyMap<string, Certificate>>;
    /** Results of signature checks, by certificate and key group. */
    readonly signatures: Map<string, SignatureState>;
    readonly keys: KeyCache;
  };
}

/**
 * Parses a bundle file as strictly as TLS servers do. Never throws; what cannot be read is listed in `problems`.
 * @param text the file, one character a byte (Latin-1), so that binary content is detected
 * @param file its name, for commands in remedies
 */
export function parseTruststore(text: string, file = 'FILE'): Truststore {
  const container = containerOf(text);
  if (container !== null) return index([], [inWords({ kind: 'container', line: 1, ...container }, file)], text);
  const { entries, truncated } = readStrictBundle(text);
  const problems: BundleProblem[] = [];
  const read: { certificate: Certificate; line: number }[] = [];
  for (const entry of entries) {
    const one = entry.kind === 'certificate' ? parseCertificate(entry.der) : null;
    if (one?.kind === 'certificate') read.push({ certificate: one, line: entry.line });
    else problems.push(inWords(problemOf(entry, one?.detail ?? ''), file));
  }
  return index(read, problems, text, truncated);
}

function problemOf(entry: StrictEntry, detail: string): BundleProblem {
  const { line } = entry;
  const label = entry.kind === 'certificate' && isPkcs7(entry.der) ? 'PKCS7' : 'label' in entry ? entry.label : null;
  const container = label === null ? null : damageOfLabel(label);
  if (container !== null) return { kind: 'container', line, ...container };
  return entry.kind === 'certificate'
    ? { kind: 'malformed', line, detail, subjectKey: subjectKeyOfDamaged(entry.der) }
    : entry;
}

function inWords(problem: BundleProblem, file: string): BundleProblem {
  return 'cure' in problem ? { ...problem, cure: cureOf(problem, file, 'truststore.pem') } : problem;
}

/** A truststore of parsed certificates; their position in the list is used as the line. */
export function truststoreOf(certificates: readonly Certificate[]): Truststore {
  return index(
    certificates.map((certificate, at) => ({ certificate, line: at + 1 })),
    [],
    '',
  );
}

function index(
  read: readonly { certificate: Certificate; line: number }[],
  problems: readonly BundleProblem[],
  text: string,
  truncated = false,
): Truststore {
  const byFingerprint = new Map<string, TruststoreCertificate>();
  const bySubject = new Map<string, TruststoreCertificate[]>();
  const duplicates: Truststore['duplicates'][number][] = [];
  for (const { certificate, line } of read) {
    const first = byFingerprint.get(certificate.fingerprint);
    if (first !== undefined) {
      duplicates.push({ line, firstLine: first.line, subjectDn: certificate.subjectDn });
      continue;
    }
    const held = new Held(certificate, line);
    byFingerprint.set(certificate.fingerprint, held);
    const ofSubject = bySubject.get(certificate.subjectKey);
    if (ofSubject === undefined) bySubject.set(certificate.subjectKey, [held]);
    else ofSubject.push(held);
  }
  return {
    certificates: [...byFingerprint.values()],
    duplicates,
    problems,
    truncated,
    bytes: text.length,
    notPlain: notPlain(text),
    byFingerprint,
    bySubject,
    known: { groups: new Map(), groupCount: 0, issuers: new Map(), signatures: new Map(), keys: publicKeys },
  };
}

/**
 * Loaded keys of CAs. One cache for all truststores, because successive versions of a bundle, and the bundles of
 * several domains, contain nearly the same CAs.
 */
const publicKeys = boundedMap<KeyObject>(limits.publicKeysMax);

/** `selfSigned` is computed on demand, because it is needed for few certificates of a bundle. */
class Held implements TruststoreCertificate {
  #selfSigned: boolean | null = null;

  constructor(
    readonly certificate: Certificate,
    readonly line: number,
  ) {}

  get selfSigned(): boolean {
    this.#selfSigned ??= isSelfSigned(this.certificate);
    return this.#selfSigned;
  }
}

/** The CAs with a name, grouped by key: a key signs for all certificates that contain it. */
export function keyGroups({ bySubject, known }: Truststore, subjectKey: string): readonly KeyGroup[] {
  const made = known.groups.get(subjectKey);
  if (made !== undefined) return made;
  const byKey = new Map<string, TruststoreCertificate[]>();
  for (const held of bySubject.get(subjectKey) ?? []) {
    const key = latin1(held.certificate.publicKey.spki);
    const members = byKey.get(key) ?? [];
    byKey.set(key, members);
    members.push(held);
  }
  const groups = [...byKey.values()].map((found): KeyGroup => {
    const anchors = found.filter(({ selfSigned }) => selfSigned);
    const members = [...anchors, ...found.filter(({ selfSigned }) => !selfSigned)];
    return { id: known.groupCount++, members: members as [TruststoreCertificate], anchors };
  });
  // Names without a CA come from clients and are unlimited in number, so they are not cached.
  if (groups.length > 0) known.groups.set(subjectKey, groups);
  return groups;
}

/** The part of an authority key identifier (RFC 5280, 4.2.1.1) that does not match the issuer's certificate. */
export type IdentifierConflict = 'key' | 'serial' | 'name';

/** Compares as OpenSSL does (X509_check_akid): absent parts match everything. Null if nothing conflicts. */
export function identifierConflict(child: Certificate, issuer: Certificate): IdentifierConflict | null {
  const { authorityKeyId, authoritySerial, authorityIssuerKey } = child;
  if (authorityKeyId !== null && issuer.subjectKeyId !== null && authorityKeyId !== issuer.subjectKeyId) return 'key';
  if (authoritySerial !== null && authoritySerial !== issuer.serialNumber) return 'serial';
  if (authorityIssuerKey !== null && authorityIssuerKey !== issuer.issuerKey) return 'name';
  return null;
}

/**
 * Whether a certificate counts as its own issuer: by name, by identifiers and by the kind of its key, as OpenSSL
 * decides it (EXFLAG_SS). The signature is not checked: an anchor's own signature adds nothing to the trust in it, and
 * a client with the name of its CA is refused as self-signed.
 */
export function isSelfSigned(certificate: Certificate): boolean {
  return (
    certificate.subjectKey === certificate.issuerKey &&
    identifierConflict(certificate, certificate) === null &&
    (certificate.publicKey.type === 'unknown' || signatureFitsKey(certificate, certificate))
  );
}

/** Whether it actually signed itself, regardless of its identifiers. */
export function signedItself(certificate: Certificate, keys: KeyCache): boolean {
  return (
    certificate.subjectKey === certificate.issuerKey && checkSignature(certificate, certificate, keys).kind === 'valid'
  );
}

/** One certificate of the same subject from each other issuer, at most as many as evidence shows. */
export function otherIssuers(certificate: Certificate, truststore: Truststore): Certificate[] {
  const others: Certificate[] = [];
  for (const [issuerKey, other] of issuersOf(certificate.subjectKey, truststore)) {
    if (others.length === limits.evidencePerFindingMax) break;
    if (issuerKey !== certificate.issuerKey) others.push(other);
  }
  return others;
}

function issuersOf(subjectKey: string, { bySubject, known }: Truststore): ReadonlyMap<string, Certificate> {
  const made = known.issuers.get(subjectKey);
  if (made !== undefined) return made;
  const issuers = new Map<string, Certificate>();
  const ofSubject = bySubject.get(subjectKey) ?? [];
  for (const { certificate } of ofSubject)
    if (!issuers.has(certificate.issuerKey)) issuers.set(certificate.issuerKey, certificate);
  if (ofSubject.length > 0) known.issuers.set(subjectKey, issuers);
  return issuers;
}
