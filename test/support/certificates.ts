/**
 * Builds the test certificates. Everything is said by the caller or fixed here: keys come from `fixtures/keys.json`, serial
 * numbers are derived from the subject, the validity is 2024 to 2034, and tests validate at `AT`, in 2026.
 *
 *     root (self-signed, CA)            const root = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'rsa-a' })
 *      └─ issuing CA (pathlen 0)        const issuing = ca({ subject: '…', key: 'rsa-b', issuer: root, pathLength: 0 })
 *          └─ client (clientAuth)       const client = leaf({ subject: '…', key: 'rsa-c', issuer: issuing })
 */

import { constants, createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { type Certificate, parseCertificate } from '../../shared/x509/certificate.js';
import { pemOf } from '../../shared/x509/pem.js';
import * as der from './der-writer.js';

export const AT = Date.UTC(2026, 5, 15);
const DAY = 86_400_000;
const pems: Record<string, string> = JSON.parse(
  readFileSync(new URL('../fixtures/keys.json', import.meta.url), 'utf8'),
);
const keyCache = new Map<string, KeyObject>();
const publicKeys = new Map<string, { readonly spki: Uint8Array; readonly bits: Uint8Array }>();

/** A private key of `fixtures/keys.json`. */
export function keyOf(name: string): KeyObject {
  let key = keyCache.get(name);
  if (key === undefined) {
    const pem = pems[name];
    if (pem === undefined) throw new Error(`no key "${name}" in fixtures/keys.json`);
    key = createPrivateKey(pem);
    keyCache.set(name, key);
  }
  return key;
}

export interface Spec {
  /** `C=US,O=Acme,CN=x`, in the order of the certificate, without escapes; or the DER of a name. */
  readonly subject: string | Uint8Array;
  readonly key: string;
  /** Left out: self-signed. */
  readonly issuer?: Issued;
  /** In place of the issuer's subject. */
  readonly issuerName?: string | Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Hexadecimal. */
  readonly serial?: string;
  readonly hash?: 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512' | 'md5';
  readonly pss?: boolean;
  readonly version?: 1 | 3;
  /** Extensions in spite of version 1, which knows none. */
  readonly extensionsAnyway?: boolean;
  readonly ca?: boolean;
  /** False: no basic constraints at all. */
  readonly basicConstraints?: boolean;
  readonly pathLength?: number;
  readonly keyUsage?: readonly string[] | null;
  readonly extendedKeyUsage?: readonly string[];
  readonly dnsNames?: readonly string[];
  /** Whole GeneralNames in DER, after the DNS names. */
  readonly altNames?: readonly Uint8Array[];
  readonly permitted?: readonly Uint8Array[];
  readonly excluded?: readonly Uint8Array[];
  /** False leaves the identifiers of subject and authority out. */
  readonly keyIds?: boolean;
  readonly authorityKeyId?: Uint8Array;
  readonly extensions?: readonly Uint8Array[];
  /** In place of the key's own. */
  readonly spki?: Uint8Array;
}

export interface Issued {
  readonly der: Uint8Array;
  readonly pem: string;
  readonly name: Uint8Array;
  readonly keyId: Uint8Array;
  readonly privateKey: KeyObject;
  readonly certificate: Certificate;
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
];
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export function ca(spec: Spec): Issued {
  return issue({ ca: true, keyUsage: ['keyCertSign', 'cRLSign'], ...spec });
}

export function leaf(spec: Spec): Issued {
  return issue({ ca: false, keyUsage: ['digitalSignature'], extendedKeyUsage: [CLIENT_AUTH], ...spec });
}

export function issue(spec: Spec): Issued {
  const bytes = encode(spec);
  const certificate = parseCertificate(bytes);
  if (certificate.kind === 'malformed')
    throw new Error(`the builder made a malformed certificate: ${certificate.detail}`);
  return {
    der: bytes,
    pem: pemOf(bytes),
    name: nameOf(spec.subject),
    keyId: keyIdOf(spec),
    privateKey: keyOf(spec.key),
    certificate,
  };
}

/** The DER of a certificate, readable or not. */
export function encode(spec: Spec): Uint8Array {
  const signer = spec.issuer?.privateKey ?? keyOf(spec.key);
  const hash = spec.hash ?? 'sha256';
  const algorithm = algorithmOf(signer, hash, spec.pss === true);
  const issuerName =
    spec.issuerName === undefined ? (spec.issuer?.name ?? nameOf(spec.subject)) : nameOf(spec.issuerName);
  const body = der.sequence(
    ...(spec.version === 1 ? [] : [der.context(0, der.integer(2))]),
    der.integer(
      spec.serial ??
        createHash('sha256')
          .update(nameOf(spec.subject))
          .update(issuerName)
          .digest('hex')
          .slice(0, 16)
          .replace(/^(?:00)+/, ''),
    ),
    algorithm,
    issuerName,
    der.sequence(der.time(spec.notBefore ?? Date.UTC(2024, 0, 1)), der.time(spec.notAfter ?? Date.UTC(2034, 0, 1))),
    nameOf(spec.subject),
    spkiOf(spec),
    ...(spec.version === 1 && spec.extensionsAnyway !== true
      ? []
      : [der.context(3, der.sequence(...extensionsOf(spec)))]),
  );
  return new Uint8Array(der.sequence(body, algorithm, der.bits(signBody(body, signer, hash, spec.pss === true))));
}

/** The same certificate with one byte of its signed part changed: the last byte of the serial number. */
export function altered(issued: Issued): Certificate {
  const bytes = Uint8Array.from(issued.der);
  const serial = Buffer.from(issued.certificate.serialNumber, 'hex');
  const at = Buffer.from(bytes).indexOf(serial) + serial.length - 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  const certificate = parseCertificate(bytes);
  if (certificate.kind === 'malformed') throw new Error(certificate.detail);
  return certificate;
}

function extensionsOf(spec: Spec): Uint8Array[] {
  const list: Uint8Array[] = [...(spec.extensions ?? [])];
  if (spec.basicConstraints !== false) {
    const fields = [
      ...(spec.ca ? [der.bool(true)] : []),
      ...(spec.pathLength === undefined ? [] : [der.integer(spec.pathLength)]),
    ];
    list.push(extension('2.5.29.19', der.sequence(...fields), true));
  }
  if (spec.keyUsage) {
    const mask = spec.keyUsage.reduce((all, name) => all | (0x80 >> KEY_USAGES.indexOf(name)), 0);
    list.push(extension('2.5.29.15', der.bits(Buffer.from([mask])), true));
  }
  if (spec.extendedKeyUsage) list.push(extension('2.5.29.37', der.sequence(...spec.extendedKeyUsage.map(der.oid))));
  const names = [
    ...(spec.dnsNames ?? []).map((name) => der.contextPrimitive(2, Buffer.from(name))),
    ...(spec.altNames ?? []),
  ];
  if (names.length > 0) list.push(extension('2.5.29.17', der.sequence(...names)));
  if (spec.permitted || spec.excluded) {
    const subtrees = (bases: readonly Uint8Array[] | undefined, tag: number) =>
      bases ? [der.context(tag, ...bases.map((base) => der.sequence(base)))] : [];
    list.push(
      extension('2.5.29.30', der.sequence(...subtrees(spec.permitted, 0), ...subtrees(spec.excluded, 1)), true),
    );
  }
  if (spec.keyIds !== false) {
    list.push(extension('2.5.29.14', der.octets(keyIdOf(spec))));
    const authority = spec.authorityKeyId ?? spec.issuer?.keyId ?? keyIdOf(spec);
    list.push(extension('2.5.29.35', der.sequence(der.contextPrimitive(0, authority))));
  }
  return list;
}

export function extension(oid: string, value: Uint8Array, critical = false): Uint8Array {
  return der.sequence(der.oid(oid), ...(critical ? [der.bool(true)] : []), der.octets(value));
}

/** GeneralNames for `altNames`, `permitted` and `excluded`. */
export const general = {
  dns: (name: string) => der.contextPrimitive(2, Buffer.from(name)),
  email: (name: string) => der.contextPrimitive(1, Buffer.from(name)),
  uri: (name: string) => der.contextPrimitive(6, Buffer.from(name)),
  ip: (...bytes: readonly number[]) => der.contextPrimitive(7, Buffer.from(bytes)),
  directory: (name: string) => der.context(4, nameOf(name)),
  registeredId: () => der.contextPrimitive(8, Buffer.from([0x2a, 3])),
};

const TYPES: Record<string, string> = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  CN: '2.5.4.3',
  DC: '0.9.2342.19200300.100.1.25',
  E: '1.2.840.113549.1.9.1',
};

export function nameOf(name: string | Uint8Array): Uint8Array {
  if (typeof name !== 'string') return name;
  const parts = name === '' ? [] : name.split(',');
  return der.sequence(
    ...parts.map((part) => {
      const [type = '', ...value] = part.split('=');
      return attributeSet([type, value.join('=')]);
    }),
  );
}

/** One RDN of one or more attributes. */
export function attributeSet(
  ...attributes: readonly (readonly [type: string, value: string | Uint8Array])[]
): Uint8Array {
  const pairs = attributes.map(([type, value]) =>
    der.sequence(der.oid(TYPES[type] ?? type), typeof value === 'string' ? der.utf8(value) : value),
  );
  return der.set(...pairs.sort(Buffer.compare));
}

function spkiOf(spec: Spec): Uint8Array {
  return spec.spki ?? publicKeyOf(spec.key).spki;
}

/** The first way of RFC 5280, 4.2.1.2: SHA-1 of the key's bits, which are the end of the SubjectPublicKeyInfo. */
function keyIdOf(spec: Spec): Uint8Array {
  const { asymmetricKeyType } = keyOf(spec.key);
  const raw = asymmetricKeyType === 'rsa' ? publicKeyOf(spec.key).bits : spkiOf(spec);
  return createHash('sha1').update(raw).digest();
}

/** To export a key takes longer than to sign with it. */
function publicKeyOf(name: string): { readonly spki: Uint8Array; readonly bits: Uint8Array } {
  return getOrInsert(publicKeys, name, () => {
    const key = createPublicKey(keyOf(name));
    const spki = key.export({ type: 'spki', format: 'der' });
    return { spki, bits: key.asymmetricKeyType === 'rsa' ? key.export({ type: 'pkcs1', format: 'der' }) : spki };
  });
}

function algorithmOf(signer: KeyObject, hash: string, pss: boolean): Uint8Array {
  if (signer.asymmetricKeyType === 'ed25519') return der.sequence(der.oid('1.3.101.112'));
  if (pss) {
    const digest = der.sequence(der.oid('2.16.840.1.101.3.4.2.1'), der.nothing);
    const mask = der.sequence(der.oid('1.2.840.113549.1.1.8'), digest);
    return der.sequence(
      der.oid('1.2.840.113549.1.1.10'),
      der.sequence(der.context(0, digest), der.context(1, mask), der.context(2, der.integer(32))),
    );
  }
  if (signer.asymmetricKeyType === 'ec') {
    const oids: Record<string, string> = {
      sha1: '1.2.840.10045.4.1',
      sha224: '1.2.840.10045.4.3.1',
      sha256: '1.2.840.10045.4.3.2',
      sha384: '1.2.840.10045.4.3.3',
      sha512: '1.2.840.10045.4.3.4',
    };
    return der.sequence(der.oid(oids[hash] ?? ''));
  }
  const arcs: Record<string, number> = { md5: 4, sha1: 5, sha256: 11, sha384: 12, sha512: 13, sha224: 14 };
  return der.sequence(der.oid(`1.2.840.113549.1.1.${arcs[hash]}`), der.nothing);
}

function signBody(body: Uint8Array, key: KeyObject, hash: string, pss: boolean): Uint8Array {
  if (key.asymmetricKeyType === 'ed25519') return sign(null, body, key);
  return sign(hash, body, pss ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : key);
}

export const days = (count: number) => count * DAY;
