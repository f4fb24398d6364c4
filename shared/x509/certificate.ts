/**
 * Reads X.509 certificates (RFC 5280) into plain data. Certificates come from whoever connects, so nothing here throws:
 * bytes that are no certificate give a `Malformed` that says why.
 */

import { createHash } from 'node:crypto';
import { type PublicKey, readPublicKey, readSignatureAlgorithm, type SignatureAlgorithm } from './algorithms.js';
import {
  DerError,
  type DerNode,
  expectTag,
  hex,
  isContext,
  isUniversal,
  octetString,
  readDer,
  sameBytes,
  TAG,
} from './der.js';
import { canonical, comparisonKey, type Rdn, rdnsOf } from './dn.js';
import { type Extensions, noExtensions, readExtensions } from './extensions.js';
import { readLoggedPem } from './pem.js';

export interface Certificate extends Extensions {
  readonly kind: 'certificate';
  readonly der: Uint8Array;
  /** What the signature covers. */
  readonly tbsDer: Uint8Array;
  readonly version: 1 | 2 | 3;
  /** Upper-case hexadecimal without separators, as `openssl x509 -serial` prints it; `-` in front of a negative one. */
  readonly serialNumber: string;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** False where the signed and the outer algorithm differ, which RFC 5280 (4.1.1.2) forbids. */
  readonly signatureAlgorithmsAgree: boolean;
  readonly signature: Uint8Array;
  /** Canonical DNs, for people and as keys of groups. */
  readonly subjectDn: string;
  readonly issuerDn: string;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  /** Equal for names that RFC 5280 (7.1) takes for the same: compare these to chain certificates. */
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly subjectRdns: readonly Rdn[];
  readonly issuerRdns: readonly Rdn[];
  /** Milliseconds since the epoch; both ends belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
}

export interface Malformed {
  readonly kind: 'malformed';
  /** What is wrong, in a few words, without the client's own text. */
  readonly detail: string;
}

/** Reads one DER certificate that fills `der`. Never throws. */
export function parseCertificate(der: Uint8Array): Certificate | Malformed {
  try {
    return read(der);
  } catch (error) {
    if (error instanceof DerError) return { kind: 'malformed', detail: error.message };
    throw error;
  }
}

/** Reads the first certificate of a text as an access log holds it; see `readLoggedPem`. Never throws. */
export function certificateFromLoggedPem(text: string): Certificate | Malformed {
  const pem = readLoggedPem(text);
  return pem.kind === 'der' ? parseCertificate(pem.der) : { kind: 'malformed', detail: pem.detail };
}

function read(der: Uint8Array): Certificate {
  const [tbs, algorithm, signature, ...rest] = expectTag(readDer(der), TAG.sequence, 'certificate').children;
  if (algorithm === undefined || rest.length > 0) throw new DerError('a certificate has three parts');
  const fields = [...expectTag(tbs, TAG.sequence, 'certificate body').children];
  const version = isContext(fields[0], 0) ? readVersion(fields.shift()) : 1;
  const [serial, innerAlgorithm, issuer, validity, subject, publicKey, ...optional] = fields;
  if (
    issuer === undefined ||
    subject === undefined ||
    publicKey === undefined ||
    tbs === undefined ||
    innerAlgorithm === undefined
  ) {
    throw new DerError('the certificate body lacks a field');
  }
  const [notBefore, notAfter] = expectTag(validity, TAG.sequence, 'validity').children;
  const issuerRdns = rdnsOf(issuer);
  const subjectRdns = rdnsOf(subject);
  return {
    kind: 'certificate',
    der,
    tbsDer: tbs.raw,
    version,
    serialNumber: readSerial(expectTag(serial, TAG.integer, 'serial number').content),
    signatureAlgorithm: readSignatureAlgorithm(algorithm),
    signatureAlgorithmsAgree: sameBytes(algorithm.raw, innerAlgorithm.raw),
    signature: octetString(expectTag(signature, TAG.bitString, 'signature')),
    subjectDn: canonical(subjectRdns),
    issuerDn: canonical(issuerRdns),
    subjectDer: subject.raw,
    issuerDer: issuer.raw,
    subjectKey: comparisonKey(subjectRdns),
    issuerKey: comparisonKey(issuerRdns),
    subjectRdns,
    issuerRdns,
    notBefore: readTime(notBefore),
    notAfter: readTime(notAfter),
    publicKey: readPublicKey(publicKey),
    fingerprint: createHash('sha256').update(der).digest('hex'),
    ...extensionsOf(optional, version),
  };
}

function readVersion(field: DerNode | undefined): 1 | 2 | 3 {
  const { content } = expectTag(field?.children[0], TAG.integer, 'version');
  const [value] = content;
  if (content.length !== 1 || (value !== 0 && value !== 1 && value !== 2)) throw new DerError('unknown version');
  return (value + 1) as 1 | 2 | 3;
}

function extensionsOf(optional: readonly DerNode[], version: number): Extensions {
  const field = optional.find((node) => isContext(node, 3));
  if (optional.some((node) => !isContext(node, 1) && !isContext(node, 2) && !isContext(node, 3))) {
    throw new DerError('unknown field in the certificate body');
  }
  if (field === undefined) return noExtensions();
  const [list] = field.children;
  if (list === undefined || version !== 3) throw new DerError('extensions in a certificate that can have none');
  return readExtensions(list);
}

/** Two's complement, as OpenSSL prints it: no leading zero octet. */
function readSerial(content: Uint8Array): string {
  if (content.length === 0) throw new DerError('serial number is empty');
  if ((content[0] ?? 0) <= 127)
    return hex(content)
      .replace(/^(?:00)+(?=..)/, '')
      .toUpperCase();
  const magnitude = (1n << BigInt(content.length * 8)) - BigInt(`0x${hex(content)}`);
  const digits = magnitude.toString(16).toUpperCase();
  return `-${digits.length % 2 === 1 ? '0' : ''}${digits}`;
}

/** RFC 5280, 4.1.2.5: seconds are there and the zone is `Z`; years of UTCTime from 50 on are in the 1900s. */
function readTime(node: DerNode | undefined): number {
  const long = isUniversal(node, TAG.generalizedTime);
  if (node === undefined || (!long && !isUniversal(node, TAG.utcTime)))
    throw new DerError('time is missing or of the wrong type');
  const text = Buffer.from(node.content).toString('latin1');
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const [year, month, day, hour, minute, second] = (match ?? []).slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined || text.length !== (long ? 15 : 13))
    throw new DerError('time of the wrong form');
  const date = new Date(0);
  date.setUTCFullYear(long ? year : year + (year < 50 ? 2000 : 1900), month - 1, day);
  const time = date.setUTCHours(hour ?? 0, minute ?? 0, second ?? 0);
  // A field that overflowed, such as a 31st of February, has moved the month or the day.
  const sound =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && (minute ?? 0) < 60 && (second ?? 0) < 60;
  if (!sound) throw new DerError('time that does not exist');
  return time;
}
