/**
 * The certificate extensions that path validation looks at (RFC 5280, section 4.2). An extension that cannot be read is
 * listed as such; the certificate stays readable, so that the finding can name it.
 */

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
  oidText,
  readDer,
  TAG,
} from './der.js';
import { comparisonKey, type Rdn, rdnsOf } from './dn.js';

export const OID = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
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

/** A GeneralName; `other` are the kinds that have no rule here (otherName, x400Address, …), by their tag. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly text: string }
  | { readonly kind: 'directory'; readonly rdns: readonly Rdn[] }
  | { readonly kind: 'ip'; readonly bytes: Uint8Array }
  | { readonly kind: 'other'; readonly tag: number };

/** A base name; `bounded` where minimum or maximum is set, which RFC 5280 forbids. */
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
  /** Comparison key of the name of the issuer's own issuer, where the authority key identifier gives it. */
  readonly authorityIssuerKey: string | null;
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength: number | null } | null;
  readonly keyUsage: readonly KeyUsage[] | null;
  /** Object identifiers. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly subjectAltNames: readonly GeneralName[] | null;
  readonly nameConstraints: NameConstraints | null;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export function noExtensions(): Mutable<Extensions> {
  return {
    extensions: [],
    unreadable: [],
    subjectKeyId: null,
    authorityKeyId: null,
    authorityIssuerKey: null,
    basicConstraints: null,
    keyUsage: null,
    extendedKeyUsage: null,
    subjectAltNames: null,
    nameConstraints: null,
  };
}

/** Reads the SEQUENCE of extensions. @throws DerError when the list itself is broken, not for one extension */
export function readExtensions(list: DerNode): Extensions {
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
    into.authorityKeyId = keyId === undefined ? null : hex(keyId.content);
    const names = children.find((child) => isContext(child, 1))?.children.map(readGeneralName) ?? [];
    const directory = names.find((name) => name.kind === 'directory');
    into.authorityIssuerKey = directory === undefined ? null : comparisonKey(directory.rdns);
  },
  [OID.keyUsage]: (value, into) => {
    const bits = bitString(expectTag(value, TAG.bitString, 'key usage'));
    into.keyUsage = KEY_USAGES.filter((_, bit) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0);
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
  // A minimum of 0 is the default; DER leaves it out, some tools do not.
  const bounded = bounds.some(
    (bound) => !(isContext(bound, 0) && bound.content.length === 1 && bound.content[0] === 0),
  );
  return { base: readGeneralName(base), bounded };
}

function readGeneralName(node: DerNode): GeneralName {
  if (node.tagClass !== CONTEXT) throw new DerError('general name of the wrong type');
  const text = () => Buffer.from(node.content).toString('latin1');
  switch (node.tag) {
    case 1:
      return { kind: 'email', text: text() };
    case 2:
      return { kind: 'dns', text: text() };
    case 6:
      return { kind: 'uri', text: text() };
    case 7:
      return { kind: 'ip', bytes: node.content };
    case 4: {
      const [name] = node.children;
      return { kind: 'directory', rdns: rdnsOf(expectTag(name, TAG.sequence, 'directory name')) };
    }
    default:
      return { kind: 'other', tag: node.tag };
  }
}
