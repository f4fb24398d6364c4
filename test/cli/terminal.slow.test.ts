/**
 * The command line on a real pseudo-terminal of four widths: every verb that needs no AWS account (those that do:
 * `test/aws/terminal.test.ts`). Nothing is wider than the terminal, no word is broken, names keep their CN; in a pipe names are whole.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verbNames } from '../../cli/verbs.js';
import { expectToFit, inPipe, requireScript } from '../support/pseudo-terminal.js';

const day = join('sample', 'day');
const truststore = join(day, 'truststore.pem');
const logs = ['partners-execution-morning.jsonl', 'partners-access.payloads.gz', 'portal-connections.ndjson.gz'].map(
  (name) => join(day, 'logs/2026-10-13', name),
);
const at = ['--at', '2026-10-13T09:30:00Z'];
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-terminal-'));
const series = join(folder, 'series.csv');

const VERBS: Readonly<Record<string, readonly string[]>> = {
  audit: ['audit', truststore, ...at],
  'audit in Japanese': ['audit', truststore, ...at, '--lang', 'ja'],
  'audit of nothing': ['audit', join(folder, 'there-is-no-such-file-here.pem')],
  diagnose: ['diagnose', '--client', join(day, 'refused-client.pem'), '--truststore', truststore, ...at],
  preflight: [
    ...['preflight', ...logs, '--current', truststore],
    ...['--truststore', join(day, 'truststore-updated.pem'), ...at],
  ],
  expiry: ['expiry', ...logs, '--truststore', truststore, '--within', '5000', ...at],
  replay: ['replay', ...logs, '--config', join(day, 'mtls-watch.json'), '--truststore', truststore],
  'replay in Japanese': ['replay', ...logs, '--truststore', truststore, '--lang', 'ja'],
  report: ['report', logs[2] ?? '', '--out', folder],
  'expiry in Japanese': ['expiry', ...logs, '--truststore', truststore, '--within', '5000', ...at, '--lang', 'ja'],
  backtest: ['backtest', series],
  cost: ['cost', '--failures-per-month', '10k', '--domains', '3'],
  'cost of nothing': ['cost'],
  'config validate': ['config', 'validate', join(day, 'mtls-watch.json')],
  runbook: ['runbook', 'issuer-rekeyed'],
  'runbook in Japanese': ['runbook', 'issuer-rekeyed', '--lang', 'ja'],
  '--help': ['--help'],
  ...Object.fromEntries(verbNames.map((name) => [`${name} --help`, [name, '--help']])),
  'silence add --help': ['silence', 'add', '--help'],
};

beforeAll(() => {
  requireScript();
  const counts = Array.from({ length: 4000 }, (_, n) => `${n > 3900 && n < 3915 ? 90 : n % 5},orders of partners`);
  writeFileSync(series, `count,series\n${counts.join('\n')}\n`);
});

describe.each(Object.entries(VERBS))('%s', (name, args) => {
  it('is whole in a pipe, and fits every terminal', async () => {
    await expectToFit(name, args);
  });
});

it('names in a pipe are those of --json, whole', async () => {
  for (const verb of ['audit', 'preflight', 'expiry', 'diagnose']) {
    const args = VERBS[verb] ?? [];
    const [piped, json] = [await inPipe(args), await inPipe([...args, '--json', '--quiet'])];
    const shown = new Set(
      [...json.matchAll(/"subjectDn":"((?:[^"\\]|\\.)+)"/g)].map(([, dn]) => JSON.parse(`"${dn}"`)),
    );
    const isListed = (dn: string): boolean => piped.includes(dn.slice(dn.lastIndexOf('CN=')));
    const listed = [...shown].filter(isListed);
    expect([verb, listed.length > 0]).toEqual([verb, true]);
    const joined = piped.replace(/\s+/g, ' ');
    expect([verb, listed.filter((dn) => !joined.includes(dn))]).toEqual([verb, []]);
  }
});
