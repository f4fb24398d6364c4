/**
 * Reads access-log records: JSON whose keys a team chose itself. AWS's article recommends literal dotted keys
 * (`"identity.clientCert.issuerDN"`); people also write underscores, drop the `identity` or nest objects, and quote the
 * status or not. All spellings are mapped here, in one place.
 */

import { limits } from '../base/limits.js';
import { clean } from '../base/text.js';

export type AccessField =
  | 'requestId'
  | 'extendedRequestId'
  | 'status'
  | 'domainName'
  | 'apiId'
  | 'stage'
  | 'errorMessage'
  | 'errorResponseType'
  | 'sourceIp'
  | 'userAgent'
  | 'pem'
  | 'subjectDn'
  | 'issuerDn'
  | 'serialNumber'
  | 'notBefore'
  | 'notAfter';

/** The fields of one record that are present, as text. A missing value (`-` or empty) is absent. */
export type AccessFields = { readonly [name in AccessField]?: string };

/** Keys are compared lower case without punctuation, `context` and `identity`. */
const FIELD_BY_KEY: ReadonlyMap<string, AccessField> = new Map([
  ['requestid', 'requestId'],
  ['extendedrequestid', 'extendedRequestId'],
  ['status', 'status'],
  ['statuscode', 'status'],
  ['domainname', 'domainName'],
  ['apiid', 'apiId'],
  ['stage', 'stage'],
  ['errormessage', 'errorMessage'],
  ['errormessagestring', 'errorMessage'],
  ['errorresponsetype', 'errorResponseType'],
  ['responsetype', 'errorResponseType'],
  ['sourceip', 'sourceIp'],
  ['ip', 'sourceIp'],
  ['useragent', 'userAgent'],
  ['clientcertclientcertpem', 'pem'],
  ['clientcertpem', 'pem'],
  ['clientcertsubjectdn', 'subjectDn'],
  ['subjectdn', 'subjectDn'],
  ['clientcertissuerdn', 'issuerDn'],
  ['issuerdn', 'issuerDn'],
  ['clientcertserialnumber', 'serialNumber'],
  ['serialnumber', 'serialNumber'],
  ['clientcertvaliditynotbefore', 'notBefore'],
  ['validitynotbefore', 'notBefore'],
  ['notbefore', 'notBefore'],
  ['clientcertvaliditynotafter', 'notAfter'],
  ['validitynotafter', 'notAfter'],
  ['notafter', 'notAfter'],
]);

const CHARS_MAX: Readonly<Record<AccessField, number>> = {
  requestId: limits.requestIdCharsMax,
  extendedRequestId: limits.requestIdCharsMax,
  status: 8,
  domainName: limits.scopeCharsMax,
  apiId: 64,
  stage: 128,
  errorMessage: 512,
  errorResponseType: 64,
  sourceIp: limits.sourceIpCharsMax,
  userAgent: limits.userAgentCharsMax,
  pem: limits.pemCharsMax,
  subjectDn: 4 * limits.dnCharsMax,
  issuerDn: 4 * limits.dnCharsMax,
  serialNumber: limits.serialCharsMax,
  notBefore: 40,
  notAfter: 40,
};

/** Nested formats go two levels deep (`identity.clientCert.validity`); nobody's goes deeper than this. */
const DEPTH_MAX = 4;
/** Remembered spellings. Formats have some thirty keys; the bound is for input that is no access log. */
const SPELLINGS_MAX = 2_000;
const spellings = new Map<string, AccessField | null>();

/** @returns the record's object, or null when the text is no JSON object even after repair */
export function readJsonObject(text: string): Record<string, unknown> | null {
  return parseObject(text) ?? parseObject(escapeControls(text));
}

/**
 * Whether the text is the record of a request that was not refused, told without reading all of it. False where that takes
 * a closer look: where the digits 403 stand anywhere, and where the status has another key or may be that of something
 * nested, such as the integration.
 */
export function isPlainSuccess(text: string): boolean {
  if (text.includes('403') || text.includes('{', 1)) return false;
  const status = text.lastIndexOf(STATUS_KEY);
  return status >= 0 && STATUS.test(text.slice(status, status + 20));
}

const STATUS_KEY = '"status":';
const STATUS = /^"status": ?"?[1-5]\d\d[",}]/;

/** The known fields of a record, whatever their spelling. The first of two spellings of one field stands. */
export function accessFields(record: Record<string, unknown>): AccessFields {
  const fields = noFields();
  collect(record, '', 0, fields);
  return fields;
}

type MutableFields = { -readonly [name in AccessField]: string | undefined };

/** All names are there from the start, for an object that grows is slow to fill. */
function noFields(): MutableFields {
  return {
    requestId: undefined,
    extendedRequestId: undefined,
    status: undefined,
    domainName: undefined,
    apiId: undefined,
    stage: undefined,
    errorMessage: undefined,
    errorResponseType: undefined,
    sourceIp: undefined,
    userAgent: undefined,
    pem: undefined,
    subjectDn: undefined,
    issuerDn: undefined,
    serialNumber: undefined,
    notBefore: undefined,
    notAfter: undefined,
  };
}

function collect(record: object, path: string, depth: number, into: MutableFields): void {
  const keys = Object.keys(record);
  const values: readonly unknown[] = Object.values(record);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    const value = values[index];
    if (typeof value === 'object' && value !== null) {
      if (depth < DEPTH_MAX) collect(value, `${path}${key}.`, depth + 1, into);
      continue;
    }
    const name = fieldOf(path === '' ? key : path + key);
    if (name === null || into[name] !== undefined) continue;
    const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
    if (text === '' || text === '-') continue;
    // The PEM and the DNs are cleaned by their own readers, which need the characters as they came.
    const raw = name === 'pem' || name === 'subjectDn' || name === 'issuerDn';
    into[name] = raw ? text.slice(0, CHARS_MAX[name]) : clean(text, CHARS_MAX[name]);
  }
}

function fieldOf(key: string): AccessField | null {
  const known = spellings.get(key);
  if (known !== undefined) return known;
  const normal = key
    .slice(0, 128)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
    .replace(/^context/, '')
    .replace(/^identity/, '');
  const name = FIELD_BY_KEY.get(normal) ?? null;
  if (spellings.size < SPELLINGS_MAX) spellings.set(key, name);
  return name;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    // Not JSON is an answer here, not a failure: the caller repairs the text or counts a reject.
    return null;
  }
}

/** Raw line breaks inside a string (an unescaped PEM) break strict JSON; escaped, they are what was meant. */
function escapeControls(text: string): string {
  let escaped = '';
  let copied = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) inString = !inString;
    else if (code === BACKSLASH) at++;
    else if (code < SPACE && inString) {
      escaped += `${text.slice(copied, at)}\\u${code.toString(16).padStart(4, '0')}`;
      copied = at + 1;
    }
  }
  return escaped + text.slice(copied);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
