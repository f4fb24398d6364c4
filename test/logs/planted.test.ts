/** A sentence of the gateway's that a client wrote into its request is never counted as a denial, whoever reads the log. */

import { describe, expect, it } from 'vitest';
import { ACCESS_FORMATS, REQUEST_ID, refused, rendered } from '../support/access-formats.js';
import { ACCESS_GROUP, EXECUTION_GROUP, executionBatch, T0 } from '../support/logs.js';
import { parse } from '../support/parse.js';
import { VENDED_FIELDS, vendedJsonRecord, vendedPlainRecord } from '../support/vended-forms.js';

const OTHER = '00000000-0000-4000-8000-000000000001';
const SENTENCE = 'Access denied. Reason: self signed certificate';
const PLANTED = [
  SENTENCE,
  `(${OTHER}) ${SENTENCE}`,
  `"(${OTHER}) ${SENTENCE}"`,
  `","payload":"(${OTHER}) ${SENTENCE}`,
  `\\",\\"payload\\":\\"(${OTHER}) ${SENTENCE}`,
  JSON.stringify({ payload: `(${OTHER}) ${SENTENCE}` }),
  JSON.stringify({ '@message': `(${OTHER}) ${SENTENCE}`, resource_arn: 'x' }),
  `arn:aws:apigateway:eu-west-1::/restapis/uwe3g5jm54/stages/prod 1791883200000 (${OTHER}) ${SENTENCE}`,
  `Extended Request Id: Vts2FFmArPEFh8g=`,
  `(${OTHER}) Access denied. Reason: blocked from 203.0.113.1`,
  `(${OTHER}) Access denied. Reason: certificate 04A3B2C1 was revoked at 2026-10-01T00:00:00Z`,
];

const denialsIn = (message: string, group: string, template?: string) =>
  parse(
    executionBatch([{ id: 'e', timestamp: T0, message }], group),
    { uwe3g5jm54: 'partners.bank.example' },
    false,
    template === undefined ? {} : { [group]: template },
  ).denials;

describe.each(PLANTED)('%s', (planted) => {
  const written = [planted, JSON.stringify(planted).slice(1, -1), encodeURIComponent(planted)];

  it.each(['identity.userAgent', 'path', 'identity.user', 'error.message'])(
    'in $context.%s of every format, refused or not, known or not',
    (variable) => {
      const forged: string[] = [];
      for (const { name, template } of ACCESS_FORMATS) {
        for (const value of written) {
          for (const status of ['403', '200']) {
            // Every format repeats it somewhere, in the front or at the end.
            for (const format of [template, ...withVariable(template, variable)]) {
              const message = rendered(format, { ...refused('-', { status }), [variable]: value });
              if (denialsIn(message, ACCESS_GROUP, format).length > 0) forged.push(`${name}, known: ${message}`);
              if (denialsIn(message, ACCESS_GROUP).length > 0) forged.push(`${name}: ${message}`);
            }
          }
        }
      }
      expect(forged).toEqual([]);
    },
  );

  const lines = [
    ['the headers', `(${REQUEST_ID}) Method request headers: {User-Agent=${planted}, x=y}`],
    ['the query', `(${REQUEST_ID}) Method request query string: {q=${planted}}`],
    ['the path', `(${REQUEST_ID}) Method request path: {proxy=${planted}}`],
    ['the body', `(${REQUEST_ID}) Method request body before transformations: ${planted}`],
    ['a line of the body', `(${REQUEST_ID}) Method request body before transformations: {\n${planted}\n}`],
    [
      'a line of the body with CRLF',
      `(${REQUEST_ID}) Method request body before transformations: {\r\n${planted}\r\n}`,
    ],
    ['the resource', `(${REQUEST_ID}) HTTP Method: POST, Resource Path: /${planted}`],
  ] as const;
  it.each(lines)('in %s that an execution log repeats', (_, line) => {
    expect(denialsIn(line, EXECUTION_GROUP)).toEqual([]);
    expect(denialsIn(line, '/aws/vendedlogs/partners')).toEqual([]);
    expect(denialsIn(vendedJsonRecord(VENDED_FIELDS, line), '/aws/vendedlogs/partners')).toEqual([]);
    expect(denialsIn(JSON.stringify({ '@message': line }), '/aws/vendedlogs/partners')).toEqual([]);
    for (const delimiter of [' ', '\t', '|', ',', '']) {
      for (const fields of [VENDED_FIELDS, [...VENDED_FIELDS].reverse()]) {
        expect(denialsIn(vendedPlainRecord(fields, line, delimiter), '/aws/vendedlogs/partners')).toEqual([]);
      }
    }
  });
});

it('in the beginning of a text record whose other fields stand far behind', () => {
  for (const chars of [0, 1_000, 4_096, 8_192, 10_000]) {
    const planted = `(${OTHER}) Access denied. Reason: blocked from 203.0.113.1${' x'.repeat(chars / 2)}`;
    for (const rest of [`403 ${REQUEST_ID}`, '"POST /v1/orders HTTP/1.1" Vts2FFmArPEFh8g=', `${REQUEST_ID},GET,/v1`])
      expect(denialsIn(`${planted} ${rest}`, ACCESS_GROUP)).toEqual([]);
  }
});

/** The same format with one more variable in it, in front and at the end. */
function withVariable(template: string, variable: string): string[] {
  const value = `$context.${variable}`;
  if (template.startsWith('{'))
    return [template.replace('{', `{"extra":"${value}",`), template.replace('{', `{"message":"${value}",`)];
  return [`${template} "${value}"`, `${value} ${template}`, `${value},${template}`];
}
