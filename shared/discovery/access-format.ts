/**
 * What an access-log format lacks. The format is filled in as API Gateway would, for a request that was refused, and the line
 * goes through the very reader that reads such lines: what comes out is there, under whatever name and however nested.
 */

import { type AccessField, accessFields, readJsonObject } from '../logs/parse-access.js';

/** The variable of API Gateway that each field comes from ("Variables for access logging for API Gateway"). */
const VARIABLE: Readonly<Record<AccessField, string>> = {
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

const FIELDS = Object.keys(VARIABLE) as AccessField[];

/** Without these a refusal is counted and explained all the same; who does not want to keep them leaves them out. */
const DISPENSABLE: ReadonlySet<AccessField> = new Set(['sourceIp', 'userAgent', 'notBefore', 'notAfter']);

/** A value of its own for each field, so that one in the wrong place is told from the right one. */
const sampleOf = (field: AccessField): string => (field === 'status' ? '403' : `a-${field}`);

const SAMPLES: ReadonlyMap<string, string> = new Map([
  ...FIELDS.map((field) => [VARIABLE[field], sampleOf(field)] as const),
  // The same message with its quotes.
  ['error.messageString', JSON.stringify(sampleOf('errorMessage'))],
]);

export interface FormatLacks {
  /** False where a line of this format cannot be read at all. */
  readonly isReadable: boolean;
  /** Variables that are needed to count, join and explain refusals. */
  readonly needed: readonly string[];
  /** Variables that are good to have. */
  readonly dispensable: readonly string[];
}

export function formatLacks(format: string): FormatLacks {
  // What is not asked for is a number: valid in quotes and without.
  const line = format.replace(/\$context\.([A-Za-z]\w*(?:\.\w+)*)/g, (_, name: string) => SAMPLES.get(name) ?? '0');
  const record = readJsonObject(line);
  if (record === null) return { isReadable: false, needed: FIELDS.map(variable), dispensable: [] };
  const fields = accessFields(record);
  const missing = FIELDS.filter((field) => fields[field] !== sampleOf(field));
  return {
    isReadable: true,
    needed: missing.filter((field) => !DISPENSABLE.has(field)).map(variable),
    dispensable: missing.filter((field) => DISPENSABLE.has(field)).map(variable),
  };
}

function variable(field: AccessField): string {
  return `$context.${VARIABLE[field]}`;
}
