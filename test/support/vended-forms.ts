/** Records of vended execution logs, as the owner of a delivery may have chosen them. */

import { REQUEST_ID } from './access-formats.js';

export const VENDED_FIELDS = [
  'resource_arn',
  'event_timestamp',
  'api_id',
  'stage',
  'resource_path',
  'http_method',
  'payload',
] as const;

export type VendedField = (typeof VENDED_FIELDS)[number];

export const REASON = 'Could not find issuer for certificate';

export const PAYLOADS = {
  line: `(${REQUEST_ID}) Access denied. Reason: ${REASON}`,
  bare: `Access denied. Reason: ${REASON}`,
  lines: [
    `(${REQUEST_ID}) Extended Request Id: Vts2FFmArPEFh8g=`,
    `(${REQUEST_ID}) Access denied. Reason: ${REASON}`,
    `(${REQUEST_ID}) ForbiddenException Forbidden: ${REQUEST_ID}`,
  ].join('\n'),
  'lines, one id': [
    `(${REQUEST_ID}) Extended Request Id: Vts2FFmArPEFh8g=`,
    `Access denied. Reason: ${REASON}`,
    `ForbiddenException Forbidden: ${REQUEST_ID}`,
  ].join('\r\n'),
} as const;

export function vendedValues(payload: string): Readonly<Record<VendedField, string>> {
  return {
    resource_arn: 'arn:aws:apigateway:eu-west-1::/restapis/uwe3g5jm54/stages/prod',
    event_timestamp: '1791883200000',
    api_id: 'uwe3g5jm54',
    stage: 'prod',
    resource_path: '/v1/orders/{id}',
    http_method: 'POST',
    payload,
  };
}

export function vendedJsonRecord(fields: readonly VendedField[], payload: string, timeAsNumber = false): string {
  const values = vendedValues(payload);
  return JSON.stringify(
    Object.fromEntries(
      fields.map((field) => [
        field,
        field === 'event_timestamp' && timeAsNumber ? Number(values[field]) : values[field],
      ]),
    ),
  );
}

export function vendedPlainRecord(fields: readonly VendedField[], payload: string, delimiter: string): string {
  const values = vendedValues(payload);
  return fields.map((field) => values[field]).join(delimiter);
}

export interface VendedForm {
  readonly name: string;
  readonly message: string;
  /** Whether it tells the API, or leaves it to the log group's name. */
  readonly hasApi: boolean;
}

const SUBSETS: readonly (readonly VendedField[])[] = [
  ['payload'],
  VENDED_FIELDS,
  [...VENDED_FIELDS].reverse(),
  ['api_id', 'stage', 'payload'],
  ['payload', 'stage', 'api_id'],
  ['resource_arn', 'payload'],
  ['payload', 'resource_arn'],
  ['event_timestamp', 'payload', 'http_method', 'resource_path'],
];
const DELIMITERS = [' ', '\t', '|', ',', ' || ', ''];

const hasApi = (fields: readonly VendedField[]): boolean =>
  fields.includes('resource_arn') || fields.includes('api_id');

/** Every subset as JSON, wrapped, and as text with each delimiter. */
export const VENDED_FORMS: readonly VendedForm[] = SUBSETS.flatMap((fields) => {
  const of = fields.join(', ');
  const json = vendedJsonRecord(fields, PAYLOADS.lines);
  return [
    { name: `JSON of ${of}`, message: json, hasApi: hasApi(fields) },
    {
      name: `JSON of ${of}, transformed`,
      message: JSON.stringify({ '@timestamp': '2026-10-13T09:20:00Z', '@message': json }),
      hasApi: hasApi(fields),
    },
    ...DELIMITERS.map((delimiter) => ({
      name: `text of ${of}, between them ${JSON.stringify(delimiter)}`,
      message: vendedPlainRecord(fields, PAYLOADS.line, delimiter),
      hasApi: hasApi(fields),
    })),
  ];
});
