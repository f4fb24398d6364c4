/**
 * A truststore: the CA bundle of a custom domain, read once per version. Names are indexed at once; what else path building
 * needs of a CA is worked out when a client asks for that CA.
 */

import type { KeyObject } from 'node:crypto';
import { boundedMap } from '../base/bounded-map.js';
import { limits } from '../base/limits.js';
import { type Certificate, parseCertificate, subjectKeyOfDamaged } from './certificate.js';
import { containerOf, damageOfLabel, isPkcs7 } from './container.js';
import { latin1 } from './der.js';
import { cureOf, type Damage } from './pem-damage.js';
import { checkSignature, type KeyCache, type SignatureState, signatureFitsKey } from './signature.js';
import { readStrictBundle, type StrictEntry } from './strict-pem.js';

export interface TruststoreCertificate {
  readonly certificate: Certificate;
  /** Where its block begins in the file, from 1. */
  readonly line: number;
  /** Its own issuer, by name and identifiers: where a path may end. */
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

/** What of a bundle is no certificate, with its line. */
export type BundleProblem =
  | Exclude<StrictEntry, { kind: 'certificate' }>
  /** Certificates in another form than PEM: a whole file, or a block. */
  | ({ readonly kind: 'container'; readonly line: number } & Damage)
  | {
      readonly kind: 'malformed';
      readonly line: number;
      readonly detail: string;
      /** Comparison key of the subject, where so much of the certificate can be read. */
      readonly subjectKey: string | null;
    };

export interface Truststore {
  /** In the order of the file, without repetitions. */
  readonly certificates: readonly TruststoreCertificate[];
  readonly duplicates: readonly { readonly line: number; readonly firstLine: number; readonly subjectDn: string }[];
  readonly problems: readonly BundleProblem[];
  /** The file holds more than is read: an answer from it may be wrong. */
  readonly truncated: boolean;
  /** Of the file. */
  readonly bytes: number;
  readonly byFingerprint: ReadonlyMap<string, TruststoreCertificate>;
  readonly bySubject: ReadonlyMap<string, readonly TruststoreCertificate[]>;
  /** A memory, not state: what was looked at is worked out once. */
  readonly known: {
    /** By `subjectKey`. */
    readonly groups: Map<string, readonly KeyGroup[]>;
    groupCount: number;
    /** By `subjectKey`, then by `issuerKey`: the first certificate of that subject from that issuer. */
    readonly issuers: Map<string, ReadonlyMap<string, Certificate>>;
    /** What was verified, by certificate and key group. */
    readonly signatures: Map<string, SignatureState>;
    readonly keys: KeyCache;
  };
}

/**
 * Reads a bundle file, as strictly as the readers behind TLS servers. Never throws; what cannot be read is among `problems`.
 * @param text the file, one character a byte (Latin-1), so that what is no text can be told
 * @param file its name, for commands in remedies
 */
export function parseTruststore(text: string, file = 'FILE'): Truststore {
  const container = containerOf(text);
  if (container !== null) return index([], [inWords({ kind: 'container', line: 1, ...container }, file)], text.length);
  const { entries, truncated } = readStrictBundle(text);
  const problems: BundleProblem[] = [];
  const read: { certificate: Certificate; line: number }[] = [];
  for (const entry of entries) {
    const one = entry.kind === 'certificate' ? parseCertificate(entry.der) : null;
    if (one?.kind === 'certificate') read.push({ certificate: one, line: entry.line });
    else problems.push(inWords(problemOf(entry, one?.detail ?? ''), file));
  }
  return index(read, problems, text.length, truncated);
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

/** A truststore of certificates that are read already; their place in the list stands for the line. */
export function truststoreOf(certificates: readonly Certificate[]): Truststore {
  return index(
    certificates.map((certificate, at) => ({ certificate, line: at + 1 })),
    [],
    0,
  );
}

function index(
  read: readonly { certificate: Certificate; line: number }[],
  problems: readonly BundleProblem[],
  bytes: number,
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
    bytes,
    byFingerprint,
    bySubject,
    known: { groups: new Map(), groupCount: 0, issuers: new Map(), signatures: new Map(), keys: publicKeys },
  };
}

/**
 * Loaded keys of CAs. One memory for all truststores: the next version of a bundle holds nearly the same CAs, and so do the bundles of
 * several domains.
 */
const publicKeys = boundedMap<KeyObject>(limits.publicKeysMax);

/** Whether a path may end here is asked of few certificates of a bundle. */
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

/** The CAs of a name, by key: whoever holds a key signs for all of its certificates. */
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
  // Names that no CA has come from clients, and are without number.
  if (groups.length > 0) known.groups.set(subjectKey, groups);
  return groups;
}

/** Which part of an authority key identifier (RFC 5280, 4.2.1.1) does not fit a certificate that may be meant by it. */
export type IdentifierConflict = 'key' | 'serial' | 'name';

/** As OpenSSL compares them (X509_check_akid): what is left out fits everything. Null where nothing speaks against it. */
export function identifierConflict(child: Certificate, issuer: Certificate): IdentifierConflict | null {
  const { authorityKeyId, authoritySerial, authorityIssuerKey } = child;
  if (authorityKeyId !== null && issuer.subjectKeyId !== null && authorityKeyId !== issuer.subjectKeyId) return 'key';
  if (authoritySerial !== null && authoritySerial !== issuer.serialNumber) return 'serial';
  if (authorityIssuerKey !== null && authorityIssuerKey !== issuer.issuerKey) return 'name';
  return null;
}

/**
 * Whether a certificate passes for its own issuer: by name, by identifiers and by the kind of its key, as OpenSSL decides it
 * (EXFLAG_SS). The signature is not looked at: an anchor's own adds nothing to its being trusted, and a client that is
 * named like its CA is refused as self-signed.
 */
export function isSelfSigned(certificate: Certificate): boolean {
  return (
    certificate.subjectKey === certificate.issuerKey &&
    identifierConflict(certificate, certificate) === null &&
    (certificate.publicKey.type === 'unknown' || signatureFitsKey(certificate, certificate))
  );
}

/** Whether it did sign itself, whatever its identifiers say. */
export function signedItself(certificate: Certificate, keys: KeyCache): boolean {
  return (
    certificate.subjectKey === certificate.issuerKey && checkSignature(certificate, certificate, keys).kind === 'valid'
  );
}

/** One certificate of the same subject from each other issuer; as many as evidence shows. */
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
