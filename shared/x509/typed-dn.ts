/**
 * Distinguished names as people type and paste them: whatever a tool, a library or a log printed. The command line and the
 * settings take them to the canonical form of the counts, or say what a spelling has lost. Pure; nothing here throws.
 */

import { jsonIn } from '../base/json.js';
import { DerError, readDer } from './der.js';
import { canonical, canonicalDn, canonicalDnOf, type Rdn } from './dn.js';
import { attributeName } from './dn-attributes.js';

export type TypedDn =
  | { readonly kind: 'dn'; readonly dn: string }
  /** What is missing, as the rest of a sentence that begins with the text. */
  | { readonly kind: 'lossy'; readonly because: string };

/**
 * The canonical DN of a text. A canonical DN comes back as it is.
 * @param wildcards whether `*` and `?` stand for other text, so that a `?` is no lost letter
 */
export function typedDn(text: string, wildcards = false): TypedDn {
  const isCanonical = ATTRIBUTE_FIRST.test(text) && canonicalDn(text) === text;
  const bare = isCanonical ? text : unwrapped(text);
  const structured = encodedName(bare) ?? listedName(bare) ?? labelledName(bare);
  const dn = structured ?? canonicalDn(bare.replace(/^\s*,|,\s*$/g, ''));
  const lost = lossOf(bare, wildcards) ?? lossOf(dn, wildcards);
  if (lost !== null) return { kind: 'lossy', because: lost };
  if (ATTRIBUTE_FIRST.test(dn)) return { kind: 'dn', dn };
  const because = /^(?:[0-9a-f]{8}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(bare.replaceAll(':', ''))
    ? 'is a hash or a key identifier, from which no name can be told'
    : 'names no attribute, such as O= or CN=';
  return { kind: 'lossy', because };
}

const ATTRIBUTE_FIRST = /^[A-Z0-9][A-Z0-9.-]*=/;

/** What shows that letters are missing. None of these come out of the canonical form of a whole name but by its own letters. */
function lossOf(text: string, wildcards: boolean): string | null {
  if (text.includes('…') || /\.{3}(?:$|[,/+])/.test(text)) return 'was cut where it says … or ...';
  if (text.includes('\uFFFD')) return 'has lost a letter where it says \uFFFD';
  if (!wildcards && /\p{L}\?+\p{L}/u.test(text)) return 'has lost a letter where it says ?';
  return null;
}

const LABEL =
  /^(?:x509v3 )?(?:certificate )?(?:issuer|subject)(?:[ _]?(?:dn|name))?\s*[:=]\s*|^\[(?:issuer|subject)\]\s*/i;
/** What libraries print around a name: Python's cryptography, pyOpenSSL, Ruby, GnuTLS. */
const AROUND = [
  /^<Name\((.*)\)>$/s,
  /^<X509Name object '(.*)'>$/s,
  /^#<OpenSSL::X509::Name:?(?:0x[0-9a-f]+)? (.*)>$/s,
  /^`(.*)['`]$/s,
  /^'(.*)'$/s,
  /^"(.*)"$/s,
];

function unwrapped(text: string): string {
  let bare = text.trim();
  // Two layers, such as a label and quotes; each may hide the other.
  for (let layer = 0; layer < 3; layer++) {
    bare = jsonText(bare.replace(LABEL, '').trim());
    for (const around of AROUND) bare = (around.exec(bare)?.[1] ?? bare).trim();
  }
  return bare;
}

/** A text in quotes as JSON writes it; anything else as it is. */
function jsonText(text: string): string {
  if (!/^".*"$/s.test(text)) return text;
  const value = jsonIn(text);
  return typeof value === 'string' ? value.trim() : text;
}

/** The name itself in DER, as hexadecimal digits or base64. */
function encodedName(text: string): string | null {
  const digits = text.replace(/[\s:]|^0x/g, '');
  const isHex = /^30(?:[0-9a-fA-F]{2})+$/.test(digits);
  if (!isHex && !/^M[A-Za-z0-9+/]{15,}={0,2}$/.test(digits)) return null;
  try {
    return canonicalDnOf(readDer(Buffer.from(digits, isHex ? 'hex' : 'base64')));
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

/** A quoted text, a bare word or number, or a bracket. */
const TOKEN = /"((?:[^"\\]|\\.)*)"?|'((?:[^'\\]|\\.)*)'?|([\p{L}\p{N}_.-]+)|[[\](){}<>]/gsu;
/** Keys that describe an attribute, in lists of objects. */
const TYPE_KEYS = new Set(['TYPE', 'OID', 'NAME', 'ATTRIBUTETYPE']);
const VALUE_KEYS = new Set(['VALUE', 'VAL']);
const IGNORED_KEYS = new Set(['SHORTNAME', 'VALUETAGCLASS', 'VALUETYPE']);

/**
 * Objects, dictionaries and tuples: Node's `{ C: 'DE', O: [..] }`, Python's `((('countryName', 'DE'),),)`, Go's
 * `[{Type:2.5.4.6 Value:DE}]`, JSON, PHP's arrays, lists of parsed names.
 */
function listedName(text: string): string | null {
  const body = text.replace(/^(?:\[Object: null prototype\]|array|map|Array)\s*/, '');
  if (!/^[[({]/.test(body)) return null;
  const go = [...body.matchAll(/\{Type:([0-9.]+) Value:([^{}]*)\}/g)];
  if (go.length > 0) return canonical(go.map(([, type = '', value = '']) => rdnOf(type, value)));
  const inner = [...body.matchAll(/RelativeDistinguishedName\(((?:[^)\\]|\\.)*)/g)].map(([, rdn = '']) => rdn);
  if (inner.length > 0) return canonicalDn(inner.join(','));
  const rdns = rdnsOfTokens(body);
  return rdns.length === 0 ? null : canonical(rdns);
}

function rdnsOfTokens(body: string): Rdn[] {
  const rdns: Rdn[] = [];
  let key: string | null = null;
  let described: string | null = null;
  let isList = false;
  for (const [token, double, single, word] of body.matchAll(TOKEN)) {
    if (double === undefined && single === undefined && word === undefined) {
      if (key !== null && token === '[') isList = true;
      if (token === '}') described = null;
      if (token !== ']') continue;
      if (isList) key = null;
      isList = false;
      continue;
    }
    const value = double ?? single ?? word ?? '';
    if (key === null) {
      key = value.toUpperCase();
      continue;
    }
    const read = plain(value);
    if (TYPE_KEYS.has(key)) described ??= read;
    else if (VALUE_KEYS.has(key) && described !== null) {
      rdns.push(rdnOf(described, read));
      described = null;
    } else if (!IGNORED_KEYS.has(key) && read !== '' && word !== 'null') rdns.push(rdnOf(key, read));
    if (!isList) key = null;
  }
  return rdns;
}

function rdnOf(type: string, value: string): Rdn {
  return [{ name: attributeName(type), value: { text: value } }];
}

/** A quoted text of JSON, JavaScript or Python. */
function plain(text: string): string {
  return text.replace(/\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|\\(.)/gs, (_, four, two, char) =>
    char === undefined ? String.fromCharCode(Number.parseInt(four ?? two, 16)) : char,
  );
}

/** As asn1crypto and certificate viewers write the types. */
const LABELS: Readonly<Record<string, string>> = {
  'common name': 'CN',
  country: 'C',
  'country/region': 'C',
  locality: 'L',
  'state/province': 'ST',
  state: 'ST',
  organization: 'O',
  'organizational unit': 'OU',
  'domain component': 'DC',
  'email address': 'EMAILADDRESS',
  'serial number': 'SERIALNUMBER',
};
const LABELLED =
  /(?:^|[,;\n])[ \t]*(common name|country|country\/region|locality|state\/province|state|organization|organizational unit|domain component|email address|serial number)[ \t]*:[ \t]*/gi;

/** `Common Name: Issuing CA, Organization: Acme, Country: US`. */
function labelledName(text: string): string | null {
  const found = [...text.matchAll(LABELLED)];
  if (found[0]?.index !== 0) return null;
  const rdns = found.map((match, at) => {
    const value = text.slice(match.index + match[0].length, found[at + 1]?.index ?? text.length).trim();
    return rdnOf(LABELS[(match[1] ?? '').toLowerCase()] ?? '', value);
  });
  return canonical(rdns);
}
