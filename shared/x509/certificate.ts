/**
 * Reads X.509 certificates (RFC 5280) into plain data. Certificates come from unauthenticated clients, so nothing here
 * throws: bytes that are not a certificate give a `Malformed` with the reason. The basic structure is read at once; the
 * key, the extensions and texts are read when they are first needed. Errors in those are listed as defects, and the
 * certificate stays readable, so that a finding can name it.
 */

import {
  type PublicKey,
  readPublicKey,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
  unreadableKey,
} from './algorithms.js';
import { CertificateBody, type Malformed, orMalformed } from './certificate-body.js';
import { DerError, isContext, octetString, readDamaged, sameBytes } from './der.js';
import { asWritten, nameKey, type Rdn } from './dn.js';
import { type Extensions, noExtensions, readExtensions } from './extensions.js';
import { readLoggedPem } from './pem.js';

export type { Malformed } from './certificate-body.js';

export interface Certificate extends Extensions {
  readonly kind: 'certificate';
  readonly der: Uint8Array;
  /** The bytes that the signature covers. */
  readonly tbsDer: Uint8Array;
  readonly version: 1 | 2 | 3;
  /**
   * Upper-case hexadecimal without separators, as `openssl x509 -serial` prints it; negative numbers start with `-`.
   */
  readonly serialNumber: string;
  readonly signatureAlgorithm: SignatureAlgorithm;
  /** False if the signed and the outer algorithm differ, which RFC 5280 (4.1.1.2) forbids. */
  readonly signatureAlgorithmsAgree: boolean;
  readonly signature: Uint8Array;
  /** Canonical DNs, used as keys of groups. */
  readonly subjectDn: string;
  readonly issuerDn: string;
  /** The same names for people, in the order of the certificate. */
  readonly subjectName: string;
  readonly issuerName: string;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  /** Equal for names that are the same by RFC 5280 (7.1): compare these to build chains. */
  readonly subjectKey: string;
  readonly issuerKey: string;
  readonly subjectRdns: readonly Rdn[];
  readonly issuerRdns: readonly Rdn[];
  /** Milliseconds since the epoch; both ends belong to the validity. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** What cannot be read in the key, algorithms and extensions, in a few words each. */
  readonly defects: readonly string[];
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string;
}

/** Reads one DER certificate that fills `der`. Never throws. */
export function parseCertificate(der: Uint8Array): Certificate | Malformed {
  return orMalformed(() => new LazyCertificate(der));
}

/**
 * The comparison key of the subject of a certificate that cannot be read as a whole; null if the subject cannot be read
 * either. Never throws.
 */
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

/** Reads the first certificate in a text from an access log; see `readLoggedPem`. Never throws. */
export function certificateFromLoggedPem(text: string): Certificate | Malformed {
  const pem = readLoggedPem(text);
  return pem.kind === 'der' ? parseCertificate(pem.der) : { kind: 'malformed', detail: pem.detail };
}

class LazyCertificate extends CertificateBody implements Certificate {
  readonly #defects: string[] = [];
  readonly #read: { -readonly [K in keyof Certificate]?: Certificate[K] } = {};
  #fields: Extensions | null = null;

  get tbsDer(): Uint8Array {
    return this.parts.tbs.raw;
  }
  get subjectDer(): Uint8Array {
    return this.parts.subject.raw;
  }
  get issuerDer(): Uint8Array {
    return this.parts.issuer.raw;
  }
  get subjectName(): string {
    return this.#once('subjectName', () => asWritten(this.subjectRdns));
  }
  get issuerName(): string {
    return this.#once('issuerName', () => asWritten(this.issuerRdns));
  }
  get signatureAlgorithmsAgree(): boolean {
    return sameBytes(this.parts.algorithm.raw, this.parts.innerAlgorithm.raw);
  }
  get signatureAlgorithm(): SignatureAlgorithm {
    return this.#once('signatureAlgorithm', () =>
      this.#orDefect('signature algorithm', UNREADABLE_ALGORITHM, () => readSignatureAlgorithm(this.parts.algorithm)),
    );
  }
  get signature(): Uint8Array {
    return this.#once('signature', () =>
      this.#orDefect('signature', new Uint8Array(), () => octetString(this.parts.signature)),
    );
  }
  get publicKey(): PublicKey {
    return this.#once('publicKey', () =>
      this.#orDefect('public key', unreadableKey(this.parts.key.raw), () => readPublicKey(this.parts.key)),
    );
  }
  get defects(): readonly string[] {
    // Reading each of these properties once collects its defects.
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
      this.parts.extensions === null ? noExtensions() : readExtensions(this.parts.extensions.children[0]),
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
