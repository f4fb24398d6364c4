/**
 * The fields of an access record that are read, the API Gateway variable behind each, and how a value is stored. Every
 * reader (by the stage's format, by the spelling of keys, by the values themselves) stores what it found through this
 * module.
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

export type MutableFields = { -readonly [name in AccessField]: string | undefined };

/**
 * Variables without `$context.`. Source: "Variables for access logging for API Gateway" (API Gateway developer guide).
 */
export const VARIABLE_OF: Readonly<Record<AccessField, string>> = {
  requestId: 'requestId',
  extendedRequestId: 'extendedRequestId',
  status: 'status',
  domainName: 'domainName',
  apiId: 'apiId',
  stage: 'stage',
  errorMessage: 'error.message',
  errorResponseType: 'error.responseType',
  sourceIp: 'identity.sourceIp',
  userAgent: 'identity.userAgent',
  pem: 'identity.clientCert.clientCertPem',
  subjectDn: 'identity.clientCert.subjectDN',
  issuerDn: 'identity.clientCert.issuerDN',
  serialNumber: 'identity.clientCert.serialNumber',
  notBefore: 'identity.clientCert.validity.notBefore',
  notAfter: 'identity.clientCert.validity.notAfter',
};

const FIELD_OF: ReadonlyMap<string, AccessField> = new Map([
  ...(Object.entries(VARIABLE_OF) as [AccessField, string][]).map(([field, name]) => [name, field] as const),
  // The same message in quotes.
  ['error.messageString', 'errorMessage'],
]);

/**
 * @param variable without `$context.`
 * @returns null for a variable that is not read
 */
export function fieldOfVariable(variable: string): AccessField | null {
  return FIELD_OF.get(variable) ?? null;
}

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

/** All names are there from the start, because an object that grows is slow to fill. */
export function noFields(): MutableFields {
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

/** Stores a value, unless it is missing or the field already has one: the first value stands. */
export function setField(into: MutableFields, name: AccessField, value: string): void {
  if (into[name] !== undefined) return;
  const text = value.trim();
  if (text === '' || text === '-') return;
  // The PEM and the DNs are cleaned by their own readers, which need the original characters.
  const raw = name === 'pem' || name === 'subjectDn' || name === 'issuerDn';
  into[name] = raw ? text.slice(0, CHARS_MAX[name]) : clean(text, CHARS_MAX[name]);
}
