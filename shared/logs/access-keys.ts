/**
 * Finds the field that a key stands for when a team chose its own keys and the stage's format is not known. AWS's
 * article recommends literal dotted keys (`identity.clientCert.issuerDN`); people also write underscores, nest objects
 * by theme, and choose names of their own (`clientCertIssuer`, `resp_status`, `certPEM`). The recommended keys are
 * accepted as they are. A key that is only similar to one is accepted where its value looks like a value of that field.
 * Some values show by themselves which field they are.
 */

import { type AccessField, type MutableFields, setField } from './access-fields.js';
import { PATH, type Pair } from './json-pairs.js';

/** Keys are compared in lower case, without punctuation and without the words `context` and `identity`. */
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

/** Endings of keys, letters only. A longer ending comes before the shorter one that it ends in. */
const FIELD_BY_ENDING: readonly (readonly [ending: string, field: AccessField])[] = [
  ['extendedrequestid', 'extendedRequestId'],
  ['extrequestid', 'extendedRequestId'],
  ['extendedid', 'extendedRequestId'],
  ['requestid', 'requestId'],
  ['reqid', 'requestId'],
  ['statuscode', 'status'],
  ['status', 'status'],
  ['responsecode', 'status'],
  ['httpcode', 'status'],
  ['domainname', 'domainName'],
  ['domain', 'domainName'],
  ['hostname', 'domainName'],
  ['host', 'domainName'],
  ['apiid', 'apiId'],
  ['stagename', 'stage'],
  ['stage', 'stage'],
  ['errormessagestring', 'errorMessage'],
  ['errormessage', 'errorMessage'],
  ['errormsg', 'errorMessage'],
  ['responsetype', 'errorResponseType'],
  ['errortype', 'errorResponseType'],
  ['sourceip', 'sourceIp'],
  ['clientip', 'sourceIp'],
  ['remoteip', 'sourceIp'],
  ['callerip', 'sourceIp'],
  ['ipaddress', 'sourceIp'],
  ['remoteaddr', 'sourceIp'],
  ['useragent', 'userAgent'],
  ['pem', 'pem'],
  ['certificate', 'pem'],
  ['cert', 'pem'],
  ['crt', 'pem'],
  ['subjectdn', 'subjectDn'],
  ['subjectname', 'subjectDn'],
  ['subject', 'subjectDn'],
  ['clientdn', 'subjectDn'],
  ['sdn', 'subjectDn'],
  ['client', 'subjectDn'],
  ['issuerdn', 'issuerDn'],
  ['issuername', 'issuerDn'],
  ['issuer', 'issuerDn'],
  ['issuedby', 'issuerDn'],
  ['idn', 'issuerDn'],
  ['serialnumber', 'serialNumber'],
  ['serialno', 'serialNumber'],
  ['serial', 'serialNumber'],
  ['notbefore', 'notBefore'],
  ['validfrom', 'notBefore'],
  ['notafter', 'notAfter'],
  ['validto', 'notAfter'],
  ['validuntil', 'notAfter'],
  ['expires', 'notAfter'],
  ['expiry', 'notAfter'],
  ['expiration', 'notAfter'],
];

/** Words in keys whose values belong to another party, such as the integration's status or an authorizer's subject. */
const OF_OTHERS =
  /integration|authori|authenticat|waf|webacl|lambda|backend|upstream|endpoint|cognito|claims|principal|caller|sts|xray/;

export interface Spelling {
  readonly field: AccessField;
  /** Whether the key alone decides the field. */
  readonly isSure: boolean;
}

/**
 * How many spellings are remembered. Formats have some thirty keys; the bound is for input that is not an access log.
 */
const SPELLINGS_MAX = 2_000;
const spellings = new Map<string, Spelling | null>();

/**
 * @param key the path of keys, joined by dots
 * @returns null for a key that stands for no field
 */
export function spellingOf(key: string): Spelling | null {
  const known = spellings.get(key);
  if (known !== undefined) return known;
  const spelling = spell(key);
  if (spellings.size < SPELLINGS_MAX) spellings.set(key, spelling);
  return spelling;
}

function spell(key: string): Spelling | null {
  const letters = key
    .slice(0, 256)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
  const sure = FIELD_BY_KEY.get(
    letters
      .slice(0, 128)
      .replace(/^context/, '')
      .replace(/^identity/, ''),
  );
  if (sure !== undefined) return { field: sure, isSure: true };
  if (OF_OTHERS.test(letters)) return null;
  const field = FIELD_BY_ENDING.find(([ending]) => letters.endsWith(ending))?.[1];
  return field === undefined ? null : { field, isSure: false };
}

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
