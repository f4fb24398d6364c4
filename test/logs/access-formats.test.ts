import { describe, expect, it } from 'vitest';
import type { Parsed } from '../../shared/model/index.js';
import {
  ACCESS_FORMATS,
  type AccessFormat,
  EXTENDED_ID,
  ISSUER,
  REQUEST_ID,
  refused,
  rendered,
} from '../support/access-formats.js';
import { ca, leaf } from '../support/certificates.js';
import { ACCESS_GROUP, accessBatch, T0 } from '../support/logs.js';
import { parse } from '../support/parse.js';

const { pem } = leaf({
  subject: 'C=US,O=Acme Logistics Inc.,OU=EDI,CN=edi-01.acme.example',
  key: 'ec-a',
  issuer: ca({ subject: ISSUER, key: 'ec-b' }),
});
/** One line, as the gateway is thought to write it. */
const LOGGED = pem.trimEnd().replaceAll('\n', '\\n');

const read = (message: string, template?: string): Parsed =>
  parse(
    accessBatch([{ id: 'a', timestamp: T0, message }]),
    {},
    false,
    template === undefined ? {} : { [ACCESS_GROUP]: template },
  );

function expectRead(parsed: Parsed, { template, namesClient }: AccessFormat): void {
  expect(parsed).toMatchObject({ rejected: [], passed: 0, denials: [] });
  expect(parsed.accesses).toHaveLength(1);
  const [access] = parsed.accesses;
  if (template.includes('$context.requestId')) expect(access?.requestId).toBe(REQUEST_ID);
  else expect(access).toMatchObject({ requestId: '', extendedRequestId: EXTENDED_ID });
  expect(access?.client?.issuerDn ?? null).toBe(namesClient ? ISSUER : null);
}

describe.each(ACCESS_FORMATS)('$name', (format) => {
  const { template, unaided } = format;
  const lines = [
    ['as it is', LOGGED, (line: string) => line],
    ['with CRLF behind it', LOGGED, (line: string) => `${line}\r\n`],
    ['with the line breaks of the certificate as they are', pem, (line: string) => line],
    ['with spaces for line breaks', pem.trimEnd().replaceAll('\n', ' '), (line: string) => line],
  ] as const;

  it.each(lines)('is read by the format: %s', (_, certificate, change) => {
    expectRead(read(change(rendered(template, refused(certificate))), template), format);
  });

  it('is read, or said to be unreadable, where nobody knows the format', () => {
    const parsed = read(rendered(template, refused(LOGGED)));
    if (unaided === 'rejected') expect(parsed.rejected).toHaveLength(1);
    else expectRead(parsed, { ...format, namesClient: format.namesClient && unaided === 'named' });
  });

  it('is passed over where the request was answered', () => {
    const values = refused(LOGGED, { status: '200', 'error.message': '-', 'error.messageString': '-' });
    expect(read(rendered(template, values), template)).toMatchObject({ accesses: [], rejected: [], passed: 1 });
  });
});

it('covers formats of every way to write', () => {
  expect(ACCESS_FORMATS.length).toBeGreaterThanOrEqual(24);
  expect(ACCESS_FORMATS.filter(({ template }) => !template.startsWith('{')).length).toBeGreaterThanOrEqual(8);
});

it('rejects what has no status, and the message of a refusal under a key that nobody knows', () => {
  const template =
    '{"requestId":"$context.requestId","e":"$context.error.message","pem":"$context.identity.clientCert.clientCertPem"}';
  expect(read(rendered(template, refused(LOGGED))).rejected).toMatchObject([{ code: 'unreadable-access-record' }]);
  const answered = refused(LOGGED, { status: '200', 'error.message': '-' });
  expect(read(rendered(template, answered))).toMatchObject({ rejected: [], passed: 1 });
  expect(read(rendered(template, refused(LOGGED)), template).accesses).toHaveLength(1);
});
