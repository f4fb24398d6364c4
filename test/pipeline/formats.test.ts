/**
 * Every access-log format and every form of a vended execution log through the ingest function and through `replay`: one
 * refusal is counted, once, and named where the format names it.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { replay } from '../../cli/replay/replay.js';
import { createIngest } from '../../functions/ingest/ingest.js';
import type { LogBatch } from '../../shared/model/index.js';
import { sweep } from '../../shared/pipeline.js';
import { ACCESS_FORMATS, ISSUER, refused, rendered, SUBJECT } from '../support/access-formats.js';
import { ca, leaf } from '../support/certificates.js';
import { ACCESS_GROUP, executionBatch, subscriptionEvent, subscriptionPayload, T0 } from '../support/logs.js';
import { PAYLOADS, VENDED_FORMS } from '../support/vended-forms.js';
import { countedIn, listening, testConfig, testWorld } from '../support/world.js';

const { pem } = leaf({ subject: SUBJECT, key: 'ec-a', issuer: ca({ subject: ISSUER, key: 'ec-b' }) });
const LOGGED = pem.trimEnd().replaceAll('\n', '\\n');
const MANAGED = 'API-Gateway-Execution-Logs_uwe3g5jm54/prod';
const VENDED = '/aws/vendedlogs/partners';
const DOMAINS = { uwe3g5jm54: 'partners.bank.example', 'uwe3g5jm54/prod': 'partners.bank.example' };

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const batch = (logGroup: string, message: string): LogBatch =>
  executionBatch([{ id: `event of ${logGroup}`, timestamp: T0, message }], logGroup);

async function ingested(settings: object, ...batches: LogBatch[]): Promise<string[]> {
  const world = testWorld({ domains: DOMAINS, ...settings });
  const ingest = createIngest({ world, ...listening() });
  for (const one of batches) await ingest(subscriptionEvent(subscriptionPayload(one)));
  // Each is delivered again, as CloudWatch Logs may.
  for (const one of batches) await ingest(subscriptionEvent(subscriptionPayload(one)));
  for (let hour = 1; hour <= 3; hour++) {
    world.at = T0 + hour * 3_600_000;
    await sweep(world);
  }
  return countedIn(world.stores);
}

async function replayed(settings: object, ...batches: LogBatch[]): Promise<string[]> {
  const file = join(folder, 'logs.ndjson');
  const lines = batches.flatMap(({ logGroup, events }) =>
    events.map((event) => JSON.stringify({ logGroup, ...event })),
  );
  writeFileSync(file, lines.join('\n'));
  const { summary } = await replay([file], testConfig({ domains: DOMAINS, ...settings }));
  return summary.groups.map(
    ({ scope, issuerDn, reason, failures }) => `${scope} | ${issuerDn} | ${reason}: ${failures}`,
  );
}

const group = (issuerDn: string, scope = 'partners.bank.example'): string =>
  `${scope} | ${issuerDn} | issuer-not-found: 1`;

describe.each(ACCESS_FORMATS)('$name', ({ template, namesClient }) => {
  const batches = [batch(MANAGED, PAYLOADS.lines), batch(ACCESS_GROUP, rendered(template, refused(LOGGED)))];
  const settings = { accessLogFormats: { [ACCESS_GROUP]: template } };

  it.each([
    ['the ingest function', ingested],
    ['replay', replayed],
  ])('is one refusal, named where the format names it, for %s', async (_, count) => {
    expect(await count(settings, ...batches)).toEqual([group(namesClient ? ISSUER : 'unknown')]);
    expect(await count(settings, ...[...batches].reverse())).toEqual([group(namesClient ? ISSUER : 'unknown')]);
  });
});

describe.each(VENDED_FORMS)('a vended record: $name', ({ message, hasApi }) => {
  it.each([
    ['the ingest function', ingested],
    ['replay', replayed],
  ])('is one refusal for %s', async (_, count) => {
    expect(await count({}, batch(VENDED, message))).toEqual([group('unknown', hasApi ? undefined : VENDED)]);
  });
});

it('covers thirty forms', () => {
  expect(VENDED_FORMS.length).toBeGreaterThanOrEqual(30);
});
