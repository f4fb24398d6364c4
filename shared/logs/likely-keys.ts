/**
 * Fields under keys that are only similar to their names, and values that show by themselves what they are. Needed only
 * for records whose keys are not the recommended ones.
 */

import { type AccessField, type MutableFields, setField } from './access-fields.js';
import { spellingOf } from './access-keys.js';
import { PATH, type Pair } from './json-pairs.js';

/** What a value of each field looks like, for keys that are only similar to the field's name. */
const LOOKS: Readonly<Record<AccessField, RegExp>> = {
  requestId: /^[\w+/=-]{8,128}$/,
  extendedRequestId: /^[\w+/=-]{8,128}$/,
  status: /^[1-5]\d\d$/,
  domainName: /^(?:[\w-]{1,63}\.){1,8}[\w-]{2,63}$/,
  apiId: /^[a-z0-9]{6,64}$/,
  stage: /^[\w$-]{1,128}$/,
  errorMessage: /./,
  errorResponseType: /^[A-Z][A-Z0-9_]{1,63}$/,
  sourceIp: /^[0-9a-fA-F.:]{3,45}$/,
  userAgent: /./,
  pem: /^\s{0,8}-----BEGIN /,
  subjectDn: /^\/?[A-Za-z][\w.]{0,40}=/,
  issuerDn: /^\/?[A-Za-z][\w.]{0,40}=/,
  serialNumber: /^[0-9a-fA-F][0-9a-fA-F:]{0,79}$/,
  notBefore: /^(?:[A-Z][a-z]{2} |\d{4}-\d\d-)/,
  notAfter: /^(?:[A-Z][a-z]{2} |\d{4}-\d\d-)/,
};

/**
 * Reads keys that are only similar to a field's name, and values that show by themselves which field they are. Where
 * two keys compete for a field with different values, neither is accepted.
 */
export function takeLikely(pairs: readonly Pair[], into: MutableFields): void {
  const likely = new Map<AccessField, string | null>();
  const others: string[] = [];
  for (const [path, value] of pairs) {
    const text = value.trim();
    if (text === '' || text === '-') continue;
    const spelling = spellingOf(path.replaceAll(PATH, '.'));
    if (spelling?.isSure === true) continue;
    const field = spelling === null ? null : spelling.field;
    if (field !== null && LOOKS[field].test(text)) {
      const known = likely.get(field);
      likely.set(field, known === undefined || known === text ? text : null);
    } else if (!CHOSEN_BY_CLIENTS.test(path) && !(MEASURES.test(path) && /^\d+$/.test(text))) others.push(text);
  }
  for (const [field, text] of likely) if (text !== null) setField(into, field, text);
  takeTelling(others, into);
}

/** Keys whose values clients write. Such a value proves nothing, whatever it looks like. */
const CHOSEN_BY_CLIENTS = /agent|path|uri|url|query|route|header|referer|(?:^|[^a-z])ua$/i;

/** Keys of sizes and times, so that a length of 403 is not taken for a status. */
const MEASURES = /length|latency|bytes|size|port|time|duration/i;

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const EXTENDED = /^[\w+/-]{11,19}=$/;
/** No header and no path holds a line break, so a client cannot have written such a value. */
const PEM_LINES = /^-----BEGIN (?:X509 )?CERTIFICATE-----(?:\\[nr]|[\r\n])/;

/** Takes values under unknown keys where the field is missing and exactly one value can be it. */
function takeTelling(values: readonly string[], into: MutableFields): void {
  for (const [field, shape] of [
    ['requestId', UUID],
    ['extendedRequestId', EXTENDED],
    ['pem', PEM_LINES],
    ['status', /^[1-5]\d\d$/],
  ] as const) {
    const [only, another] = values.filter((value) => shape.test(value));
    if (only !== undefined && another === undefined) setField(into, field, only);
  }
  const names = values.filter((value) => DN.test(value));
  const [name, another] = names;
  // Of two names, one of which is known by its key, the remaining one is the other.
  if (name === undefined || another !== undefined) return;
  if (into.subjectDn !== undefined && into.issuerDn === undefined) setField(into, 'issuerDn', name);
  else if (into.issuerDn !== undefined && into.subjectDn === undefined) setField(into, 'subjectDn', name);
}

const DN = /^\/?(?:C|CN|O|OU|DC|ST|L)=/;
