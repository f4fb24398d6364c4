/**
 * Denials in vended execution logs. Whoever makes the delivery chooses which fields a record holds and in which order, JSON or
 * plain text, and in plain text what stands between them (0 to 5 characters); a transformer may wrap all that once more. The
 * one field that is needed is `payload`, the gateway's own lines.
 *
 * A client can write the gateway's sentence into whatever the logs repeat. So it counts only as the beginning of a payload,
 * and text is a payload only where all that stands before and behind it are fields of a vended record.
 */

import type { ApiRef } from '../model/index.js';
import { knownReasonLength } from '../model/reasons.js';
import { pairsOf } from './json-pairs.js';

/** Where the lines of a denial stand in an event, and whose they are. */
export interface VendedPayload {
  readonly text: string;
  readonly api: ApiRef;
}

/** The known APIs and stages, `apiId/stage`, where fields are written without anything between them. */
export type KnownPlaces = (place: string) => boolean;

const FIELDS: ReadonlySet<string> = new Set([
  'resource_arn',
  'event_timestamp',
  'api_id',
  'stage',
  'resource_path',
  'http_method',
]);
const PAYLOADS: ReadonlySet<string> = new Set(['payload', '@message', 'message']);

/**
 * The payload of a JSON record. Its keys are those of vended records and those that CloudWatch Logs adds (`@…`); with any other
 * it is not known what the record is.
 */
export function vendedJson(record: Record<string, unknown>, depth = 0): VendedPayload | null {
  let text: string | null = null;
  let isVended = false;
  let others = 0;
  const fields = new Map<string, string>();
  for (const [path, value] of pairsOf(record)) {
    const key = path.slice(path.lastIndexOf('\n') + 1);
    if (PAYLOADS.has(key) && (text === null || key === 'payload')) text = value;
    else if (FIELDS.has(key)) {
      isVended = true;
      fields.set(key, value);
    } else if (path.startsWith('@')) fields.set(path.replaceAll('\n', '.'), value);
    else others++;
  }
  if (text === null || (others > 0 && !(isVended && 'payload' in record))) return null;
  const api = apiOfFields(fields);
  const inner = depth < 2 && text.trimStart().startsWith('{') ? objectIn(text) : null;
  const within = inner === null ? null : vendedJson(inner, depth + 1);
  if (inner !== null && within === null) return null;
  if (within === null) return { text: text.trimStart(), api };
  return { text: within.text, api: within.api.apiId === null ? api : within.api };
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function apiOfFields(fields: ReadonlyMap<string, string>): ApiRef {
  const named = ARN.exec(fields.get('resource_arn') ?? '') ?? MANAGED.exec(fields.get('@source.log') ?? '');
  const apiId = API_ID.exec(fields.get('api_id') ?? '')?.[0] ?? named?.[1] ?? null;
  const stage = STAGE_ONLY.exec(fields.get('stage') ?? '')?.[0] ?? named?.[2] ?? null;
  return { apiId, stage: apiId === null ? null : stage };
}

const ARN =
  /arn:aws[\w-]{0,20}:apigateway:[\w-]{0,40}:\d{0,12}:\/restapis\/([A-Za-z0-9]{1,64})\/stages\/([\w$-]{1,128})/;
const MANAGED = /API-Gateway-Execution-Logs_([A-Za-z0-9]{1,64})\/([\w$-]{1,128})/;
const API_ID = /^[A-Za-z0-9]{1,64}$/;
const STAGE_ONLY = /^[\w$-]{1,128}$/;

/** The beginnings of a denial's three lines, and the request id that may stand in front of each. */
const FIRST_LINE =
  /(?:\(([^\s()]{1,128})\) )?(?:Extended Request Id: |Access denied\. Reason: |ForbiddenException Forbidden: )/;
const DENIED = 'Access denied. Reason: ';
/** The lines of a denial, and six fields, of which the path has at most 1,024 characters. */
const AROUND_CHARS_MAX = 4_096;
const DELIMITER_CHARS_MAX = 5;

/**
 * The payload of a plain record.
 * @returns null where the text around the denial's lines is not made of a vended record's fields
 */
export function vendedText(event: string, isKnown: KnownPlaces = () => false): VendedPayload | null {
  const text = event.slice(0, 2 * AROUND_CHARS_MAX);
  const start = FIRST_LINE.exec(text);
  if (start === null) return null;
  const before = text.slice(0, start.index);
  const lines = text.slice(start.index);
  // What the gateway writes, and other fields behind its last line.
  const last = lines.lastIndexOf('\n') + 1;
  const reasonAt = lines.indexOf(DENIED, last);
  const wordsAt = reasonAt < 0 ? last : reasonAt + DENIED.length;
  const tail = lines.slice(wordsAt);
  const own = reasonAt < 0 ? ownLength(tail) : knownReasonLength(tail);
  for (const delimiter of delimitersOf(before, tail, own)) {
    const front = before === '' ? [] : fieldsIn(before.slice(0, before.length - delimiter.length), delimiter);
    if (front === null) continue;
    const behind = behindPayload(tail, own, delimiter, front);
    if (behind === null) continue;
    const around = [...front, ...behind.fields];
    return { text: lines.slice(0, wordsAt + behind.length), api: apiAround(around, isKnown) };
  }
  return null;
}

/** How many characters of a denial's last line are the gateway's, where it is not the reason; 0 where that is not known. */
function ownLength(line: string): number {
  const match =
    /^(?:\([^\s()]{1,128}\) )?(?:ForbiddenException Forbidden: [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|Extended Request Id: [\w+/-]{1,64}=)/.exec(
      line,
    );
  return match?.[0].length ?? 0;
}

/** What may stand between the fields: what is between the payload and its neighbour in front, or behind. */
function delimitersOf(before: string, tail: string, own: number): string[] {
  const lengths = Array.from({ length: DELIMITER_CHARS_MAX + 1 }, (_, index) => DELIMITER_CHARS_MAX - index);
  const texts =
    before !== ''
      ? lengths.map((length) => before.slice(before.length - length))
      : own > 0
        ? lengths.map((length) => tail.slice(own, own + length))
        : null;
  // A delimiter of letters could be a part of any field.
  if (texts !== null) return texts.filter((text) => !/[A-Za-z0-9$]/.test(text));
  const arn = /[^\w]{0,5}(?=arn:aws)/.exec(tail)?.[0];
  return [...(arn === undefined ? [] : [arn]), ' ', '\t', '|', ',', ';', ''];
}

interface Field {
  readonly kind: 'arn' | 'time' | 'method' | 'path' | 'word';
  readonly text: string;
}

const SHAPES: readonly (readonly [kind: Field['kind'], shape: RegExp])[] = [
  ['arn', /^arn:aws[\w-]{0,20}:apigateway:[\w-]{0,40}:\d{0,12}:\/restapis\/[A-Za-z0-9]{1,64}\/stages\/[\w$-]{1,128}$/],
  ['time', /^(?:\d{10}|\d{13}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))$/],
  ['method', /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY|-)$/],
  ['path', /^\/[\w.\-:{}+/*$]{0,1024}$/],
  // A stage or an API; no status, and no request id.
  ['word', /^(?!\d{1,9}$|[0-9a-f]{8}-[0-9a-f]{4}-)[\w$-]{1,128}$/],
];
const MOST: Readonly<Record<Field['kind'], number>> = { arn: 1, time: 1, method: 1, path: 1, word: 2 };

/** The fields of a text that holds nothing else, each at most once; null where there is anything else. */
function fieldsIn(text: string, delimiter: string): Field[] | null {
  if (text === '') return [];
  const found: Field[] = [];
  const counts = { arn: 0, time: 0, method: 0, path: 0, word: 0 };
  let steps = 0;
  const from = (at: number): boolean => {
    if (++steps > 5_000 || found.length > 6) return false;
    for (const end of endsIn(text, at, delimiter)) {
      const part = text.slice(at, end);
      for (const [kind, shape] of SHAPES) {
        if (counts[kind] >= MOST[kind] || !shape.test(part)) continue;
        counts[kind]++;
        found.push({ kind, text: part });
        if (end === text.length || from(end + delimiter.length)) return true;
        found.pop();
        counts[kind]--;
      }
    }
    return false;
  };
  return from(0) ? found : null;
}

/** Where a field may end: before a delimiter or at the end of the text; without delimiters where one shape gives way to another. */
function endsIn(text: string, at: number, delimiter: string): number[] {
  const ends: number[] = [];
  if (delimiter === '') return [...new Set(endsWithoutDelimiter(text.slice(at)))].map((length) => at + length);
  for (let end = text.indexOf(delimiter, at); end >= 0 && ends.length < 12; end = text.indexOf(delimiter, end + 1)) {
    if (end > at) ends.push(end);
  }
  ends.push(text.length);
  return ends;
}

/** Where nothing separates the fields, one ends where the shape of another begins. */
const STARTS = /\d{13}|\d{10}|\d{4}-\d\d-\d\dT|arn:aws|\/|GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY/g;
const UNDELIMITED = [
  /^(?:\d{13}|\d{10}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/,
  /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|ANY)/,
  /^arn:aws[\w-]{0,20}:apigateway:[\w-]{0,40}:\d{0,12}:\/restapis\/[A-Za-z0-9]{1,64}\/stages\//,
  /^\/[\w.\-:{}+/*$]{0,1024}/,
  /^[\w$-]{1,128}/,
];

/** Of each shape that fits: its whole, and its beginnings up to where another shape begins within it. */
function endsWithoutDelimiter(rest: string): number[] {
  return UNDELIMITED.flatMap((shape, index) => {
    const match = shape.exec(rest);
    if (match === null) return [];
    const [head] = match;
    // The stage at the end of an ARN is a word.
    const whole =
      index === 2 ? head.length + (/^[\w$-]{1,128}/.exec(rest.slice(head.length))?.[0].length ?? 0) : head.length;
    if (index < 2) return [whole];
    const from = index === 2 ? head.length + 1 : 1;
    const starts = [...rest.slice(from, whole).matchAll(STARTS)].map((start) => from + start.index);
    return [...starts.slice(0, 8), whole];
  });
}

interface Behind {
  /** Of the payload's last line. */
  readonly length: number;
  readonly fields: readonly Field[];
}

/**
 * What of the last line is the payload, and the fields behind it. Where the gateway's words are not known they are taken to
 * reach as far as they can; but a line that then holds what no vended record has (a status, a second request id, an address)
 * is another log's.
 */
function behindPayload(tail: string, own: number, delimiter: string, front: readonly Field[]): Behind | null {
  const trimmed = tail.trimEnd();
  if (own >= trimmed.length && own > 0) return { length: trimmed.length, fields: [] };
  if (own > 0) {
    const isOwn = /^[.\s]*$/.test(trimmed.slice(own));
    if (isOwn) return { length: trimmed.length, fields: [] };
    if (trimmed.startsWith(delimiter, own)) {
      const fields = fieldsIn(trimmed.slice(own + delimiter.length), delimiter);
      if (fields !== null && isOneRecord([...front, ...fields])) return { length: own, fields };
    }
  }
  return behindUnknown(trimmed, delimiter, front);
}

function behindUnknown(trimmed: string, delimiter: string, front: readonly Field[]): Behind | null {
  let length = trimmed.length;
  let fields: Field[] = [];
  if (delimiter !== '') {
    for (let at = trimmed.lastIndexOf(delimiter); at > 0; at = trimmed.lastIndexOf(delimiter, at - 1)) {
      const more = fieldsIn(trimmed.slice(at + delimiter.length), delimiter);
      if (more === null || !isOneRecord([...front, ...more])) break;
      // A word of the sentence looks like a stage: it is one only among fields that cannot be words.
      if (more.some(({ kind }) => kind !== 'word') || delimiter.trim() !== '') [length, fields] = [at, more];
    }
  }
  return OF_ANOTHER_LOG.test(trimmed.slice(0, length)) ? null : { length, fields };
}

const OF_ANOTHER_LOG =
  /(?:^|[^\w.])[1-5]\d\d(?:$|[^\w.])|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|HTTP\/\d/;

function isOneRecord(fields: readonly Field[]): boolean {
  return SHAPES.every(([kind]) => fields.filter((field) => field.kind === kind).length <= MOST[kind]);
}

/** The API and stage that the fields around a payload name. */
function apiAround(fields: readonly Field[], isKnown: KnownPlaces): ApiRef {
  const words = fields.flatMap(({ kind, text }) => (kind === 'word' ? [text] : []));
  const named = ARN.exec(fields.find(({ kind }) => kind === 'arn')?.text ?? '');
  if (named !== null) return placed(named[1] ?? '', named[2] ?? '', isKnown);
  const [a, b] = words;
  if (a === undefined) return { apiId: null, stage: null };
  if (b === undefined) return splitPlace(a, isKnown);
  if (isKnown(`${b}/${a}`) && !isKnown(`${a}/${b}`)) return { apiId: b, stage: a };
  if (isKnown(`${a}/${b}`)) return { apiId: a, stage: b };
  // The ids of APIs have ten small letters and digits.
  return !API.test(a) && API.test(b) ? { apiId: b, stage: a } : { apiId: a, stage: b };
}

const API = /^[a-z0-9]{10}$/;

/** A stage that what follows it may have been added to, nothing standing between: cut back to one that is known. */
function placed(apiId: string, stage: string, isKnown: KnownPlaces): ApiRef {
  for (let length = stage.length; length > 0; length--) {
    if (isKnown(`${apiId}/${stage.slice(0, length)}`)) return { apiId, stage: stage.slice(0, length) };
  }
  return { apiId, stage };
}

/** One word is an API, or a stage, or both without anything between them. */
function splitPlace(word: string, isKnown: KnownPlaces): ApiRef {
  for (let at = 1; at < word.length; at++) {
    const [a, b] = [word.slice(0, at), word.slice(at)];
    if (isKnown(`${a}/${b}`)) return { apiId: a, stage: b };
    if (isKnown(`${b}/${a}`)) return { apiId: b, stage: a };
  }
  return API.test(word) ? { apiId: word, stage: null } : { apiId: null, stage: null };
}
