/**
 * Access records that are not JSON and whose format is not known. They are read where only one reading is possible:
 * `key: value` with the known keys, whatever separates the pairs. For any other text it is only decided whether it is
 * the access record of a refused request, so that it is counted as one that cannot be read.
 */

import { limits } from '../base/limits.js';
import { type AccessFields, type MutableFields, noFields, setField } from './access-fields.js';
import { spellingOf } from './access-keys.js';

/** Whether a text looks like an access record of a request that was answered with 403. */
export function isForbiddenRecord(text: string): boolean {
  if (!text.includes('403')) return false;
  const record = text.slice(0, limits.recoveredCharsMax);
  return STATUS.test(record) && RECORD.some((one) => one.test(record));
}

/** Whether a text looks like an access record, whatever the request was answered with. */
export function isAccessRecordText(text: string): boolean {
  const record = text.slice(0, limits.recoveredCharsMax);
  return (ANY_STATUS.test(record) && RECORD.some((one) => one.test(record))) || labelledFields(record) !== null;
}

const ANY_STATUS = /(?:^|[\s"'|,;:=>\t[(])[1-5]\d\d(?:$|[\s"'|,;:.<\]\t)/&}])/;
/** 403 as a value of its own. */
const STATUS = /(?:^|[\s"'|,;:=>\t[(])403(?:$|[\s"'|,;:.<\]\t)/&}])/;
/** What shows an access record: a request line, the time in Common Log Format, a request id, or a method and a path. */
const RECORD = [
  /HTTP\/\d/,
  /\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d/,
  /(?<![0-9a-fA-F])[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-/,
  /(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\W{1,4}\//,
];

/** The beginning of a name, outside of certificates, other names and paths. */
const NAME = /(?<![\w/.@+=-])[A-Za-z][\w.-]{1,80}/g;

interface Label {
  readonly name: string;
  readonly at: number;
  /** Where the value begins. */
  readonly from: number;
}

/** `requestId: `, `"requestId"="`, `<requestId>`: names that end with a separator. */
function labelsOf(record: string): Label[] {
  return [...record.matchAll(NAME)].flatMap((match) => {
    const at = match.index;
    let from = at + match[0].length;
    if (record[from] === '>') return [{ name: match[0], at, from: from + 1 }];
    if (record[from] === '"' || record[from] === ' ') from++;
    if (record[from] !== ':' && record[from] !== '=') return [];
    from++;
    if (record[from] === ' ') from++;
    if (record[from] === '"') from++;
    return [{ name: match[0], at, from }];
  });
}

/** @returns null where the text has no labels, or not those of a refused request */
export function labelledFields(text: string): AccessFields | null {
  const record = text.slice(0, limits.recoveredCharsMax);
  const known = labelsOf(record).filter(({ name }) => isLabel(name));
  if (known.length < 3) return null;
  const separator = separatorOf(
    record,
    known.map(({ at }) => at),
  );
  const fields = noFields();
  for (const [index, { name, from }] of known.entries()) {
    const to = known[index + 1]?.at ?? record.length;
    take(fields, name, record.slice(from, to), separator);
  }
  return fields.status === undefined || fields.requestId === undefined ? null : fields;
}

/** The keys that are read, and API Gateway's other variables, because the value before such a key ends there. */
function isLabel(name: string): boolean {
  const spelling = spellingOf(name);
  if (spelling !== null) return name.length > 2 && (spelling.isSure || OTHER_WORDS.test(name));
  return OTHER_VARIABLES.test(name);
}

const OTHER_WORDS = /status|request|cert|subject|issuer|serial|valid|domain|stage|error/i;
const OTHER_VARIABLES =
  /^(?:context\.|identity\.)?(?:accountId|httpMethod|path|protocol|requestTime|requestTimeEpoch|resourcePath|resourceId|routeKey|response\w*|integration[\w.]*|authorizer[\w.]*|caller|user|domainPrefix|identity\.[\w.]+)$/i;

/** What separates the pairs: the longest ending that all the values before a label have in common. */
function separatorOf(record: string, starts: readonly number[]): string {
  const ends = starts.slice(1).map((at) => record.slice(Math.max(0, at - SEPARATOR_CHARS_MAX), at));
  let separator = ends[0] ?? '';
  for (const end of ends) {
    while (separator !== '' && !end.endsWith(separator)) separator = separator.slice(1);
  }
  return /\w$/.test(separator) ? '' : separator.replace(/^.*\w/s, '');
}

const SEPARATOR_CHARS_MAX = 6;

function take(fields: MutableFields, name: string, value: string, separator: string): void {
  const spelling = spellingOf(name);
  if (spelling === null) return;
  const end = separator === '' ? -1 : value.lastIndexOf(separator);
  const own = end > 0 && end === value.length - separator.length ? value.slice(0, end) : value;
  const bare = withoutEnd(own.split('</', 1)[0] ?? '');
  const shape = SINGLE[spelling.field];
  const text = shape === undefined ? bare : (shape.exec(bare)?.[0] ?? '');
  setField(fields, spelling.field, text);
}

/** The value without closing characters and separators. */
function withoutEnd(value: string): string {
  let end = value.length;
  while (end > 0 && ENDS.includes(value.charAt(end - 1))) end--;
  return value.slice(0, end).trim();
}

const ENDS = '",;| \t\r\n<';

/** Fields whose value is a single word; what follows the word is ignored. */
const SINGLE: Readonly<Partial<Record<keyof AccessFields, RegExp>>> = {
  status: /^\d{3}(?!\w)/,
  requestId: /^[\w+/=-]{1,128}/,
  extendedRequestId: /^[\w+/=-]{1,128}/,
  domainName: /^[\w.-]{1,255}/,
  apiId: /^[A-Za-z0-9]{1,64}/,
  stage: /^[\w$-]{1,128}/,
  errorResponseType: /^[A-Z_]{1,64}/,
  sourceIp: /^[0-9a-fA-F.:]{1,45}/,
  serialNumber: /^[0-9a-fA-F:]{1,120}/,
};
