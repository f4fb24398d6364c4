/**
 * Distinguished names in one canonical form, so that every spelling of an issuer gives the same group: OpenSSL's
 * one-line form, RFC 4514 or slashes in the access log, or DER in the certificate. Names are hostile: nothing here
 * throws, and the result is bounded and free of control, bidi and other invisible characters. The form is
 * `C=US,O=Example,CN=Issuing CA`: from the general to the specific, as in the certificate; upper-case short attribute
 * names; RFC 4514 escapes; no optional spaces; multi-valued RDNs sorted. A name in the opposite order is reversed, in
 * text and in certificates alike, because text does not say in which order it was written.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { limits } from '../base/limits.js';
import { compareTexts } from '../base/text.js';
import {
  checkedOid,
  DerError,
  type DerNode,
  expectTag,
  hex,
  latin1,
  oidText,
  readDer,
  stringText,
  TAG,
  wellFormed,
} from './der.js';
import { attributeName, attributeRank, RANK_COUNT } from './dn-attributes.js';

/** One attribute with its value; `hex` holds the DER of a value that is not text. */
export interface Attribute {
  readonly name: string;
  readonly value: { readonly text: string } | { readonly hex: string };
}

/** The attributes of one relative distinguished name; nearly always one. */
export type Rdn = readonly Attribute[];

/** The last attribute of a DN that was cut; its value is the start of the SHA-256 of the whole canonical name. */
const CUT = 'CUT';

/**
 * The canonical form that the head of this file describes. Text that is not a DN gives one escaped value without an
 * attribute.
 */
export function canonicalDn(text: string): string {
  const rdns = parseText(text);
  return rdns === null ? opaque(text) : canonical(rdns);
}

/**
 * The canonical DN of a DER `Name`.
 * @throws DerError if the node is not a name
 */
export function canonicalDnOf(name: DerNode): string {
  return canonical(rdnsOf(name));
}

/**
 * The attributes of a DER `Name`, in its own order.
 * @throws DerError if the node is not a name
 */
export function rdnsOf(name: DerNode): readonly Rdn[] {
  return expectTag(name, TAG.sequence, 'name').children.map((set) =>
    expectTag(set, TAG.set, 'relative name').children.map((pair) => {
      const [type, value] = expectTag(pair, TAG.sequence, 'attribute').children;
      if (value === undefined) throw new DerError('attribute without a value');
      return {
        name: attributeName(oidText(expectTag(type, TAG.oid, 'attribute type').content)),
        value: attributeValue(value),
      };
    }),
  );
}

function attributeValue(node: DerNode): Attribute['value'] {
  const text = stringText(node);
  return text === null ? { hex: hex(node.raw) } : { text };
}

/**
 * The comparison key of a DER `Name`: equal if the names are the same by RFC 5280, section 7.1. Computed from the
 * octets, because every certificate of a bundle needs this key and few need the text.
 * @throws DerError if the node is not a name, or holds text that cannot be read
 */
export function nameKey(name: DerNode): string {
  let key = '';
  for (const set of expectTag(name, TAG.sequence, 'name').children) {
    const pairs = expectTag(set, TAG.set, 'relative name').children.map(pairKey);
    key += `${pairs.length > 1 ? pairs.sort(compareTexts).join('') : (pairs[0] ?? '')};`;
  }
  return key;
}

/** Type and value, the value with its length in front, so that text cannot imitate the next attribute. */
function pairKey(pair: DerNode): string {
  const [type, value] = expectTag(pair, TAG.sequence, 'attribute').children;
  const oid = checkedOid(expectTag(type, TAG.oid, 'attribute type').content);
  if (value === undefined) throw new DerError('attribute without a value');
  const text = stringText(value);
  const folded = text === null ? `#${hex(value.raw)}` : `=${foldText(text)}`;
  return `${latin1(oid)}${folded.length}${folded}`;
}

/**
 * The keys of single RDNs, for subtrees of names. They are equal under RFC 5280, section 7.1: case, runs of spaces and
 * the string type do not matter. These are the rules of OpenSSL's canonical encoding.
 */
export function rdnKeys(rdns: readonly Rdn[]): readonly string[] {
  return rdns.map((rdn) =>
    JSON.stringify(
      rdn
        .map(({ name, value }) => ('hex' in value ? [name, 'hex', value.hex] : [name, foldText(value.text)]))
        .sort(byJson),
    ),
  );
}

function byJson(a: readonly string[], b: readonly string[]): number {
  return compareTexts(JSON.stringify(a), JSON.stringify(b));
}

/** ASCII case folded, spaces trimmed and collapsed. */
function foldText(text: string): string {
  const collapsed = /^[ \t\n\v\f\r]|[ \t\n\v\f\r]{2}|[\t\n\v\f\r]|[ ]$/.test(text)
    ? text.replace(/[ \t\n\v\f\r]+/g, ' ').replace(/^ | $/g, '')
    : text;
  return collapsed.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

function trimSpaces(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) === 0x20) start++;
  while (end > start && text.charCodeAt(end - 1) === 0x20) end--;
  return text.slice(start, end);
}

/** The canonical form of attributes that were read already. */
export function canonical(rdns: readonly Rdn[]): string {
  // Leading and trailing spaces are insignificant (RFC 5280, 7.1), and in the output of many tools they cannot be
  // recognised.
  const trimmed = rdns.map((rdn) =>
    rdn.map((one) => ('text' in one.value ? { ...one, value: { text: trimSpaces(one.value.text) } } : one)),
  );
  return written(trimmed, runsBackwards(trimmed));
}

/** The same text for people, in the order of the certificate, which may go from the specific to the general. */
export function asWritten(rdns: readonly Rdn[]): string {
  return written(rdns, false);
}

function written(rdns: readonly Rdn[], isReversed: boolean): string {
  // An empty SET is not an attribute, and would leave an empty element between two commas.
  const sorted = rdns.filter((rdn) => rdn.length > 0).map((rdn) => rdn.map(render).sort(compareTexts));
  const ordered = isReversed ? sorted.reverse() : sorted;
  const text = ordered.map((rdn) => rdn.join('+')).join(',');
  return text.length <= limits.dnCharsMax ? text : cut(ordered, text);
}

/**
 * Whether more pairs of attributes go from the specific to the general than the other way. If the numbers are equal,
 * the position of the general attributes decides, and finally the text itself, so that a name and its reverse give the
 * same result.
 */
function runsBackwards(rdns: readonly Rdn[]): boolean {
  // A name that was cut is already in canonical order, and the rest of it may not show the order.
  if (rdns.at(-1)?.some(({ name }) => name === CUT)) return false;
  const ranks = rdns.map((rdn) => {
    const known = rdn.map(({ name }) => attributeRank(name)).filter((rank) => rank !== null);
    return known.length === 0 ? null : Math.min(...known);
  });
  const seen = new Array<number>(RANK_COUNT).fill(0);
  let balance = 0;
  for (const rank of ranks) {
    if (rank === null) continue;
    for (const [other, count] of seen.entries()) balance += Math.sign(rank - other) * count;
    seen[rank] = (seen[rank] ?? 0) + 1;
  }
  if (balance !== 0) return balance < 0;
  const middle = (rdns.length - 1) / 2;
  const lean = ranks.reduce<number>(
    (sum, rank, at) => sum + (rank === null ? 0 : Math.sign(rank - SPECIAL_RANK) * (at - middle)),
    0,
  );
  if (lean !== 0) return lean < 0;
  const texts = rdns.map((rdn) => rdn.map(render).sort(compareTexts).join('+'));
  const at = texts.findIndex((text, index) => text !== texts.at(-1 - index));
  return at >= 0 && compareTexts(texts[at] ?? '', texts.at(-1 - at) ?? '') > 0;
}

/** A rank between the organization, which comes first, and the attributes that belong to it. */
const SPECIAL_RANK = 4.5;

/** The longest prefix of the name that fits, in whole RDNs, then as much of one value as fits, then the hash. */
function cut(ordered: readonly (readonly string[])[], whole: string): string {
  const suffix = `,${CUT}=${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`;
  let room = limits.dnCharsMax - suffix.length;
  const kept: string[] = [];
  for (const rdn of ordered) {
    const text = rdn.join('+');
    const needed = text.length + (kept.length > 0 ? 1 : 0);
    if (needed <= room) {
      kept.push(text);
      room -= needed;
      continue;
    }
    // In an RDN with several attributes a cut value could change the sort order, so only single ones are cut.
    const shortened = rdn.length === 1 ? shorten(text, room - (kept.length > 0 ? 1 : 0)) : null;
    if (shortened !== null) kept.push(shortened);
    break;
  }
  return `${kept.join(',')}${suffix}`.replace(/^,/, '');
}

/** `NAME=value`, with the value cut between two characters; null if no character of it fits. */
function shorten(attribute: string, room: number): string | null {
  const equals = attribute.indexOf('=');
  const value = attribute.slice(equals + 1);
  const fitted = value.startsWith('#') ? '' : escapeValue(startThatFits(resolveEscapes(value), room - equals - 1));
  return fitted === '' ? null : attribute.slice(0, equals + 1) + fitted;
}

/** The longest prefix of a text whose escaped form has at most `room` characters. */
function startThatFits(text: string, room: number, escaped: (text: string) => string = escapeValue): string {
  let kept = '';
  let used = 0;
  for (const char of text) {
    // A single character has the longest possible escape, because leading and trailing characters need one.
    used += escaped(char).length;
    if (used > room) break;
    kept += char;
  }
  return kept;
}

function opaque(text: string): string {
  const value = resolveEscapes(trimUnescaped(text));
  const whole = escapeOpaque(value);
  if (whole.length <= limits.dnCharsMax) return whole;
  const suffix = `…${createHash('sha256').update(whole).digest('hex').slice(0, 16)}`;
  return escapeOpaque(startThatFits(value, limits.dnCharsMax - suffix.length, escapeOpaque)) + suffix;
}

/** Escapes text so that it cannot be read as an attribute. */
function escapeOpaque(text: string): string {
  return escapeValue(text).replaceAll('=', '\\=');
}

function render({ name, value }: Attribute): string {
  return `${name}=${'hex' in value ? `#${value.hex}` : escapeValue(value.text)}`;
}

/** RFC 4514, section 2.4. Invisible characters are written as the hex pairs of their UTF-8 bytes. */
function escapeValue(text: string): string {
  return wellFormed(text)
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, hexPairs)
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, (space, at: number, whole: string) => (at === 1 && whole.startsWith('\\') ? space : `\\${space}`));
}

function hexPairs(char: string): string {
  return Buffer.from(char, 'utf8').toString('hex').toUpperCase().replace(/../g, '\\$&');
}

/** A separator counts only before an attribute, because some tools do not escape commas in values. */
const ATTRIBUTE = /[ \t\r\n]*(?:OID\.)?([A-Za-z][A-Za-z0-9-]{0,63}|[0-9][0-9.]{1,63})[ \t]*=[ \t]*/iy;

function attributeAt(text: string, at: number): { name: string; end: number } | null {
  ATTRIBUTE.lastIndex = at;
  const match = ATTRIBUTE.exec(text);
  return match?.[1] === undefined ? null : { name: attributeName(match[1]), end: ATTRIBUTE.lastIndex };
}

/** The RDNs of a DN in any known form; null if the text is not a DN. */
function parseText(input: string): Rdn[] | null {
  const text = trimUnescaped(input);
  const slashes = text.startsWith('/');
  const separators = slashes ? '/+' : ',;+\n';
  let attribute = attributeAt(text, slashes ? 1 : 0);
  if (attribute === null) return text === '' ? [] : null;
  const rdns: Attribute[][] = [[]];
  while (attribute !== null) {
    const { end, next, value } = readValue(text, attribute.end, separators, slashes);
    rdns.at(-1)?.push({ name: attribute.name, value });
    if (next !== null && text[end] !== '+') rdns.push([]);
    attribute = next;
  }
  return rdns;
}

interface Value {
  readonly value: Attribute['value'];
  /** The index of the separator. */
  readonly end: number;
  readonly next: { name: string; end: number } | null;
}

/** Reads from `start` to the separator before the next attribute, or to the end. */
function readValue(text: string, start: number, separators: string, slashes: boolean): Value {
  const quoted = slashes ? null : quotedAt(text, start);
  let at = quoted?.end ?? start;
  let next: Value['next'] = null;
  for (; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '\\') at++;
    else if (separators.includes(char)) {
      next = attributeAt(text, at + 1);
      if (next !== null) break;
    }
  }
  const end = Math.min(at, text.length);
  if (quoted !== null && trimUnescaped(text.slice(quoted.end, end)) === '')
    return { value: { text: quoted.text }, end, next };
  return { value: parseValue(text.slice(start, end)), end, next };
}

/** A value in double quotes, as RFC 2253 and OpenSSL's one-line form write it. */
function quotedAt(text: string, start: number): { text: string; end: number } | null {
  if (text[start] !== '"') return null;
  let at = start + 1;
  // Windows doubles a quote within quotes.
  for (; at < text.length && (text[at] !== '"' || text[at + 1] === '"'); at++)
    if (text[at] === '\\' || text[at] === '"') at++;
  return at >= text.length
    ? null
    : { text: resolveEscapes(text.slice(start + 1, at).replaceAll('""', '"')), end: at + 1 };
}

function parseValue(raw: string): Attribute['value'] {
  // OpenSSL's option show_type prints the string type before the value.
  const trimmed = trimUnescaped(raw).replace(
    /^(?:BMP|IA5|NUMERIC|PRINTABLE|T61|TELETEX|UNIVERSAL|UTF8|VISIBLE)STRING:/,
    '',
  );
  if (!/^#(?:[0-9a-fA-F]{2})+$/.test(trimmed)) return { text: withoutWidth(resolveEscapes(trimmed)) };
  const encoded = trimmed.slice(1).toLowerCase();
  try {
    return attributeValue(readDer(Buffer.from(encoded, 'hex')));
  } catch (error) {
    if (error instanceof DerError) return { hex: encoded };
    throw error;
  }
}

/** OpenSSL's slash form prints a BMPString octet by octet, so with Latin letters every second octet is zero. */
function withoutWidth(text: string): string {
  const isWide =
    text.length >= 2 && text.length % 2 === 0 && [...text].every((char, at) => (char === '\0') === (at % 2 === 0));
  return isWide ? text.replaceAll('\0', '') : text;
}

/** Removes spaces at both ends, except escaped ones. Only ASCII spaces: others are part of the value. */
function trimUnescaped(raw: string): string {
  let start = 0;
  let end = raw.length;
  while (start < end && isBlank(raw, start)) start++;
  while (end > start && isBlank(raw, end - 1)) end--;
  let backslashes = 0;
  while (end - backslashes > start && raw[end - backslashes - 1] === '\\') backslashes++;
  return raw.slice(start, backslashes % 2 === 1 && end < raw.length ? end + 1 : end);
}

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/**
 * Resolves `\,`, hex pairs (`\C3`, or `\xC3` in the slash form) and OpenSSL's `\U00FC` and `\W0001F600`; other
 * backslashes stay. Hex pairs are UTF-8. If they are not valid UTF-8 they are Latin-1, as OpenSSL prints it without its
 * option utf8.
 */
function resolveEscapes(raw: string): string {
  return raw.replace(/\\U[0-9A-F]{4}|\\W[0-9A-F]{8}|(?:\\x?[0-9a-fA-F]{2})+|\\["+,;<>\\ #=]/g, (escaped) => {
    if (/^\\[UW]/.test(escaped)) return wellFormed(codePointText(Number.parseInt(escaped.slice(2), 16)));
    if (!/^\\x?[0-9a-fA-F]{2}/.test(escaped)) return escaped.slice(1);
    const bytes = Buffer.from(escaped.replace(/\\x?/g, ''), 'hex');
    return isUtf8(bytes) ? bytes.toString('utf8') : latin1(bytes);
  });
}

function codePointText(code: number): string {
  return code > 0x10ffff ? '\uFFFD' : String.fromCodePoint(code);
}
