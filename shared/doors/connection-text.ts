/**
 * Reads records of connections that are not JSON: S3 files of load balancers, and the forms `w3c` and `plain` of vended
 * logs, between delimiters that the owner chose. Where a header or the settings name the fields, they are read by place;
 * otherwise by their shapes, most of which cannot be confused.
 */

import { limits } from '../base/limits.js';
import { type ConnectionField, type ConnectionFields, type FieldNames, plainName } from './connection-fields.js';

const STATUS = /^(?:Success|Failed(?::\w{1,64})?)$/;
/** The status as a word of its own, and the characters around it. */
const STATUS_WITHIN = /(^|[^\w:=])"?(?:Success|Failed(?::\w{1,64})?)"?($|[^\w:=])/;
const VALIDITY = /^NotBefore=[^\s;]{0,40};NotAfter=[^\s;]{0,40}$/;
const ATTRIBUTE = /^"?[A-Za-z][\w.-]{0,63}=/;

/** The names of fields in a header of `w3c`, or in the settings; null where the text is no list of known fields. */
export function namedFields(text: string, names: FieldNames): readonly ConnectionField[] | null {
  if (text.length > limits.accessFormatCharsMax) return null;
  const words = text.replace(/^#Fields:/i, '').match(/[\w-]+/g) ?? [];
  const fields = words.map((word) => {
    const name = plainName(word);
    return Object.hasOwn(names, name) ? names[name] : undefined;
  });
  return fields.length > 0 && fields.every((field) => field !== undefined) ? fields : null;
}

/**
 * @param order the fields of the record in their order, where it is known
 * @param documented all fields, in the order of the documentation
 * @returns null for text that is no record of a connection
 */
export function fieldsOfText(
  message: string,
  order: readonly ConnectionField[] | null,
  documented: readonly ConnectionField[],
): ConnectionFields | null {
  const text = message.trim().slice(0, limits.recoveredCharsMax);
  const delimiter = delimiterOf(text);
  const words = joinNames(splitAt(text, delimiter), delimiter);
  if (order !== null && words.length === order.length) return byPlace(words, order);
  if (order?.[0] === 'unread' && words.length === order.length - 1) return byPlace(words, order.slice(1));
  if (isOfRequest(words)) return null;
  const usual = usualOrders(documented).find((one) => fits(words, one));
  return usual === undefined ? byShape(words) : byPlace(words, usual);
}

function byPlace(words: readonly string[], order: readonly ConnectionField[]): ConnectionFields {
  const fields: { [name in ConnectionField]?: string } = {};
  for (const [index, field] of order.entries()) fields[field] ??= words[index] === '-' ? '' : (words[index] ?? '');
  return fields;
}

/** Without the last field, which came later, and without the time, which tools put in front of an event. */
function usualOrders(documented: readonly ConnectionField[]): readonly (readonly ConnectionField[])[] {
  return [documented, documented.slice(0, -1), documented.slice(1), documented.slice(1, -1)];
}

function fits(words: readonly string[], order: readonly ConnectionField[]): boolean {
  return words.length === order.length && words.every((word, index) => isPossible(word, order[index] ?? 'unread'));
}

/** Whether a word may be the value of a field; the status and the address have to be there. */
function isPossible(word: string, field: ConnectionField): boolean {
  const shape = shapeOf(word);
  if (field === 'status' || field === 'clientIp') return shape === field;
  if (field === 'issuer') return shape === 'subject' || word === '-';
  return shape === field || shape === 'unread' || (shape === null && field !== 'distribution') || field === 'unread';
}

/** What stands beside the status is what stands between all fields. */
function delimiterOf(text: string): string {
  if (text.includes('\t')) return '\t';
  const match = STATUS_WITHIN.exec(text);
  if (match === null) return ' ';
  const [all, before = '', behind = ''] = match;
  const start = match.index + before.length;
  const end = match.index + all.length - behind.length;
  const [behindAll = ''] = /^[^\w"=-]{1,5}/.exec(text.slice(end)) ?? [];
  const [beforeAll = ''] = /[^\w"=-]{1,5}$/.exec(text.slice(0, start)) ?? [];
  return behindAll || beforeAll || ' ';
}

/** Splits outside of quotes, and takes the quotes away. */
function splitAt(text: string, delimiter: string): string[] {
  const words: string[] = [];
  let from = 0;
  while (from <= text.length) {
    const quoteEnd = text[from] === '"' ? text.indexOf('"', from + 1) : -1;
    const isQuoted = quoteEnd > 0 && (quoteEnd + 1 === text.length || text.startsWith(delimiter, quoteEnd + 1));
    const next = isQuoted ? quoteEnd + 1 : text.indexOf(delimiter, from);
    const end = next < 0 ? text.length : next;
    words.push(isQuoted ? text.slice(from + 1, quoteEnd) : text.slice(from, end));
    from = end + delimiter.length;
  }
  return words.filter((word, index) => word !== '' || delimiter !== ' ' || index === 0).map(unescaped);
}

/** `w3c` writes spaces and other characters of a value as `%20`. */
function unescaped(word: string): string {
  if (!/^[^\s%]{0,4096}%[0-9A-F]{2}\S*$/.test(word)) return word;
  try {
    return decodeURIComponent(word);
  } catch (error) {
    if (error instanceof URIError) return word;
    throw error;
  }
}

/** Puts names and validities together that were cut because the delimiter occurs in them. */
function joinNames(words: readonly string[], delimiter: string): string[] {
  const joined: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const isCut =
      word.startsWith('NotBefore=') && !word.includes(';') && words[at + 1]?.startsWith('NotAfter=') === true;
    const end = isCut ? at + 2 : isAttribute(word) ? endOfName(words, at, delimiter) : at + 1;
    joined.push(words.slice(at, end).join(isCut ? ';' : delimiter));
    at = end;
  }
  return joined;
}

function isAttribute(word: string): boolean {
  return ATTRIBUTE.test(word.trimStart()) && !/^\s{0,4}Not(?:Before|After)=/.test(word);
}

/** Where the name that begins with the word `from` ends: behind its last attribute, and the rest of that one's value. */
function endOfName(words: readonly string[], from: number, delimiter: string): number {
  const goesOn = delimiter.trim() === '' ? goesOnBetweenSpaces : delimiter.includes(',') ? goesOnBetweenCommas : null;
  let end = from + 1;
  while (goesOn !== null && end < words.length && end - from < NAME_WORDS_MAX && goesOn(words, from, end)) end++;
  return end;
}

/** A longer name is cut; what is left over has no shape. */
const NAME_WORDS_MAX = 128;

/** An attribute follows a comma; any other word belongs to the value before it, unless it has the shape of a field. */
function goesOnBetweenSpaces(words: readonly string[], _from: number, at: number): boolean {
  const word = words[at] ?? '';
  if (isAttribute(word)) return words[at - 1]?.endsWith(',') === true;
  if (shapeOf(word) === null) return true;
  // A number or a host name within a value: more attributes of the name follow.
  const more = words.slice(at, at + VALUE_WORDS_MAX).findIndex((one) => isAttribute(one) || SURE.test(one));
  return more > 0 && isAttribute(words[at + more] ?? '') && words[at + more - 1]?.endsWith(',') === true;
}

const VALUE_WORDS_MAX = 8;
const SURE = /^(?:Success$|Failed|NotBefore=|TID_|TLSv)/;

/** Fields follow each other without a space, the attributes of a name nearly always with one. */
function goesOnBetweenCommas(words: readonly string[], from: number, at: number): boolean {
  const word = words[at] ?? '';
  if (word.startsWith(' ')) return true;
  if (!isAttribute(word)) return shapeOf(word) === null && isAttribute(words[at + 1] ?? '');
  const typeOf = (one: string): string => one.slice(0, one.indexOf('='));
  const before = words.slice(from, at);
  return before.every((one) => !one.startsWith(' ') && typeOf(one) !== typeOf(word));
}

/** Shapes of values that cannot be taken for each other, the surest first. */
const SHAPES: readonly (readonly [field: ConnectionField, shape: RegExp])[] = [
  ['status', STATUS],
  ['validity', VALIDITY],
  // Before addresses: eight bytes with colons between them are a serial number.
  ['serial', /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){1,20}$/],
  ['connectionId', /^(?:TID_[0-9a-f]{16,64}|[\w+/-]{54}==)$/],
  ['clientIp', /^(?:\d{1,3}\.){3}\d{1,3}$|^(?=[^:]{0,4}:[^:]{0,4}:)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}$/],
  ['tenant', /^dt_\w{8,40}$/],
  ['distribution', /^E[0-9A-Z]{9,20}$/],
  ['loadBalancer', /^(?:arn:aws[\w-]{0,20}:elasticloadbalancing:\S{1,200}|app\/[\w-]{1,32}\/[0-9a-f]{16})$/],
  ['unread', /^(?:TLSv?[\d.]{1,4}|\d{1,16}(?:\.\d{1,9})?|\d{4}-\d\d-\d\dT[\d:.]{5,20}Z?|-)$/],
  ['unread', /^(?:TLS_|ECDHE|AES|DHE|(?:X25519|SecP|prime|secp|MLKEM|x25519))[\w-]*$/],
  ['serial', /^[0-9A-F]{16,40}$/],
  ['subject', ATTRIBUTE],
  ['sni', /^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63}){1,8}\.?$/],
];

function shapeOf(word: string): ConnectionField | null {
  return SHAPES.find(([, shape]) => shape.test(word))?.[0] ?? null;
}

/** A text record of API Gateway: the request's id, which is a UUID, and its status. */
function isOfRequest(words: readonly string[]): boolean {
  return words.includes('403') && words.some((word) => UUID.test(word));
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** @returns null where neither a status nor enough of a connection is there */
function byShape(words: readonly string[]): ConnectionFields | null {
  const found: { field: ConnectionField; word: string }[] = [];
  for (const word of words) {
    const field = shapeOf(word);
    if (field !== null) found.push({ field, word });
  }
  const all = (field: ConnectionField): string[] => found.filter((one) => one.field === field).map(({ word }) => word);
  const [status] = [...all('status').filter((one) => one !== 'Success'), ...all('status')];
  if (status === undefined ? all('validity').length === 0 : !isMostly(words, found.length)) return null;
  const [subject, issuer] = all('subject');
  // Two texts of this shape: which of them is the connection's cannot be told.
  const [connectionId] = all('connectionId').length === 1 ? all('connectionId') : [];
  const first = (field: ConnectionField): object => {
    const [word] = all(field);
    return word === undefined ? {} : { [field]: word };
  };
  return {
    ...first('clientIp'),
    ...first('sni'),
    ...first('distribution'),
    ...first('tenant'),
    ...first('loadBalancer'),
    ...first('serial'),
    ...first('validity'),
    ...(status !== undefined && { status }),
    ...(connectionId !== undefined && { connectionId }),
    ...(subject !== undefined && { subject }),
    ...(issuer !== undefined && { issuer }),
    ...listenerPort(words),
  };
}

/** Whether there is more of a connection in a text than of anything else. */
function isMostly(words: readonly string[], known: number): boolean {
  return known * 2 >= words.length && !words.some((word) => /^[({<[]/.test(word));
}

/** In the order of the S3 files it follows the client's address and port. */
function listenerPort(words: readonly string[]): ConnectionFields {
  const ip = words.findIndex((word) => shapeOf(word) === 'clientIp');
  const [, port, listener] = words.slice(ip, ip + 3);
  const arePorts = [port, listener].every((one) => one !== undefined && /^\d{1,5}$/.test(one));
  return ip >= 0 && arePorts && listener !== undefined ? { listenerPort: listener } : {};
}
