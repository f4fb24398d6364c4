/** The SQL of `docs/history.md`, run by DuckDB as it stands there, gives the figures of `replay`. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance, type Json } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { readConfig } from '../../cli/deployed/settings.js';
import { replay } from '../../cli/replay/replay.js';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import type { Failure } from '../../shared/model/index.js';
import { reasonIdOf } from '../../shared/model/reasons.js';
import { canonicalDn } from '../../shared/x509/dn.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const day = join(root, 'sample/day/logs');
const PAYMENTS = ['access', 'execution'].map((log) => join(day, `2026-10-13/payments-${log}.ndjson.gz`));
const AFTERNOON = join(day, '2026-10-13/partners-execution-afternoon.gz');
const config = await readConfig(join(root, 'sample/day/mtls-watch.json'));

/** The statements of the blocks of one kind, as they stand on the page. */
function statements(kind: string): string[] {
  const page = readFileSync(join(root, 'docs/history.md'), 'utf8');
  const blocks = [...page.matchAll(/^```sql(.*)\n([^`]*)^```/gm)].filter(([, of]) => of?.trim() === kind);
  expect(blocks.length).toBeGreaterThan(0);
  return blocks.flatMap(([, , block = '']) => block.split(/;\s*$/m)).filter((statement) => statement.trim() !== '');
}

type Row = Record<string, Json>;

async function connect() {
  const connection = await (await DuckDBInstance.create()).connect();
  return async (statement: string): Promise<Row[]> =>
    (await connection.runAndReadAll(statement)).getRowObjectsJson() as Row[];
}

/** Puts these files in the place of the page's own. */
const reading = (statement: string, files: readonly string[]) =>
  statement.replace(/'(?:logs|export)\/\*\*[^']*'/, `[${files.map((file) => `'${file}'`).join(', ')}]`);

interface Group {
  readonly issuerDn: string;
  readonly reason: string;
  readonly failures: number;
}

/** Groups without their scope: SQL does not know the domain of a denial without an access record. */
function sums(groups: readonly Group[]): Record<string, number> {
  const totals: Record<string, number> = {};
  for (const { issuerDn, reason, failures } of groups) {
    const key = `${issuerDn} ${reason}`;
    totals[key] = (totals[key] ?? 0) + failures;
  }
  return totals;
}

const groupOf = ({ issuer, reason, refused }: Row): Group => ({
  issuerDn: issuer === 'unknown' ? 'unknown' : canonicalDn(String(issuer)),
  reason: reasonIdOf(String(reason)),
  failures: Number(refused),
});

it('finds the groups of nine weeks and a day in JSON lines', async () => {
  const files = [join(day, 'history/*.ndjson.gz'), ...PAYMENTS];
  const query = await connect();
  const results: Row[][] = [];
  for (const statement of statements('')) results.push(await query(reading(statement, files)));
  const [groups = [], clients = []] = results.filter((rows) => rows[0] !== undefined && 'refused' in rows[0]);

  const { summary } = await replay([join(day, 'history'), ...PAYMENTS], config);
  expect(summary.failures).toBeGreaterThan(1_000);
  expect(sums(groups.map(groupOf))).toEqual(sums(summary.groups));
  // A client who sends one request id with many requests is in them: the extended request id tells its requests apart.
  const partners = summary.groups.filter(({ scope }) => scope === 'partners.bank.example');
  const refused = partners.reduce((sum, { failures }) => sum + failures, 0);
  expect(clients.reduce((sum, row) => sum + Number(row.refused), 0)).toBe(refused);
});

it('puts the lines of an exported event together', async () => {
  const query = await connect();
  for (const statement of [...statements('').slice(0, 1), ...statements('export'), ...statements('').slice(2)]) {
    await query(reading(statement, [AFTERNOON]));
  }
  const rows = await query('SELECT issuer, reason, count(*) AS refused FROM failures GROUP BY issuer, reason');
  const { summary } = await replay([AFTERNOON], config);
  expect(summary.failures).toBeGreaterThan(0);
  expect(sums(rows.map(groupOf))).toEqual(sums(summary.groups));
});

it("adds up the product's own records, each once", async () => {
  const log = new PassThrough();
  const record = createFailureLog(log).record;
  const failure: Failure = {
    eventId: 'e1',
    requestId: 'r1',
    extendedRequestId: null,
    at: 1,
    scope: 'api.example.com',
    issuerDn: 'CN=A',
    reason: 'expired',
    reasonText: 'certificate has expired',
    attribution: 'joined',
    client: null,
    weight: 1,
    denialScope: 'api.example.com',
  };
  const batches: [string, Failure[]][] = [
    ['1', [failure, failure, { ...failure, weight: 2.5 }]],
    ['2', [{ ...failure, isUnverified: true }]],
    ['3', [{ ...failure, reason: 'other', reasonText: 'Serial 17 revoked', words: 'serial … revoked', weight: 2 }]],
    ['1', [failure, failure, { ...failure, weight: 2.5 }]],
  ];
  for (const [batch, failures] of batches) record(failures, batch);
  const lines = String(log.read()).trimEnd().split('\n');
  const file = join(mkdtempSync(join(tmpdir(), 'mtls-watch-')), 'records.ndjson');
  const events = lines.map((message, id) => ({
    logGroup: 'ingest',
    logStream: 's',
    id: String(id),
    timestamp: 1,
    message,
  }));
  writeFileSync(file, events.map((event) => JSON.stringify(event)).join('\n'));

  const query = await connect();
  for (const statement of statements('').slice(0, 2)) await query(reading(statement, [file]));
  const results: Row[][] = [];
  for (const statement of statements('records')) results.push(await query(statement));
  expect(results.at(-1)).toEqual([
    { domain: 'api.example.com', issuer: 'CN=A', reason: 'expired', words: '', only_by_name: 'false', refused: 4.5 },
    {
      ...{ domain: 'api.example.com', issuer: 'CN=A', reason: 'other', words: 'serial … revoked' },
      ...{ only_by_name: 'false', refused: 2 },
    },
    { domain: 'api.example.com', issuer: 'CN=A', reason: 'expired', words: '', only_by_name: 'true', refused: 1 },
  ]);
});
