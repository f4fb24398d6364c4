/**
 * A truststore: the CA bundle of a custom domain, read once per version and indexed for path building. The index groups the
 * certificates of one subject by key, because whoever holds a key signs for all of them.
 */

import { limits } from '../base/limits.js';
import { type Certificate, parseCertificate } from './certificate.js';
import { hex } from './der.js';
import { type BundleEntry, readBundle } from './pem.js';
import { checkSignature, type KeyCache, type SignatureState } from './signature.js';

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
  | Exclude<BundleEntry, { kind: 'certificate' }>
  | { readonly kind: 'malformed'; readonly line: number; readonly detail: string };

export interface Truststore {
  /** In the order of the file, without repetitions. */
  readonly certificates: readonly TruststoreCertificate[];
  readonly duplicates: readonly { readonly line: number; readonly firstLine: number; readonly subjectDn: string }[];
  readonly problems: readonly BundleProblem[];
  /** The file holds more than is read: an answer from it may be wrong. */
  readonly truncated: boolean;
  readonly byFingerprint: ReadonlyMap<string, TruststoreCertificate>;
  /** By `subjectKey` of the certificates. */
  readonly issuers: ReadonlyMap<string, readonly KeyGroup[]>;
  /** By `subjectKey`, then by `issuerKey`: the first certificate of that subject from that issuer. */
  readonly issuersBySubject: ReadonlyMap<string, ReadonlyMap<string, Certificate>>;
  /** What was verified, by certificate and key group, and keys that were loaded: a memory, not state. */
  readonly signatures: Map<string, SignatureState>;
  readonly keys: KeyCache;
}

/** Reads a bundle file. Never throws; what cannot be read is among `problems`. */
export function parseTruststore(text: string): Truststore {
  const { entries, truncated } = readBundle(text);
  const problems: BundleProblem[] = [];
  const read: { certificate: Certificate; line: number }[] = [];
  for (const entry of entries) {
    if (entry.kind !== 'certificate') {
      problems.push(entry);
      continue;
    }
    const certificate = parseCertificate(entry.der);
    if (certificate.kind === 'malformed')
      problems.push({ kind: 'malformed', line: entry.line, detail: certificate.detail });
    else read.push({ certificate, line: entry.line });
  }
  return index(read, problems, truncated);
}

/** A truststore of certificates that are read already; their place in the list stands for the line. */
export function truststoreOf(certificates: readonly Certificate[]): Truststore {
  return index(
    certificates.map((certificate, at) => ({ certificate, line: at + 1 })),
    [],
    false,
  );
}

function index(
  read: readonly { certificate: Certificate; line: number }[],
  problems: readonly BundleProblem[],
  truncated: boolean,
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
