/**
 * Keys and values of JSON, and of text that was meant to be JSON. To API Gateway an access-log format is text: a format
 * that is valid JSON for a success may be invalid for a refusal (`"latency": -`, `"error": ""Forbidden""`), and some
 * formats are always invalid (a colon forgotten, a comma too many). The tolerant reader, which is tried second, goes
 * through such a record once, from left to right, and takes what is certain. It also reads the formats themselves,
 * whose unquoted variables are not JSON.
 */

import { limits } from '../base/limits.js';

/** The path of keys, joined by `PATH`, and the value as text. */
export type Pair = readonly [path: string, value: string];

/** Joins the keys of a path. No key of a format contains it. */
export const PATH = '\n';

/** Nested formats are three levels deep (`identity.clientCert.validity`); no known format is deeper than this. */
const DEPTH_MAX = 6;
/** API Gateway's template has at most 3 KB, and a pair takes at least five characters of it. */
const PAIRS_MAX = 600;

/** The pairs of a record that JSON.parse has read. Values that are neither text nor numbers are left out. */
export function pairsOf(record: object): Pair[] {
  const pairs: Pair[] = [];
  collect(record, '', 0, pairs);
  return pairs;
}

function collect(record: object, path: string, depth: number, pairs: Pair[]): void {
  for (const [key, value] of Object.entries(record)) {
    if (pairs.length >= PAIRS_MAX) return;
    const at = path === '' ? key : `${path}${PATH}${key}`;
    if (typeof value === 'string') pairs.push([at, value]);
    else if (typeof value === 'number') pairs.push([at, String(value)]);
    else if (typeof value === 'object' && value !== null && depth < DEPTH_MAX) collect(value, at, depth + 1, pairs);
  }
}

/** A key in quotes, or bare. */
const KEY = /"([^"\n]{1,128})"|'([^'\n]{1,128})'|([A-Za-z_@$][\w.@$-]{0,127})/y;
const BARE = /[^,}\]\r\n]*/y;

/**
 * @param text begins with a brace
 * @returns null where the text has no key at all. A value that is cut off by the end of the text is left out. So is a
 * key that occurs twice with different values, because the gateway wrote only one of them.
 */
export function tolerantPairs(text: string): Pair[] | null {
  const found = new Map<string, string | null>();
  const stack: string[] = [];
  const end = Math.min(text.length, limits.recoveredCharsMax);
  for (let at = 0; at < end; ) {
    const key = keyAt(text, at);
    if (key === null) {
      if (text[at] === '}' || text[at] === ']') stack.pop();
      at++;
      continue;
    }
    const first = text[key.valueAt];
    if (first === '{' || first === '[') {
      if (stack.length < DEPTH_MAX) stack.push(key.name);
      at = key.valueAt + 1;
      continue;
    }
    const value = first === '"' || first === "'" ? quoted(text, key.valueAt, first) : bare(text, key.valueAt);
    if (value === null) break;
    at = value.end;
    const path = [...stack, key.name].join(PATH);
    const known = found.get(path);
    if (found.size < PAIRS_MAX) found.set(path, known === undefined || known === value.text ? value.text : null);
  }
  if (found.size === 0) return null;
  return [...found].flatMap(([path, value]): Pair[] => (value === null ? [] : [[path, value]]));
}

interface Key {
  readonly name: string;
  readonly valueAt: number;
}

/** A key, and where its value begins. The colon may be missing in front of a brace or a quote. */
function keyAt(text: string, at: number): Key | null {
  KEY.lastIndex = at;
  const match = KEY.exec(text);
  if (match === null) return null;
  const colon = afterWhite(text, KEY.lastIndex);
  const name = match[1] ?? match[2] ?? match[3] ?? '';
  if (text[colon] === ':' || text[colon] === '=') return { name, valueAt: afterWhite(text, colon + 1) };
  const isForgotten = match[3] === undefined && (text[colon] === '{' || text[colon] === '"');
  return isForgotten ? { name, valueAt: colon } : null;
}

function afterWhite(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= SPACE) at++;
  return at;
}

const SPACE = 0x20;

interface Value {
  readonly text: string;
  readonly end: number;
}

/** Null where the text ends before the value does. */
function quoted(text: string, start: number, quote: string): Value | null {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote && endsValue(text, at + 1))
      return { text: inner(text.slice(start + 1, at)), end: at + 1 };
  }
  return null;
}

/**
 * Whether a quote that stands before `from` ends a value: after it the object ends, or another key follows. Otherwise
 * it is part of the value.
 */
function endsValue(text: string, from: number): boolean {
  const at = afterWhite(text, from);
  if (at >= text.length || text[at] === '}' || text[at] === ']') return true;
  const next = text[at] === ',' ? afterWhite(text, at + 1) : at;
  if (next > at && (next >= text.length || text[next] === '}' || text[next] === ']')) return true;
  if (keyAt(text, next) !== null) return true;
  // The text is cut off inside the next key.
  return next > at && text.length - next <= KEY_CHARS_MAX && /^["']?[^"',:]*["']?$/.test(text.slice(next));
}

const KEY_CHARS_MAX = 130;

/** A bare value. One that reaches the end of the text may have been longer. */
function bare(text: string, start: number): Value | null {
  BARE.lastIndex = start;
  const [value = ''] = BARE.exec(text) ?? [];
  const end = start + value.length;
  return end >= text.length ? null : { text: value.trim(), end };
}

/** The value without the quotes that it brought itself, and without escapes. */
function inner(text: string): string {
  const own = text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
  if (!own.includes('\\')) return own;
  return own.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, other = '') =>
    code === undefined ? (ESCAPES[other] ?? other) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
