/**
 * Finds the field that a key stands for when a team chose its own keys and the stage's format is not known. AWS's
 * article recommends literal dotted keys (`identity.clientCert.issuerDN`); people also write underscores, nest objects
 * by theme, and choose names of their own (`clientCertIssuer`, `resp_status`, `certPEM`). The recommended keys are
 * accepted as they are. A key that is only similar to one is accepted where its value looks like a value of that field.
 * Some values show by themselves which field they are.
 */

import type { AccessField } from './access-fields.js';

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
