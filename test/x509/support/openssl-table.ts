/**
 * Compares every verdict case with `openssl verify` and writes `docs/verdicts.md`: `npx tsx test/x509/support/openssl-table.ts`. Fails
 * where the two differ on accept or refuse and the case names no rule that only one of them has.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { diagnose } from '../../../shared/x509/diagnose.js';
import { knownRules } from '../../../shared/x509/standing.js';
import { truststoreOf } from '../../../shared/x509/truststore.js';
import { AT } from '../../support/certificates.js';
import { pemsOf, type VerdictCase, verdictCases } from './verdict-cases.js';

interface Row {
  readonly one: VerdictCase;
  readonly ours: string;
  readonly theirs: string;
  readonly agrees: boolean;
}

function opensslVerify(folder: string, { client, truststore }: VerdictCase): string {
  const [bundle, leaf] = ['truststore.pem', 'client.pem'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(bundle, pemsOf(truststore));
  writeFileSync(leaf, pemsOf([client]));
  // Level 2 asks for keys of 112 bits and digests better than SHA-1, which comes nearest to the gateway's rules.
  const options = [
    '-attime',
    String(AT / 1000),
    '-purpose',
    'sslclient',
    '-auth_level',
    '2',
    '-no-CApath',
    '-no-CAstore',
  ];
  try {
    execFileSync(
      'openssl',
      ['verify', ...options, ...(truststore.length > 0 ? ['-CAfile', bundle] : ['-no-CAfile']), leaf],
      { stdio: 'pipe' },
    );
    return 'OK';
  } catch (error) {
    const { stderr } = error as { stderr: Buffer };
    const [, code, depth, text] = /error (\d+) at (\d+) depth lookup: (.*)/.exec(stderr.toString()) ?? [];
    if (code === undefined) throw new Error(`openssl verify said something else: ${stderr}`, { cause: error });
    return `${code} at ${depth}: ${text}`;
  }
}

function compare(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'verdicts-'));
  try {
    return verdictCases().map((one) => {
      const { verdict, reason, findings } = diagnose(one.client, truststoreOf(one.truststore), AT, one.presented);
      const theirs = opensslVerify(folder, one);
      const ours = verdict === 'trusted' ? 'trusted' : `${reason} at ${findings[0]?.depth}`;
      return { one, ours, theirs, agrees: (verdict === 'trusted') === (theirs === 'OK') };
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const STANDINGS = {
  documented: 'documented',
  reported: 'reported from a real gateway',
  seen: 'seen at this gateway',
  openssl: 'taken from OpenSSL',
  unknown: 'unknown',
} as const;

/** The lines of a table whose columns stand below each other in the source too. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => (row[at] ?? '').length)));
  const line = (cells: readonly string[], fill = ' ') =>
    `|${cells.map((cell, at) => ` ${cell.padEnd(widths[at] ?? 0, fill)} `).join('|')}|`;
  return [
    line(head),
    line(
      head.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ];
}

function page(rows: readonly Row[]): string {
  const same = rows.filter(({ one }) => one.otherRules === undefined);
  const blurred = new Map<string, Set<string>>();
  for (const { ours, theirs } of rows) {
    if (theirs === 'OK' || ours === 'trusted') continue;
    const error = theirs.replace(/ at \d+/, '');
    blurred.set(error, (blurred.get(error) ?? new Set()).add(ours.replace(/ at .*/, '')));
  }
  const version = execFileSync('openssl', ['version']).toString().split(' ').slice(0, 2).join(' ');
  return [
    '# Verdicts',
    '',
    'What a verdict rests on, and how its rules compare with those of `openssl verify`.',
    '',
    '## What the gateway is known to do',
    '',
    'AWS documents a part of what API Gateway checks of a client certificate. A verdict says "refused" only where the rule is',
    'documented, reported from a real gateway, or seen at this one; where it is taken from OpenSSL, or nobody knows, the verdict',
    'says "likely" and why. Extended key usage and Netscape\'s certificate type only warn, until the gateway itself refuses with',
    'such a reason. The same table is in `shared/x509/standing.ts`.',
    '',
    ...table(
      ['rule', 'standing', 'source', 'finding'],
      Object.values(knownRules).map(({ rule, standing, source, code }) => [
        rule,
        STANDINGS[standing],
        source,
        `\`${code}\``,
      ]),
    ),
    '',
    "The gateway's own sentence weighs more than any of this. Where it refused with a reason, what only warns elsewhere becomes the",
    'cause, if the reason fits it; and a verdict that the reason contradicts says so, and what that means: nearly always, that the',
    'gateway works with another version of the truststore.',
    '',
    '## Beside `openssl verify`',
    '',
    `Made by \`npx tsx test/x509/support/openssl-table.ts\` with ${version}: every case of \`test/x509/support/verdict-cases.ts\`, checked at ${new Date(AT).toISOString().slice(0, 10)} with`,
    '`-purpose sslclient -auth_level 2`, the whole truststore as `-CAfile`.',
    '',
    `- Both apply the same rules to ${same.length} of ${rows.length} cases; they agree on accepting or refusing in ${same.filter(({ agrees }) => agrees).length} of them.`,
    `- In the other ${rows.length - same.length} the rules differ; the last column says how.`,
    '',
    '## What one error of OpenSSL stands for',
    '',
    ...table(
      ['`openssl verify`', 'told apart here'],
      [...blurred]
        .filter(([, codes]) => codes.size > 1)
        .map(([error, codes]) => [error, [...codes].map((code) => `\`${code}\``).join(', ')]),
    ),
    '',
    '## All cases',
    '',
    ...table(
      ['case', 'verdict (depth)', '`openssl verify`', 'rules that differ'],
      rows.map(({ one, ours, theirs }) => [one.name, ours, theirs, one.otherRules ?? '']),
    ),
    '',
  ].join('\n');
}

const rows = compare();
const file = fileURLToPath(new URL('../../../docs/verdicts.md', import.meta.url));
writeFileSync(file, page(rows));
const wrong = rows.filter(({ one, agrees }) => agrees !== (one.otherRules === undefined));
for (const { one, ours, theirs } of wrong)
  console.error(`${one.name}: here ${ours}; openssl verify ${theirs}; rules that differ: ${one.otherRules ?? 'none'}`);
console.log(`${rows.length} cases, ${wrong.length} unexplained`);
process.exitCode = wrong.length > 0 ? 1 : 0;
