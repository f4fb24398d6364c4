/**
 * Reads X.509 certificates (RFC 5280) into plain data. Certificates come from whoever connects, so nothing here throws:
 * bytes that are no certificate give a `Malformed` that says why. What makes a certificate one is read at once; its key, its
 * extensions and its texts when they are first asked for, and what is wrong with those is listed as a defect: the certificate
 * stays readable, so that a finding can name it.
 */

import * as crypto from 'node:crypto';
import {
  type PublicKey,
  readPublicKey,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
  unreadableKey,
} from './algorithms.js';
import {
  DerError,
  type DerNode,
  expectTag,
  integerContent,
  isContext,
  isUniversal,
  octetString,
  readDamaged,
  readDer,
  sameBytes,
  TAG,
} from './der.js';
import { asWritten, canonical, nameKey, type Rdn, rdnsOf } from './dn.js';
import { type Extensions, noExtensions, readExtensions, serialText } from './extensions.js';
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
  /** Canonical DNs: keys of groups. */
  readonly subjectDn: string;
  readonly issuerDn: string;
  /** The same names for people, in the order in which the certificate has them. */
  readonly subjectName: string;
  readonly issuerName: string;
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
  /** What of key, algorithms and extensions cannot be read, in a few words each. */
  readonly defects: readonly string[];
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

/** The comparison key of the subject of a certificate that cannot be read as a whole, where so much of it can. Never throws. */
export function subjectKeyOfDamaged(der: Uint8Array): string | null {
  try {
    const fields = [...(readDamaged(der)?.children[0]?.children ?? [])];
    if (isContext(fields[0], 0)) fields.shift();
    const [, , , , subject] = fields;
    return subject === undefined ? null : nameKey(subject);
  } catch (error) {
    if (error instanceof DerError) return null;
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
  if (tbs === undefined || algorithm === undefined || rest.length > 0)
    throw new DerError('a certificate has three parts');
  return new LazyCertificate(der, tbs, algorithm, signature);
}

/** An object of a class, and not a literal, because getters that all certificates share cost nothing to make. */
class LazyCertificate implements Certificate {
  readonly kind = 'certificate';
  readonly version: 1 | 2 | 3;
  readonly serialNumber: string;
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly #tbs: DerNode;
  readonly #algorithm: DerNode;
  readonly #innerAlgorithm: DerNode;
  readonly #signature: DerNode;
  readonly #issuer: DerNode;
  readonly #subject: DerNode;
  readonly #key: DerNode;
  readonly #list: DerNode | null;
  readonly #defects: string[] = [];
  readonly #read: { -readonly [K in keyof Certificate]?: Certificate[K] } = {};
  #fields: Extensions | null = null;

  constructor(
    readonly der: Uint8Array,
    tbs: DerNode,
    algorithm: DerNode,
    signature: DerNode | undefined,
  ) {
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
    this.#tbs = tbs;
    this.#algorithm = algorithm;
    this.#innerAlgorithm = innerAlgorithm;
    this.#signature = expectTag(signature, TAG.bitString, 'signature');
    this.#issuer = issuer;
    this.#subject = subject;
    this.#key = key;
    // OpenSSL reads extensions whatever the version says.
    this.#list = optional.find((node) => isContext(node, 3)) ?? null;
  }

  get tbsDer(): Uint8Array {
    return this.#tbs.raw;
  }
  get subjectDer(): Uint8Array {
    return this.#subject.raw;
  }
  get issuerDer(): Uint8Array {
    return this.#issuer.raw;
  }
  get subjectRdns(): readonly Rdn[] {
    return this.#once('subjectRdns', () => rdnsOf(this.#subject));
  }
  get issuerRdns(): readonly Rdn[] {
    return this.#once('issuerRdns', () => rdnsOf(this.#issuer));
  }
  get subjectDn(): string {
    return this.#once('subjectDn', () => canonical(this.subjectRdns));
  }
  get issuerDn(): string {
    return this.#once('issuerDn', () => canonical(this.issuerRdns));
  }
  get subjectName(): string {
    return this.#once('subjectName', () => asWritten(this.subjectRdns));
  }
  get issuerName(): string {
    return this.#once('issuerName', () => asWritten(this.issuerRdns));
  }
  get fingerprint(): string {
    return this.#once('fingerprint', () => sha256(this.der));
  }
  get signatureAlgorithmsAgree(): boolean {
    return sameBytes(this.#algorithm.raw, this.#innerAlgorithm.raw);
  }
  get signatureAlgorithm(): SignatureAlgorithm {
    return this.#once('signatureAlgorithm', () =>
      this.#orDefect('signature algorithm', UNREADABLE_ALGORITHM, () => readSignatureAlgorithm(this.#algorithm)),
    );
  }
  get signature(): Uint8Array {
    return this.#once('signature', () =>
      this.#orDefect('signature', new Uint8Array(), () => octetString(this.#signature)),
    );
  }
  get publicKey(): PublicKey {
    return this.#once('publicKey', () =>
      this.#orDefect('public key', unreadableKey(this.#key.raw), () => readPublicKey(this.#key)),
    );
  }
  get defects(): readonly string[] {
    // Each of these adds what it finds, once.
    void this.publicKey;
    void this.signature;
    void this.signatureAlgorithm;
    const { unreadable } = this.#extensions;
    return this.#once('defects', () => [
      ...this.#defects,
      ...unreadable.map(({ oid, detail }) => `extension ${oid}: ${detail}`),
      ...(this.signatureAlgorithmsAgree ? [] : ['the signature algorithm inside differs from the one outside']),
    ]);
  }

  get #extensions(): Extensions {
    this.#fields ??= this.#orDefect('extensions', noExtensions(), () =>
      this.#list === null ? noExtensions() : readExtensions(this.#list.children[0]),
    );
    return this.#fields;
  }
  get extensions(): Extensions['extensions'] {
    return this.#extensions.extensions;
  }
  get unreadable(): Extensions['unreadable'] {
    return this.#extensions.unreadable;
  }
  get subjectKeyId(): Extensions['subjectKeyId'] {
    return this.#extensions.subjectKeyId;
  }
  get authorityKeyId(): Extensions['authorityKeyId'] {
    return this.#extensions.authorityKeyId;
  }
  get authorityIssuerKey(): Extensions['authorityIssuerKey'] {
    return this.#extensions.authorityIssuerKey;
  }
  get authoritySerial(): Extensions['authoritySerial'] {
    return this.#extensions.authoritySerial;
  }
  get basicConstraints(): Extensions['basicConstraints'] {
    return this.#extensions.basicConstraints;
  }
  get keyUsage(): Extensions['keyUsage'] {
    return this.#extensions.keyUsage;
  }
  get extendedKeyUsage(): Extensions['extendedKeyUsage'] {
    return this.#extensions.extendedKeyUsage;
  }
  get netscapeType(): Extensions['netscapeType'] {
    return this.#extensions.netscapeType;
  }
  get subjectAltNames(): Extensions['subjectAltNames'] {
    return this.#extensions.subjectAltNames;
  }
  get nameConstraints(): Extensions['nameConstraints'] {
    return this.#extensions.nameConstraints;
  }

  #once<K extends keyof Certificate>(field: K, make: () => Certificate[K]): Certificate[K] {
    const known = this.#read[field];
    if (known !== undefined) return known;
    const made = make();
    this.#read[field] = made;
    return made;
  }

  #orDefect<T>(what: string, otherwise: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      this.#defects.push(`${what}: ${error.message}`);
      return otherwise;
    }
  }
}

const UNREADABLE_ALGORITHM: SignatureAlgorithm = {
  oid: '',
  name: 'unreadable',
  hash: null,
  scheme: 'unknown',
  saltLength: null,
  maskHash: null,
};

/** In one call where Node has it (20.12), which costs half as much. */
const sha256: (bytes: Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (bytes) => crypto.hash('sha256', bytes, 'hex')
    : (bytes) => crypto.createHash('sha256').update(bytes).digest('hex');

function readVersion(field: DerNode | undefined): 1 | 2 | 3 {
  const [value, ...rest] = integerContent(field?.children[0], 'version');
  if (rest.length > 0 || (value !== 0 && value !== 1 && value !== 2)) throw new DerError('unknown version');
  return (value + 1) as 1 | 2 | 3;
}

/** RFC 5280, 4.1.2.5: seconds are there and the zone is `Z`; years of UTCTime from 50 on are in the 1900s. */
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
  // A field that overflowed, such as a 31st of February, has moved the month or the day.
  if (!isDay || hour > 23 || minute > 59 || second > 59) throw new DerError('time that does not exist');
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000;
}
