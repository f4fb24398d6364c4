/**
 * What kind of sentence a door wrote whose reason has no name: the sentence without what differs from request to request, such as
 * ids, names, addresses and times, in lower case. Two sentences of one kind give the same words, so that they are counted together.
 * The code of a door that writes no sentences stays as it is.
 * Pure; whoever writes the log may choose the text, so that both the work and the result are bounded.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';
import { isCode } from './reasons.js';

/** Stands for what was left out. */
const GONE = '…';

/** @returns '' where the text says nothing */
export function reasonWords(text: string): string {
  if (isCode(text)) return text;
  const unquoted = halfWidth(text.slice(0, limits.reasonCharsMax).normalize()).replace(QUOTED, GONE);
  const said = withoutNames(unquoted)
    .replace(DAY_AND_MONTH, GONE)
    .replace(SPACED_BYTES, GONE)
    .replace(BESIDE_SIGNS, '$& ');
  const words: string[] = [];
  let before = '';
  for (const word of said.split(/\s+/)) {
    words.push(withoutValues(word, before));
    before = word.toLowerCase().replace(/[^\p{L}]/gu, '');
  }
  const kept = words
    .join(' ')
    .toLowerCase()
    .replace(UNIT, GONE)
    .replace(/…(?:[\s,;:+/-]{0,4}…)+/g, GONE)
    .trim();
  return clean(shortened(withoutEnd(kept, ' .!,;:')), limits.reasonWordsCharsMax);
}

/** Cut between words where there is a space. */
function shortened(words: string): string {
  if (words.length <= limits.reasonWordsCharsMax) return words;
  const end = words.lastIndexOf(' ', limits.reasonWordsCharsMax - 2);
  return end <= 0 ? words : `${words.slice(0, end)} ${GONE}`;
}

/** Letters, digits and signs as East Asian keyboards write them. */
function halfWidth(text: string): string {
  return text.replace(/[！-～]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0));
}

/** A text that was cut may lack the second quotation mark; an apostrophe within a word is none. */
const QUOTED =
  /"[^"]*(?:"|$)|“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^»]*(?:»|$)|‘[^’]*(?:’|$)|「[^」]*(?:」|$)|『[^』]*(?:』|$)|`[^`]*(?:`|$)|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu;

const DAY_AND_MONTH =
  /\b(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6},?\s)?(?:\d{1,2}[ -](?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b|(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\s{1,2}\d{1,2}\b)/gi;

/** Such as `04 a3 1f 2b`. */
const SPACED_BYTES = /\b[0-9a-f]{2}(?: [0-9a-f]{2}){3,}\b/gi;

/** Chinese and Japanese put no space between words and what is written in Latin letters. */
const BESIDE_SIGNS =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}ー](?=[0-9A-Za-z…])|[0-9A-Za-z…](?=[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}ー])/gu;

/** Behind an amount or a time; `1 day` and `2 days` are of one kind. */
const UNIT =
  /… (?:ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|h|hours?|days?|weeks?|months?|years?|gmt|utc|am|pm)(?![\p{L}\p{N}])/gu;

/** How a distinguished name begins, and each of its further parts: an attribute, by its name or its object identifier. */
const NAME = /(?<![\p{L}\p{N}.])\/?([a-z]{1,15}|(?:oid\.)?\d{1,5}(?:\.\d{1,9}){2,12})\s?=\s?/giu;
const NEXT = /\s?[,;+/]\s?([a-z]{1,15}|(?:oid\.)?\d{1,5}(?:\.\d{1,9}){2,12})\s?=\s?/iuy;
const ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['cn', 'ou', 'o', 'c', 'l', 'st', 's', 'dc', 'e', 't', 'gn', 'sn', 'uid', 'serialnumber', 'emailaddress', 'email'],
  ...['street', 'title', 'postalcode', 'givenname', 'surname'],
]);

function isAttribute(found: RegExpExecArray | null): found is RegExpExecArray {
  const attribute = found?.[1]?.toLowerCase() ?? '';
  return ATTRIBUTES.has(attribute) || attribute.includes('.');
}

/** A value that other parts follow, and the last one: of its words those that begin like a name. */
const VALUE = /(?:\\.|[^\\,;+/=])*/suy;
const LAST =
  /(?:\\.|[^\s,;+/\\()=])*(?:\s(?=[\p{Lu}\d&])(?:\\.|[^\s,;+/\\()=])+)*(?:, ?(?:Inc|LLC|Ltd|Corp|GmbH|AG|Co)\b\.?)?/suy;

/** Puts a mark in the place of each distinguished name, in the spelling of OpenSSL, of RFC 4514 or with slashes. */
function withoutNames(text: string): string {
  let rest = '';
  let from = 0;
  NAME.lastIndex = 0;
  for (let begin = NAME.exec(text); begin !== null; begin = NAME.exec(text)) {
    if (!isAttribute(begin)) continue;
    let at = NAME.lastIndex;
    for (;;) {
      VALUE.lastIndex = at;
      VALUE.exec(text);
      NEXT.lastIndex = VALUE.lastIndex;
      if (!isAttribute(NEXT.exec(text))) break;
      at = NEXT.lastIndex;
    }
    LAST.lastIndex = at;
    LAST.exec(text);
    rest += `${text.slice(from, begin.index)}${GONE}`;
    from = Math.max(at, LAST.lastIndex);
    NAME.lastIndex = from;
  }
  return rest + text.slice(from);
}

/** One word with the signs around it, such as `(serial=04A3),`. */
function withoutValues(word: string, before: string): string {
  const bare = word.replace(BRACKETED_ADDRESS, '$1');
  const end = withoutEnd(bare, ')]}>,;:.!?').length;
  let start = 0;
  while (start < end && '([{<'.includes(bare.charAt(start))) start++;
  return `${bare.slice(0, start)}${meantBy(bare.slice(start, end), before)}${bare.slice(end)}`;
}

/** The text without the signs at its end. */
function withoutEnd(text: string, signs: string): string {
  let end = text.length;
  while (end > 0 && signs.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Such as `[2001:db8::1]:443` and `peer=[2001:db8::1]`; `chain[12]` has none. */
const BRACKETED_ADDRESS = /(?<![\p{L}\p{N}])\[([0-9a-f:.]{2,45})\]/iu;

function meantBy(core: string, before: string): string {
  if (isNumber(core) && isKept(core, before)) return core;
  if (isWhole(core)) return GONE;
  const equals = core.indexOf('=');
  if (equals > 0 && equals < core.length - 1) {
    const key = core.slice(0, equals);
    return `${key}=${meantBy(core.slice(equals + 1), key.toLowerCase())}`;
  }
  if (isNumber(core)) return GONE;
  if (ID_WORDS.has(before) && (/\d/.test(core) || /^[A-F]{2,}$/.test(core))) return GONE;
  const parts = core.split(/([:_/-])/);
  return parts.map((part, at) => (at % 2 === 1 ? part : partOf(part, parts[at - 2] ?? ''))).join('');
}

/** What is an id, an address, a name of a machine or a time as a whole. */
function isWhole(core: string): boolean {
  return WHOLE.some((form) => form.test(core)) || isHost(core) || isRandom(core);
}

/** A host name, with a port or a path; of two labels only where it is no name of a file and no version. */
function isHost(core: string): boolean {
  const [, before = '', last = ''] = HOST.exec(core) ?? [];
  if (last === '' || before.split('.').length > 2) return last !== '';
  return !FILES.has(last) && !/^v?\d{1,63}\.$/.test(before);
}

const HOST =
  /^(?:\*\.)?((?:[a-z0-9-]{1,63}\.){1,11})([a-z]{2,24}|xn--[a-z0-9-]{2,59})(?::\d{1,5})?(?:\/[^\s]{0,500})?$/;

/** How names of files end that sentences about certificates name. */
const FILES: ReadonlySet<string> = new Set([
  ...[
    'pem',
    'crt',
    'cer',
    'cert',
    'der',
    'key',
    'csr',
    'crl',
    'jks',
    'pfx',
    'json',
    'jsonl',
    'txt',
    'log',
    'conf',
    'cfg',
  ],
  ...[
    'cnf',
    'ini',
    'yaml',
    'yml',
    'xml',
    'html',
    'js',
    'mjs',
    'cjs',
    'ts',
    'py',
    'lua',
    'jar',
    'class',
    'dll',
    'exe',
    'csv',
  ],
  ...['zip', 'tar', 'gz'],
]);

const WHOLE: readonly RegExp[] = [
  // UUID
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  // URL, ARN, mail address, path
  /^[a-z][a-z0-9+.-]{1,20}:\/\/./i,
  /^arn:/i,
  /^[^@\s]+@[^@\s]+$/,
  /^\/[^/]+\/./,
  // IPv4 and IPv6, with a port or a prefix
  /^\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,5})?$/,
  /^[0-9a-f]{0,4}(?::[0-9a-f]{0,5}){2,9}(?:\.\d{1,3}){0,3}(?:%\w{1,16})?(?:\/\d{1,3})?$/i,
  // A serial number or a fingerprint, byte by byte
  /^[0-9a-f]{1,2}(?:[:-][0-9a-f]{2}){2,}$/i,
  // A day, with or without its time, and a time
  /^\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)/,
  /^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?!\d)/,
  /^\d{1,2}\/[a-z]{3}\/\d{4}/i,
  /^\d{8}T?\d{4,6}Z?$/i,
  /^\d{1,2}:\d{2}(?!\d)/,
  // Hexadecimal
  /^(?=.{0,63}\d)[0-9a-f]{8,}$/i,
  /^[0-9a-f]{16,}$/i,
  /^0x[0-9a-f]{5,}$/i,
];

/** A number by itself, with a sign or a unit; a version or an object identifier. */
function isNumber(core: string): boolean {
  return /^[+-]?#?\d{1,40}(?:[.,]\d{1,20})*(?:ms|s|m|h|d|kb|mb|%)?$/i.test(core) || /^0x[0-9a-f]{1,4}$/i.test(core);
}

/** Whether a number tells kinds of sentences apart: a code, a version, an object identifier, the size of a key. */
function isKept(number: string, before: string): boolean {
  if (/^[0-2](?:\.\d{1,9}){4,}$/.test(number)) return true;
  return SIZES.has(number) || (TELLING.has(before) && number.length <= 6) || OIDS.has(before);
}

const SIZES: ReadonlySet<string> = new Set([
  ...['128', '160', '192', '224', '256', '384', '512', '521', '1024', '1536', '2048', '3072', '4096', '8192'],
  '25519',
]);
const TELLING: ReadonlySet<string> = new Set([
  ...['error', 'errno', 'err', 'code', 'alert', 'status', 'depth', 'level', 'version', 'tls', 'ssl', 'rfc'],
  ...['rule', 'policy', 'class', 'type', 'reason', 'sha', 'exponent', 'http', 'x', 'エラー', 'コード'],
]);

/** Words that an object identifier follows, which may look like an address. */
const OIDS: ReadonlySet<string> = new Set(['oid', 'extension', 'usage', 'algorithm', 'attribute']);

const ID_WORDS: ReadonlySet<string> = new Set([
  ...['serial', 'serialnumber', 'number', 'no', 'sn', 'id', 'requestid', 'request', 'trace', 'session', 'fingerprint'],
  ...['thumbprint', 'keyid', 'ski', 'aki', 'hash', 'nonce', 'token', 'ip', 'address', 'host', 'client', 'user', 'port'],
  ...['シリアル', '番号', 'シリアル番号'],
]);

/** A part of a word that hyphens and the like divide: `sha-256` stays, and of `partner-000174` the number goes. */
function partOf(part: string, before: string): string {
  if (before !== '' && ID_WORDS.has(before.toLowerCase()) && /\d/.test(part)) return GONE;
  if (isRandom(part) || /^(?=.{0,63}\d)[0-9a-f]{8,}$/i.test(part)) return GONE;
  return part.replace(/\d{4,}/g, (digits) => (SIZES.has(digits) ? digits : GONE));
}

/**
 * Whether a word changes between capitals, small letters and digits as often as a random one does. Names of algorithms change less
 * often: `secp256r1`, `sha256WithRSAEncryption`.
 */
function isRandom(word: string): boolean {
  if (word.length < 8 || !/^[0-9A-Za-z+/_-]+={0,2}$/.test(word)) return false;
  if (word.endsWith('=')) return true;
  if (!/[0-9+]/.test(word)) return false;
  const kinds = [...word].map((char) => (/\d/.test(char) ? 0 : /[a-z]/.test(char) ? 1 : /[A-Z]/.test(char) ? 2 : 3));
  const letters = kinds.filter((kind) => kind < 3).length;
  const changes = kinds.filter(
    (kind, at) => at > 0 && kind < 3 && (kinds[at - 1] ?? 3) < 3 && kind !== kinds[at - 1],
  ).length;
  return changes > 0.36 * letters;
}
