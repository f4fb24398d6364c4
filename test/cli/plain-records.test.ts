/** Files that hold nothing but the records of an access log, as somebody copied them out of it. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../cli/deployed/settings.js';
import { readInputs } from '../../cli/inputs/read.js';
import { replay } from '../../cli/replay/replay.js';
import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import type { LogEvent, Parsed } from '../../shared/model/index.js';
import { ACCESS_FORMATS, ISSUER, refused, rendered } from '../support/access-formats.js';
import { ca, leaf } from '../support/certificates.js';
import { parse } from '../support/parse.js';

const { pem } = leaf({
  subject: 'C=US,O=Acme Logistics Inc.,OU=EDI,CN=edi-01.acme.example',
  key: 'ec-a',
  issuer: ca({ subject: ISSUER, key: 'ec-b' }),
});
const LOGGED = pem.trimEnd().replaceAll('\n', '\\n');
const T0 = Date.UTC(2026, 9, 13, 9, 20, 0);
const NOW = Date.UTC(2026, 10, 1);

interface Read {
  readonly events: LogEvent[];
  readonly parsed: Parsed[];
  readonly rejected: readonly string[];
  readonly problems: string[];
}

async function read(content: string, formats: FormatsByLogGroup = {}): Promise<Read> {
  const found: Read & { rejected: string[] } = { events: [], parsed: [], rejected: [], problems: [] };
  const options = { stdin: Readable.from([Buffer.from(content)]), now: NOW, formats };
  try {
    for await (const item of readInputs(['-'], options)) {
      if (item.kind === 'problem') found.problems.push(item.detail);
      if (item.kind !== 'batch') continue;
      found.events.push(...item.batch.events);
      const parsed = parse(item.batch, {}, false, formats);
      found.parsed.push(parsed);
      found.rejected.push(...parsed.rejected.map(({ code, detail }) => `${code}: ${detail}`));
    }
  } catch (error) {
    found.problems.push(String(error));
  }
  return found;
}

const MONTH = 'Oct';
const clf = (second: number) => `13/${MONTH}/2026:09:20:0${second} +0000`;
const at = (second: number) => ({
  requestTime: clf(second),
  requestTimeEpoch: String(T0 + second * 1000),
});
const ids = (n: number) => ({
  requestId: `4f3e3b0${n}-39db-11e9-9c2e-5bd7c2de5998`,
  extendedRequestId: `Vts2FFmArPEFh8${n}=`,
});

/** Two refused requests, and between them one that was answered. */
const requests = (certificate: string) => [
  refused(certificate, { ...ids(1), ...at(1) }),
  refused(certificate, { ...ids(2), ...at(2), status: '200', 'error.message': '-', 'error.messageString': '-' }),
  refused(certificate, { ...ids(3), ...at(3) }),
];

describe.each(ACCESS_FORMATS)('$name', ({ template, unaided, namesClient }) => {
  const file = (ending: string) =>
    requests(LOGGED)
      .map((values) => `${rendered(template, values)}${ending}`)
      .join('');

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('is read line by line by its format: %s', async (_, ending) => {
    const { parsed, events, problems } = await read(file(ending), { '*': template });
    expect(problems).toEqual([]);
    expect(parsed.flatMap(({ rejected }) => rejected)).toEqual([]);
    expect(events).toHaveLength(3);
    const accesses = parsed.flatMap((one) => one.accesses);
    expect(accesses.map(({ requestId, extendedRequestId }) => requestId || extendedRequestId)).toEqual(
      [1, 3].map((n) => (template.includes('$context.requestId') ? ids(n).requestId : ids(n).extendedRequestId)),
    );
    expect(accesses.map(({ client }) => client?.issuerDn ?? null)).toEqual(
      namesClient ? [ISSUER, ISSUER] : [null, null],
    );
    if (template.includes('$context.requestTime')) {
      expect(events.map(({ timestamp }) => timestamp)).toEqual([1, 2, 3].map((second) => T0 + second * 1000));
    }
  });

  it('is read, or every refusal is said to be unreadable, where nobody knows the format', async () => {
    const { parsed, rejected, problems } = await read(file('\n'));
    expect(problems).toEqual([]);
    const accesses = parsed.flatMap((one) => one.accesses);
    if (unaided === 'rejected') {
      expect(rejected.length + accesses.length).toBeGreaterThanOrEqual(2);
      expect(rejected.join('\n')).toContain('set the access-log format that doctor prints');
    } else expect(accesses).toHaveLength(2);
  });
});

describe('what was broken', () => {
  it('is told apart from what could not be read', async () => {
    const broken = rendered(
      '{"requestId":"$context.requestId","status":"$context.status","issuerDN":"$context.identity.clientCert.issuerDN","latency":$context.integration.latency}',
      refused(LOGGED),
    );
    const file = join(mkdtempSync(join(tmpdir(), 'mtls-watch-plain-')), 'access.log');
    writeFileSync(file, `${broken}\n`);
    const { summary } = await replay([file], await readConfig(undefined));
    expect(summary).toMatchObject({ recovered: 1, rejected: 0 });
  });
});
