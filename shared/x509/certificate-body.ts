/**
 * The parts of a certificate that are needed to count a refused request: its structure, names, serial number and
 * validity. `certificate.ts` reads the key, the extensions and the algorithms, which only a diagnosis needs. No content
 * of a certificate is trusted.
 */

import * as crypto from 'node:crypto';
import {
  DerError,
  type DerNode,
  expectTag,
  integerContent,
  isContext,
  isUniversal,
  readDer,
  sameBytes,
  serialText,
  TAG,
} from './der.js';
import { canonical, nameKey, type Rdn, rdnsOf } from './dn.js';
import { readLoggedPem } from './pem.js';

export interface Malformed {
  readonly kind: 'malformed';
  /** What is wrong, in a few words, without text from the client. */
  readonly detail: string;
}

/** The elements of a certificate that are read when they are first needed. */
interface Parts {
  readonly tbs: DerNode;
  readonly algorithm: DerNode;
  readonly innerAlgorithm: DerNode;
  readonly signature: DerNode;
  readonly issuer: DerNode;
  readonly subject: DerNode;
  readonly key: DerNode;
  readonly extensions: DerNode | null;
}

/** Values that are computed once, by property name. */
interface Names {
  subjectRdns?: readonly Rdn[];
  issuerRdns?: readonly Rdn[];
  subjectDn?: string;
  issuerDn?: string;
  fingerprint?: string;
}

/** A class and not an object literal, because getters on a prototype cost nothing per certificate. */
export class CertificateBody {
  readonly kind = 'certificate';
  readonly version: 1 | 2 | 3;
  readonly serialNumber: string;
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly notBefore: number;
  readonly notAfter: number;
  protected readonly parts: Parts;
  readonly #names: Names = {};

  /** @throws DerError when `der` is not one certificate */
  constructor(readonly der: Uint8Array) {
    const [tbs, algorithm, signature, ...rest] = expectTag(readDer(der), TAG.sequence, 'certificate').children;
    if (tbs === undefined || algorithm === undefined || rest.length > 0)
      throw new DerError('a certificate has three parts');
    const fields = expectTag(tbs, TAG.sequence, 'certificate body').children;
    const hasVersion = isContext(fields[0], 0);
    const [serial, innerAlgorithm, issuer, validity, subject, key, ...optional] = hasVersion ? fields.slice(1) : fields;
    if (issuer === undefined || subject === undefined || key === undefined || innerAlgorithm === undefined)
      throw new DerError('the certificate body lacks a field');
    if (optional.some((node) => !isContext(node, 1) && !isContext(node, 2) && !isContext(node, 3)))
      throw new DerError('unknown field in the certificate body');
    this.version = hasVersion ? readVersion(fields[0]) : 1;
    this.serialNumber = serialText(integerContent(serial, 'serial number'));
    this.issuerKey = nameKey(issuer);
    this.subjectKey = sameBytes(issuer.raw, subject.raw) ? this.issuerKey : nameKey(subject);
    const [notBefore, notAfter] = expectTag(validity, TAG.sequence, 'validity').children;
    this.notBefore = readTime(notBefore);
    this.notAfter = readTime(notAfter);
    this.parts = {
      tbs,
      algorithm,
      innerAlgorithm,
      signature: expectTag(signature, TAG.bitString, 'signature'),
      issuer,
      subject,
      key,
      // Like OpenSSL, this reads extensions even if the version does not allow them.
      extensions: optional.find((node) => isContext(node, 3)) ?? null,
    };
  }

  get subjectRdns(): readonly Rdn[] {
    this.#names.subjectRdns ??= rdnsOf(this.parts.subject);
    return this.#names.subjectRdns;
  }
  get issuerRdns(): readonly Rdn[] {
    this.#names.issuerRdns ??= rdnsOf(this.parts.issuer);
    return this.#names.issuerRdns;
  }
  get subjectDn(): string {
    this.#names.subjectDn ??= canonical(this.subjectRdns);
    return this.#names.subjectDn;
  }
  get issuerDn(): string {
    this.#names.issuerDn ??= canonical(this.issuerRdns);
    return this.#names.issuerDn;
  }
  get fingerprint(): string {
    this.#names.fingerprint ??= sha256(this.der);
    return this.#names.fingerprint;
  }
}

/** Reads the names in a certificate of a log; see `readLoggedPem`. Never throws. */
export function bodyFromLoggedPem(text: string): CertificateBody | Malformed {
  const pem = readLoggedPem(text);
  if (pem.kind !== 'der') return { kind: 'malformed', detail: pem.detail };
  return orMalformed(() => new CertificateBody(pem.der));
}

/** The result of a reader, or the reason why the bytes are not a certificate. */
export function orMalformed<T>(read: () => T): T | Malformed {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) return { kind: 'malformed', detail: error.message };
    throw error;
  }
}

/** `crypto.hash` (from Node 20.12 on) needs half the time of a Hash object. */
const sha256: (bytes: Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (bytes) => crypto.hash('sha256', bytes, 'hex')
    : (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

function readVersion(field: DerNode | undefined): 1 | 2 | 3 {
  const [value, ...rest] = integerContent(field?.children[0], 'version');
  if (rest.length > 0 || (value !== 0 && value !== 1 && value !== 2)) throw new DerError('unknown version');
  return (value + 1) as 1 | 2 | 3;
}

/** RFC 5280, 4.1.2.5: seconds are required and the zone is `Z`; years of UTCTime from 50 on are in the 1900s. */
function readTime(node: DerNode | undefined): number {
  const long = isUniversal(node, TAG.generalizedTime);
  if (node === undefined || (!long && !isUniversal(node, TAG.utcTime)))
    throw new DerError('time is missing or of the wrong type');
  const { content } = node;
  const yearDigits = long ? 4 : 2;
  if (content.length !== yearDigits + 11 || content.at(-1) !== 0x5a) throw new DerError('time of the wrong form');
  const number = (from: number, digits: number): number => {
    let value = 0;
    for (const byte of content.subarray(from, from + digits)) {
      if (byte < 0x30 || byte > 0x39) throw new DerError('time of the wrong form');
      value = value * 10 + byte - 0x30;
    }
    return value;
  };
  const [year, month, day] = [number(0, yearDigits), number(yearDigits, 2), number(yearDigits + 2, 2)];
  const [hour, minute, second] = [4, 6, 8].map((from) => number(yearDigits + from, 2)) as [number, number, number];
  const date = new Date(0);
  date.setUTCFullYear(long ? year : year + (year < 50 ? 2000 : 1900), month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  // A date that does not exist, such as 31 February, would have changed the month or the day.
  if (!isDay || hour > 23 || minute > 59 || second > 59) throw new DerError('time that does not exist');
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}
