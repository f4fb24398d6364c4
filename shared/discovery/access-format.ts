/**
 * Finds the fields that an access-log format lacks. The format is filled in as API Gateway does for a refused request,
 * and the line is parsed by the same reader that reads log lines: a field that comes out is present, under any name and
 * nesting.
 */

import { type AccessField, type AccessFields, VARIABLE_OF } from '../logs/access-fields.js';
import { readJsonObject } from '../logs/parse-access.js';
import { readRecord } from '../logs/read-record.js';
import { type RecordFormat, recordFormat } from '../logs/record-format.js';
import { tokensOf } from '../logs/template.js';
import { labelledFields } from '../logs/text-record.js';

const FIELDS = Object.keys(VARIABLE_OF) as AccessField[];

/** Without these, a refusal is still counted and explained; users may leave them out for privacy. */
const DISPENSABLE: ReadonlySet<AccessField> = new Set(['sourceIp', 'userAgent', 'notBefore', 'notAfter']);

/** A distinct, realistic value for each field, so that a value in the wrong field is detected. */
const SAMPLE: Readonly<Record<AccessField, string>> = {
  requestId: '00000000-0000-4000-8000-000000000001',
  extendedRequestId: 'Vts2FFmArPEFh8g=',
  status: '403',
  domainName: 'a.domain.example',
  apiId: 'a1b2c3d4e5',
  stage: 'astage',
  errorMessage: 'Forbidden',
  errorResponseType: 'A_RESPONSE_TYPE',
  sourceIp: '192.0.2.1',
  userAgent: 'an-agent/1.0',
  pem: '-----BEGIN CERTIFICATE-----\\nQQ==\\n-----END CERTIFICATE-----',
  subjectDn: 'C=US,O=A,CN=a subject',
  issuerDn: 'C=US,O=A,CN=an issuer',
  serialNumber: '0a:0b:0c',
  notBefore: 'Aug  5 00:28:21 2026 GMT',
  notAfter: 'Aug  6 00:28:21 2027 GMT',
};

/** Other values of a refused request. Every further variable is missing, which API Gateway writes as `-`. */
const VALUES: ReadonlyMap<string, string> = new Map([
  ...FIELDS.map((field) => [VARIABLE_OF[field], SAMPLE[field]] as const),
  // The same message with its quotes.
  ['error.messageString', JSON.stringify(SAMPLE.errorMessage)],
  ['accountId', '123456789012'],
  ['domainPrefix', 'a'],
  ['httpMethod', 'POST'],
  ['path', '/a'],
  ['resourcePath', '/a'],
  ['routeKey', 'POST /a'],
  ['protocol', 'HTTP/1.1'],
  ['requestTime', '13/Oct/2026:09:20:00 +0000'],
  ['requestTimeEpoch', '1791883200000'],
  ['responseLatency', '1'],
  ['responseLength', '23'],
]);

const refusedValue = (variable: string): string => VALUES.get(variable) ?? '-';

function rendered(format: string, value: (variable: string) => string): string {
  return tokensOf(format)
    .map((token) => (token.kind === 'text' ? token.text : value(token.name)))
    .join('');
}

export interface FormatLacks {
  /** False if a line of this format cannot be read at all. */
  readonly isReadable: boolean;
  /** Whether a line is JSON, or was meant to be. */
  readonly isJson: boolean;
  /** Variables that are needed to count, join and explain refusals. */
  readonly needed: readonly string[];
  /** Variables that are good to have. */
  readonly dispensable: readonly string[];
  /**
   * The reasons why the line of a refused request is invalid JSON, each with its repair. Empty if the line is valid or
   * not meant as JSON.
   */
  readonly breaks: readonly string[];
}

export function formatLacks(format: string): FormatLacks {
  const compiled = recordFormat(format);
  const line = rendered(format, refusedValue);
  const isJson = format.trimStart().startsWith('{');
  const breaks = isJson ? breaksOf(format) : [];
  const read = compiled === null ? null : compiled.read(line, isJson ? readJsonObject(line) : null);
  if (read === null) return { isReadable: false, isJson, needed: FIELDS.map(variable), dispensable: [], breaks };
  const missing = FIELDS.filter((field) => !holds(read.fields, field));
  return {
    isReadable: true,
    isJson,
    needed: missing.filter((field) => !DISPENSABLE.has(field)).map(variable),
    dispensable: missing.filter((field) => DISPENSABLE.has(field)).map(variable),
    breaks,
  };
}

/** In JSON the certificate has escaped line breaks; in text it is written as it is. */
function holds(fields: AccessFields, field: AccessField): boolean {
  const text = fields[field]?.replaceAll('\n', '\\n').replace(/^"|"$/g, '');
  return text === SAMPLE[field];
}

/**
 * Whether the records of a format can only be read with the format itself, because they are not JSON or their keys do
 * not identify their fields.
 * @param format as set on the stage
 */
export function isFormatNeeded(format: string): boolean {
  const compiled = recordFormat(format);
  // Tried with the two values that a missing variable may have, so that a status of another service is not taken for
  // the request's.
  return compiled !== null && ['-', '599'].some((missing) => isMisread(compiled, missing));
}

function isMisread(format: RecordFormat, missing: string): boolean {
  const line = rendered(format.template, (name) => VALUES.get(name) ?? missing);
  const json = readJsonObject(line);
  const read = format.read(line, json);
  if (read === null) return false;
  const unaided = format.isJson ? readRecord(line, json, null)?.fields : labelledFields(line);
  return FIELDS.some((field) => {
    const value = read.fields[field];
    return value === undefined ? unaided?.[field] !== undefined && !DISPENSABLE.has(field) : unaided?.[field] !== value;
  });
}

function breaksOf(format: string): string[] {
  if (isValid(rendered(format, refusedValue))) return [];
  const variables = [...new Set(tokensOf(format).flatMap((token) => (token.kind === 'variable' ? [token.name] : [])))];
  const guilty = variables.filter(
    (name) => !isValid(rendered(format, (variable) => (variable === name ? refusedValue(name) : '0'))),
  );
  if (guilty.length === variables.length || guilty.length === 0) {
    return ['a comma, a colon, a quote or a brace is missing or too many in the format itself'];
  }
  return guilty.map((name) =>
    name === 'error.messageString'
      ? '$context.error.messageString brings its own quotes: take those around it away'
      : `$context.${name} is not in quotes: put it in quotes`,
  );
}

function isValid(line: string): boolean {
  return readJsonObject(line) !== null;
}

function variable(field: AccessField): string {
  return `$context.${VARIABLE_OF[field]}`;
}
