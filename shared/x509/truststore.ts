/**
 * A truststore: the CA bundle of a custom domain, read once per version and indexed for path building. The index groups the
 * certificates of one subject by key, because whoever holds a key signs for all of them.
 */

import { limits } from '../base/limits.js';
import { type Certificate, parseCertificate } from './certificate.js';
import { containerOf, damageOfLabel, isPkcs7 } from './container.js';
import { hex } from './der.js';
import { cureOf, type Damage } from './pem-damage.js';
import { checkSignature, type KeyCache, type SignatureState } from './signature.js';
import { readStrictBundle, type StrictEntry } from './strict-pem.js';

export interface TruststoreCertificate {
  readonly certificate: Certificate;
  /** Where its block begins in the file, from 1. */
  readonly line: number;
  /** Its own issuer, by name and key: where a path may end. */
  readonly selfSigned: boolean;
}

/** Certificates with one subject and one public key. */
export interface KeyGroup {
  /** A number within the truststore. */
  readonly id: number;
  readonly keyId: string | null;
  readonly anchors: readonly TruststoreCertificate[];
  readonly intermediates: readonly TruststoreCertificate[];
}

/** What of a bundle is no certificate, with its line. */
export type BundleProblem =
  | Exclude<StrictEntry, { kind: 'certificate' }>
  /** Certificates in another form than PEM: a whole file, or a block. */
  | ({ readonly kind: 'container'; readonly line: number } & Damage)
  | { readonly kind: 'malformed'; readonly line: number; readonly detail: string };

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
  /** By `subjectKey` of the certificates. */
  readonly issuers: ReadonlyMap<string, readonly KeyGroup[]>;
  /** By `subjectKey`, then by `issuerKey`: the first certificate of that subject from that issuer. */
  readonly issuersBySubject: ReadonlyMap<string, ReadonlyMap<string, Certificate>>;
  /** What was verified, by certificate and key group, and keys that were loaded: a memory, not state. */
  readonly signatures: Map<string, SignatureState>;
  readonly keys: KeyCache;
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
  return entry.kind === 'certificate' ? { kind: 'malformed', line, detail } : entry;
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
  const keys: KeyCache = new Map();
  const byFingerprint = new Map<string, TruststoreCertificate>();
  const duplicates: Truststore['duplicates'][number][] = [];
  for (const { certificate, line } of read) {
    const first = byFingerprint.get(certificate.fingerprint);
    if (first !== undefined) duplicates.push({ line, firstLine: first.line, subjectDn: certificate.subjectDn });
    else byFingerprint.set(certificate.fingerprint, { certificate, line, selfSigned: isSelfSigned(certificate, keys) });
  }
  const certificates = [...byFingerprint.values()];
  return {
    certificates,
    duplicates,
    problems,
    truncated,
    bytes,
    byFingerprint,
    issuers: groupByKey(certificates),
    issuersBySubject: issuersBySubject(certificates),
    signatures: new Map(),
    keys,
  };
}

function groupByKey(certificates: readonly TruststoreCertificate[]): Map<string, KeyGroup[]> {
  const groups = new Map<string, Map<string, TruststoreCertificate[]>>();
  for (const held of certificates) {
    const { subjectKey, publicKey } = held.certificate;
    const ofSubject = groups.get(subjectKey) ?? new Map<string, TruststoreCertificate[]>();
    groups.set(subjectKey, ofSubject);
    const key = hex(publicKey.spki);
    const ofKey = ofSubject.get(key) ?? [];
    ofSubject.set(key, ofKey);
    ofKey.push(held);
  }
  let id = 0;
  const toGroup = (members: readonly TruststoreCertificate[]): KeyGroup => ({
    id: id++,
    keyId: members.find(({ certificate }) => certificate.subjectKeyId !== null)?.certificate.subjectKeyId ?? null,
    anchors: members.filter(({ selfSigned }) => selfSigned),
    intermediates: members.filter(({ selfSigned }) => !selfSigned),
  });
  return new Map([...groups].map(([subject, ofSubject]) => [subject, [...ofSubject.values()].map(toGroup)]));
}

/**
 * Whether subject and issuer are one name and one key. Matching key identifiers are proof enough, as for OpenSSL: an anchor's own
 * signature adds nothing to its being trusted. Without identifiers the signature decides, and a certificate that
 * a CA's old key signed for its new one is told apart.
 */
export function isSelfSigned(certificate: Certificate, keys: KeyCache = new Map()): boolean {
  const { subjectKey, issuerKey, subjectKeyId, authorityKeyId } = certificate;
  if (subjectKey !== issuerKey) return false;
  if (subjectKeyId !== null && authorityKeyId !== null) return subjectKeyId === authorityKeyId;
  return checkSignature(certificate, certificate, keys).kind !== 'invalid';
}

function issuersBySubject(certificates: readonly TruststoreCertificate[]): Map<string, Map<string, Certificate>> {
  const bySubject = new Map<string, Map<string, Certificate>>();
  for (const { certificate } of certificates) {
    const { subjectKey, issuerKey } = certificate;
    const byIssuer = bySubject.get(subjectKey) ?? new Map<string, Certificate>();
    bySubject.set(subjectKey, byIssuer);
    if (!byIssuer.has(issuerKey)) byIssuer.set(issuerKey, certificate);
  }
  return bySubject;
}

/** One certificate of the same subject from each other issuer; as many as evidence shows. */
export function otherIssuers(certificate: Certificate, truststore: Truststore): Certificate[] {
  const others: Certificate[] = [];
  for (const [issuerKey, other] of truststore.issuersBySubject.get(certificate.subjectKey) ?? []) {
    if (others.length === limits.evidencePerFindingMax) break;
    if (issuerKey !== certificate.issuerKey) others.push(other);
  }
  return others;
}
