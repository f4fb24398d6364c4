/**
 * The certificate extensions that path validation uses (RFC 5280, section 4.2). An extension that cannot be read is
 * listed as such; the certificate stays readable, so that a finding can name it.
 */

import type { Mutable } from '../base/mutable.js';
import { smallInteger } from './algorithms.js';
import {
  bitString,
  boolean,
  CONTEXT,
  DerError,
  type DerNode,
  expectTag,
  hex,
  isContext,
  isUniversal,
  latin1,
  oidText,
  readDer,
  serialText,
  shortestInteger,
  TAG,
} from './der.js';
import { nameKey, type Rdn, rdnsOf } from './dn.js';

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  crlDistributionPoints: '2.5.29.31',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  netscapeCertificateType: '2.16.840.1.113730.1.1',
  precertificatePoison: '1.3.6.1.4.1.11129.2.4.3',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  anyExtendedKeyUsage: '2.5.29.37.0',
} as const;

export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type KeyUsage = (typeof KEY_USAGES)[number];

/** A GeneralName. `other` stands for the kinds without a rule here (otherName, x400Address, …), by their tag. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly text: string }
  | { readonly kind: 'directory'; readonly rdns: readonly Rdn[] }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'other'; readonly tag: number };

/** A base name; `bounded` if minimum or maximum is set, which RFC 5280 forbids. */
export interface Subtree {
  readonly base: GeneralName;
  readonly bounded: boolean;
}

export interface NameConstraints {
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

export interface Extensions {
  readonly extensions: readonly Extension[];
  /** Why an extension could not be read, by object identifier; duplicates count as unreadable. */
  readonly unreadable: readonly { readonly oid: string; readonly detail: string }[];
  /** Lower-case hexadecimal. */
  readonly subjectKeyId: string | null;
  readonly authorityKeyId: string | null;
  /** Comparison key of the name of the issuer's own issuer, if the authority key identifier contains it. */
  readonly authorityIssuerKey: string | null;
  /**
   * Serial number of the issuer's certificate, in the form of `serialNumber`, if the authority key identifier contains
   * it.
   */
  readonly authoritySerial: string | null;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  readonly keyUsage: readonly KeyUsage[] | null;
  /** Object identifiers. */
  readonly extendedKeyUsage: readonly string[] | null;
  /** The eight bits of Netscape's certificate type, which is older than the extended key usage. */
  readonly netscapeType: number | null;
  readonly subjectAltNames: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraints | null;
}

export function noExtensions(): Mutable<Extensions> {
  return {
    extensions: [],
    unreadable: [],
    subjectKeyId: null,
    authorityKeyId: null,
    authorityIssuerKey: null,
    authoritySerial: null,
    basicConstraints: null,
    keyUsage: null,
    extendedKeyUsage: null,
    netscapeType: null,
    subjectAltNames: null,
    nameConstraints: null,
  };
}

/** Reads the SEQUENCE of extensions. @throws DerError when the list itself is broken, not for one extension */
export function readExtensions(list: DerNode | undefined): Extensions {
  const found = noExtensions();
  const extensions: Extension[] = [];
  const unreadable: { oid: string; detail: string }[] = [];
  const seen = new Set<string>();
  for (const item of expectTag(list, TAG.sequence, 'extensions').children) {
    const [type, ...rest] = expectTag(item, TAG.sequence, 'extension').children;
    const oid = oidText(expectTag(type, TAG.oid, 'extension type').content);
    const flag = rest.length > 1 ? expectTag(rest[0], TAG.boolean, 'critical flag') : null;
    const value = expectTag(rest.at(-1), TAG.octetString, 'extension value');
    extensions.push({ oid, critical: flag !== null && boolean(flag) });
    if (seen.has(oid)) unreadable.push({ oid, detail: 'given twice' });
    seen.add(oid);
    const reader = readers[oid];
    if (reader === undefined) continue;
    try {
      reader(readDer(value.content), found);
    } catch (error) {
      if (!(error instanceof DerError)) throw error;
      unreadable.push({ oid, detail: error.message });
    }
  }
  return { ...found, extensions, unreadable };
}

type Reader = (value: DerNode, into: Mutable<Extensions>) => void;

const readers: Readonly<Record<string, Reader>> = {
  [OID.subjectKeyIdentifier]: (value, into) => {
    into.subjectKeyId = hex(expectTag(value, TAG.octetString, 'key identifier').content);
  },
  [OID.authorityKeyIdentifier]: (value, into) => {
    const { children } = expectTag(value, TAG.sequence, 'authority key identifier');
    const keyId = children.find((child) => isContext(child, 0));
    const names = children.find((child) => isContext(child, 1))?.children ?? [];
    const serial = children.find((child) => isContext(child, 2));
    names.forEach(readGeneralName);
    // If there are several names, OpenSSL uses the first directory name.
    const directory = names.find((name) => isContext(name, 4))?.children[0];
    into.authorityKeyId = keyId === undefined ? null : hex(keyId.content);
    into.authorityIssuerKey = directory === undefined ? null : nameKey(directory);
    into.authoritySerial =
      serial === undefined ? null : serialText(shortestInteger(serial.content, 'serial number of the issuer'));
  },
  [OID.keyUsage]: (value, into) => {
    const bits = bitString(expectTag(value, TAG.bitString, 'key usage'));
    const usages = KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
    // RFC 5280, 4.2.1.3: at least one bit is set.
    if (usages.length === 0) throw new DerError('key usage that allows nothing');
    into.keyUsage = usages;
  },
  [OID.netscapeCertificateType]: (value, into) => {
    into.netscapeType = bitString(expectTag(value, TAG.bitString, 'Netscape certificate type'))[0] ?? 0;
  },
  [OID.crlDistributionPoints]: (value) => {
    for (const point of expectTag(value, TAG.sequence, 'CRL distribution points').children)
      readDistributionPoint(point);
  },
  [OID.extendedKeyUsage]: (value, into) => {
    const { children } = expectTag(value, TAG.sequence, 'extended key usage');
    into.extendedKeyUsage = children.map((child) => oidText(expectTag(child, TAG.oid, 'key purpose').content));
  },
  [OID.basicConstraints]: (value, into) => {
    const fields = [...expectTag(value, TAG.sequence, 'basic constraints').children];
    const ca = isUniversal(fields[0], TAG.boolean) ? boolean(fields.shift() as DerNode) : false;
    const [pathLength, ...rest] = fields;
    if (rest.length > 0) throw new DerError('basic constraints with too many fields');
    into.basicConstraints = { ca, pathLength: pathLength === undefined ? null : smallInteger(pathLength) };
  },
  [OID.subjectAltName]: (value, into) => {
    into.subjectAltNames = expectTag(value, TAG.sequence, 'alternative names').children.map(readGeneralName);
  },
  [OID.nameConstraints]: (value, into) => {
    const [permitted, excluded] = [0, 1].map((tag) =>
      (
        expectTag(value, TAG.sequence, 'name constraints').children.find((child) => isContext(child, tag))?.children ??
        []
      ).map(readSubtree),
    );
    into.nameConstraints = { permitted: permitted ?? [], excluded: excluded ?? [] };
  },
};

function readSubtree(node: DerNode): Subtree {
  const [base, ...bounds] = expectTag(node, TAG.sequence, 'subtree').children;
  if (base === undefined) throw new DerError('subtree without a base');
  // A minimum of 0 is the default, which DER omits; some tools write it.
  const bounded = bounds.some(
    (bound) => !(isContext(bound, 0) && bound.content.length === 1 && bound.content[0] === 0),
  );
  return { base: readGeneralName(base), bounded };
}

/**
 * RFC 5280, 4.2.1.13. Nothing here reads CRLs, but OpenSSL rejects a certificate whose distribution points cannot be
 * read.
 */
function readDistributionPoint(node: DerNode): void {
  for (const field of expectTag(node, TAG.sequence, 'CRL distribution point').children) {
    const tag = field.tagClass === CONTEXT ? field.tag : null;
    if (tag === 0) readPointName(field.children[0]);
    else if (tag === 1) bitString(field);
    else if (tag === 2) field.children.forEach(readGeneralName);
    else throw new DerError('CRL distribution point with an unknown field');
  }
}

/** The full name, or a name relative to the issuer of the CRL. */
function readPointName(name: DerNode | undefined): void {
  const tag = name?.tagClass === CONTEXT ? name.tag : null;
  if (tag === 0) name?.children.forEach(readGeneralName);
  else if (tag === 1) name?.children.forEach(readAttribute);
  else throw new DerError('CRL distribution point with an unknown kind of name');
}

function readAttribute(node: DerNode): void {
  const [type, value] = expectTag(node, TAG.sequence, 'attribute').children;
  oidText(expectTag(type, TAG.oid, 'attribute type').content);
  if (value === undefined) throw new DerError('attribute without a value');
}

/** RFC 5280, 4.2.1.6: nine kinds, from 0 to 8. */
function readGeneralName(node: DerNode): GeneralName {
  if (node.tagClass !== CONTEXT || node.tag > 8) throw new DerError('general name of an unknown kind');
  const isText = node.tag === 1 || node.tag === 2 || node.tag === 6;
  if ((isText || node.tag === 7 || node.tag === 8) === node.constructed)
    throw new DerError('general name of the wrong form');
  if (isText) return { kind: node.tag === 1 ? 'email' : node.tag === 2 ? 'dns' : 'uri', text: latin1(node.content) };
  if (node.tag === 7) return { kind: 'ip', bytes: node.content };
  if (node.tag === 8) oidText(node.content);
  if (node.tag === 0) {
    const [type, value] = node.children;
    oidText(expectTag(type, TAG.oid, 'type of another name').content);
    if (!isContext(value, 0) || value.children.length !== 1) throw new DerError('other name without its value');
  }
  if (node.tag === 4)
    return { kind: 'directory', rdns: rdnsOf(expectTag(node.children[0], TAG.sequence, 'directory name')) };
  return { kind: 'other', tag: node.tag };
}
