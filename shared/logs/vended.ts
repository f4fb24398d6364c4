/**
 * Denials in vended execution logs. The user who creates the delivery chooses which fields a record holds and in which
 * order, JSON or plain text, and for plain text what separates them (0 to 5 characters). A transformer may wrap all of
 * that once more. The only field that is needed is `payload`, the gateway's own lines.
 * A client can place the gateway's sentence into values that the logs repeat. The sentence therefore counts only at the
 * beginning of a payload, and text is a payload only where everything before and after it consists of fields of a
 * vended record. The words of a sentence can look like fields (`revoked at 2026-10-01T00:00:00Z`); they are taken for
 * fields only beside one that no sentence has.
 */

import { jsonIn } from '../base/json.js';
import type { ApiRef } from '../model/index.js';
import { knownTexts } from '../model/reasons.js';
import { pairsOf } from './json-pairs.js';
import { arnIn, type Field, fieldsIn, fitsArn, isOneRecord, wordsOf } from './vended-fields.js';

/** The lines of a denial in an event, and the API that they belong to. */
export interface VendedPayload {
  readonly text: string;
  readonly api: ApiRef;
}

/** The known APIs and stages, as `apiId/stage` or `apiId`. They tell fields apart that have no separator. */
export type KnownPlaces = ReadonlySet<string>;

/** The fields of a record, as a delivery names them, in the order of AWS's page. */
export const vendedExecutionFields = [
  'resource_arn',
  'event_timestamp',
  'api_id',
  'stage',
  'resource_path',
  'http_method',
  'payload',
] as const;

const FIELDS: ReadonlySet<string> = new Set(vendedExecutionFields.filter((field) => field !== 'payload'));
const PAYLOADS: ReadonlySet<string> = new Set(['payload', '@message', 'message']);

/**
 * The payload of a JSON record. The record may have only the keys of vended records and those that CloudWatch Logs adds
 * (`@…`); with any other key it is not known what the record is.
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
  const value = jsonIn(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
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

/** How the three lines of a denial begin, with the request id that may stand in front of each. */
const FIRST_LINE =
  /(?:\(([^\s()]{1,128})\) )?(?:Extended Request Id: |Access denied\. Reason: |ForbiddenException Forbidden: )/;
const DENIED = 'Access denied. Reason: ';
/** The lines of a denial and six fields, of which the path has at most 1,024 characters. */
const AROUND_CHARS_MAX = 4_096;
const DELIMITER_CHARS_MAX = 5;

const NOWHERE: KnownPlaces = new Set();

/**
 * The payload of a plain-text record.
 * @returns null where the text around the denial's lines does not consist of the fields of a vended record
 */
export function vendedText(event: string, known: KnownPlaces = NOWHERE): VendedPayload | null {
  // A longer text is a client's: what shows that it belongs to another log could stand behind any length that is read.
  const text = event.length > 2 * AROUND_CHARS_MAX ? '' : event;
  const start = FIRST_LINE.exec(text);
  if (start === null) return null;
  const before = text.slice(0, start.index);
  const lines = text.slice(start.index);
  // What the gateway wrote, and the fields after its last line.
  const last = lines.lastIndexOf('\n') + 1;
  const reasonAt = lines.indexOf(DENIED, last);
  const wordsAt = reasonAt < 0 ? last : reasonAt + DENIED.length;
  const tail = lines.slice(wordsAt);
  const own = reasonAt < 0 ? ownLength(tail) : knownReasonLength(tail);
  for (const behindOf of own > 0 ? [behindKnown, behindUnknown] : [behindUnknown]) {
    for (const delimiter of delimitersOf(before, tail, behindOf === behindKnown ? own : 0)) {
      const front = before === '' ? [] : fieldsIn(before.slice(0, before.length - delimiter.length), delimiter);
      const behind = front === null ? null : behindOf(tail.trimEnd(), own, { delimiter, front, known });
      if (front === null || behind === null) continue;
      const api = apiAround([...front, ...behind.fields], delimiter, known);
      return { text: lines.slice(0, wordsAt + behind.length), api };
    }
  }
  return null;
}

/**
 * How many characters of a denial's last line the gateway wrote, where that line is not the reason; 0 where that is not
 * known.
 */
function ownLength(line: string): number {
  const match =
    /^(?:\([^\s()]{1,128}\) )?(?:ForbiddenException Forbidden: [0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|Extended Request Id: [\w+/-]{1,64}=)/.exec(
      line,
    );
  return match?.[0].length ?? 0;
}

const TEXTS_BY_LENGTH = [...knownTexts()].sort((a, b) => b.length - a.length);
const REASON_CHARS_MAX = 100;

/** How many characters at the beginning of a text are the words of a known reason; 0 where it begins with none. */
function knownReasonLength(text: string): number {
  const start = text.slice(0, REASON_CHARS_MAX).toLowerCase().replaceAll('self-signed', 'self signed');
  return TEXTS_BY_LENGTH.find((words) => start.startsWith(words))?.length ?? 0;
}

/** Possible separators of the fields: the text between the payload and the field before it, or after it. */
function delimitersOf(before: string, tail: string, own: number): string[] {
  const lengths = Array.from({ length: DELIMITER_CHARS_MAX + 1 }, (_, index) => DELIMITER_CHARS_MAX - index);
  const texts =
    before !== ''
      ? lengths.map((length) => before.slice(before.length - length))
      : own > 0
        ? lengths.map((length) => tail.slice(own, own + length))
        : null;
  // A separator of letters could be a part of any field.
  if (texts !== null) return texts.filter((text) => !/[A-Za-z0-9$]/.test(text));
  const arn = /[^\w]{0,5}(?=arn:aws)/.exec(tail)?.[0];
  return [...(arn === undefined ? [] : [arn]), ' ', '\t', '|', ',', ';', ''];
}

interface Behind {
  /** The length of the payload's last line. */
  readonly length: number;
  readonly fields: readonly Field[];
}

/** What is known of a record when the text after its sentence is read. */
interface Around {
  readonly delimiter: string;
  /** The fields before the sentence. */
  readonly front: readonly Field[];
  readonly known: KnownPlaces;
}

/** The fields after the gateway's known words; null where anything else stands there. */
function behindKnown(tail: string, own: number, around: Around): Behind | null {
  const { delimiter, front } = around;
  if (/^[.\s]*$/.test(tail.slice(own))) return { length: tail.length, fields: [] };
  if (!tail.startsWith(delimiter, own)) return null;
  const fields = fieldsIn(tail.slice(own + delimiter.length), delimiter);
  if (fields === null || !isOneRecord([...front, ...fields])) return null;
  return isTelling(fields, around) && fitsArn(fields, front) ? { length: own, fields } : null;
}

/**
 * Unknown words are taken to reach as far as possible. But a line that then holds what only a record of requests has
 * belongs to another log.
 */
function behindUnknown(tail: string, _own: number, around: Around): Behind | null {
  const { delimiter, front, known } = around;
  let length = tail.length;
  let fields: Field[] = [];
  for (let at = tail.lastIndexOf(delimiter); delimiter !== '' && at > 0; at = tail.lastIndexOf(delimiter, at - 1)) {
    const more = fieldsIn(tail.slice(at + delimiter.length), delimiter);
    if (more === null || !isOneRecord([...front, ...more])) break;
    const isSure = arnIn(more) !== undefined || isPlace(wordsOf(more), known);
    const isRecord = isSure || (front.length > 0 && isTelling(more, around));
    if (isRecord && fitsArn(more, front)) [length, fields] = [at, more];
  }
  return isOfAnotherLog(tail.slice(0, length)) ? null : { length, fields };
}

/** Whether two words are an API and a stage of it that the settings name. */
function isPlace([a = '', b = '']: readonly string[], known: KnownPlaces): boolean {
  return known.has(`${a}/${b}`) || known.has(`${b}/${a}`);
}

/** Whether fields behind a sentence are those of a record, and not words of the sentence, such as `at` and a time. */
function isTelling(fields: readonly Field[], { delimiter, front, known }: Around): boolean {
  if (front.length > 0 && delimiter.trim() !== '') return true;
  const words = wordsOf(fields);
  const [name = ''] = words;
  if (words.length === 1 && [...known].some((place) => place.split('/').includes(name))) return true;
  if (isPlace(words, known) || words.some((word) => API.test(word) && /\d/.test(word))) return true;
  return fields.some(({ kind, text }) => (kind === 'time' ? /^\d{13}$/.test(text) : kind !== 'word'));
}

/**
 * Whether a text has the fields of an access record. Each format of one needs a request id (API Gateway takes no other
 * format); a sentence may have an address, a number or an id of its own.
 */
function isOfAnotherLog(text: string): boolean {
  return A_REQUEST_ID.test(text) && A_REQUEST.test(text);
}

const A_REQUEST_ID = /[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-|[\w+/-]{11}=(?![\w=])/;
/** A status, a request line, or the time in Common Log Format. */
const A_REQUEST =
  /(?:^|[^\w.])[1-5]\d\d(?:$|[^\w.])|HTTP\/\d|\/[A-Z][a-z]{2}\/\d{4}:\d\d:|\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\W{1,4}\//;

/** The API and stage that the fields around a payload name. */
function apiAround(fields: readonly Field[], delimiter: string, known: KnownPlaces): ApiRef {
  const named = fields.map(({ text }) => ARN.exec(text)).find((match) => match !== null);
  const [apiId = null, stage = ''] = named?.slice(1) ?? [];
  if (delimiter === '') return apiWithin(fields.map(({ text }) => text).join('\n'), apiId, known);
  if (apiId !== null) return { apiId, stage };
  const [a, b] = wordsOf(fields);
  if (a === undefined) return { apiId: null, stage: null };
  if (b === undefined) return known.has(a) || API.test(a) ? { apiId: a, stage: null } : { apiId: null, stage: a };
  if (known.has(`${b}/${a}`) && !known.has(`${a}/${b}`)) return { apiId: b, stage: a };
  if (known.has(`${a}/${b}`)) return { apiId: a, stage: b };
  // API ids consist of ten lower-case letters and digits.
  return !API.test(a) && API.test(b) ? { apiId: b, stage: a } : { apiId: a, stage: b };
}

const API = /^[a-z0-9]{10}$/;
/** Shorter ids are too likely to be a part of something else. */
const API_CHARS_MIN = 6;

/**
 * Reads fields without a separator. Only known names can be told from the text beside them.
 * @param apiId that of the ARN, or null
 */
function apiWithin(text: string, apiId: string | null, known: KnownPlaces): ApiRef {
  const places = [...known].map((place) => place.slice(-PLACE_CHARS_MAX).split('/'));
  const isThere = (id: string): boolean =>
    apiId === null ? id.length >= API_CHARS_MIN && text.includes(id) : id === apiId;
  const apis = new Set(places.flatMap(([id = '']) => (isThere(id) ? [id] : [])));
  const [only = apiId] = apis;
  if (only === null || apis.size > 1) return { apiId: null, stage: null };
  const rest = text.replaceAll(only, '\n');
  const stages = places.flatMap(([id, stage]) =>
    id === only && stage !== undefined && rest.includes(stage) ? [stage] : [],
  );
  return { apiId: only, stage: stages.length === 1 ? (stages[0] ?? null) : null };
}

const PLACE_CHARS_MAX = 255;
