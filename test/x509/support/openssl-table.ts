/**
 * `npm run verdicts`: compares every verdict case with `openssl verify` and writes `docs/verdicts.md`. Fails where the two differ on
 * accept or refuse and the case names no rule that only one of them has. With `--fuzz N` it compares N random PKIs instead.
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { diagnose } from '../../../shared/x509/diagnose.js';
import { type DoorRules, doorRules, ruledDoors } from '../../../shared/x509/door-rules.js';
import { knownRules, type RuleId } from '../../../shared/x509/standing.js';
import { truststoreOf } from '../../../shared/x509/truststore.js';
import { AT } from '../../support/certificates.js';
import { fuzz } from './fuzz.js';
import { opensslVerify } from './openssl-verify.js';
import type { VerdictCase } from './verdict-case.js';
import { verdictCases } from './verdict-cases.js';

interface Row {
  readonly one: VerdictCase;
  readonly ours: string;
  readonly theirs: string;
  readonly agrees: boolean;
}

function compare(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'verdicts-'));
  try {
    return verdictCases().map((one) => {
      const { verdict, reason, findings } = diagnose(one.client, truststoreOf(one.truststore), AT, one.presented);
      const theirs = opensslVerify(folder, one.client, one.truststore);
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

const TITLES = { 'api-gateway': 'API Gateway', cloudfront: 'CloudFront', 'load-balancer': 'load balancer' } as const;

const bound = (value: number | null, unit: string): string =>
  value === null ? 'undecided' : `${value.toLocaleString('en')} ${unit}`;

/** What differs from door to door, as values. */
const VALUES: readonly (readonly [string, (door: DoorRules) => string])[] = [
  ['keys', ({ keys }) => keys],
  ['RSASSA-PSS', ({ takesPss }) => (takesPss ? 'taken' : 'not known to be refused')],
  ['versions 1 and 2 of X.509', ({ takesVersion1 }) => (takesVersion1 ? 'not known to be refused' : 'not taken')],
  [
    'CAs above a client, with the root',
    ({ chainCas, chainCasSure }) =>
      chainCas === chainCasSure ? `${chainCas}` : `${chainCasSure}; ${chainCas} is undecided`,
  ],
  ['certificates in a truststore', ({ truststore }) => `at most ${truststore.certificates.toLocaleString('en')}`],
  ['its size', ({ truststore }) => bound(truststore.bytes, 'bytes')],
  ['a certificate in it', ({ truststore }) => bound(truststore.certificateBytes, 'bytes')],
  ['all subjects in it', ({ truststore }) => bound(truststore.subjectChars, 'characters')],
  [
    'its form',
    ({ truststore }) => (truststore.isPlain ? 'no blank lines, comments with # only' : 'any text between blocks'),
  ],
  ['source of the truststore’s bounds', ({ truststore }) => truststore.source],
];

function standingAt(rule: RuleId, { rules }: DoorRules): string {
  const { standing, source, ofClient } = rules[rule];
  const words = standing === 'unknown' ? 'undecided' : STANDINGS[standing];
  return ofClient === undefined ? `${words}: ${source}` : `of CAs ${words}: ${source}; of clients undecided`;
}

function doorTables(): string[] {
  const others = ruledDoors.filter((door) => door !== 'api-gateway');
  return [
    '## What other front doors are known to do',
    '',
    '`diagnose`, `audit` and `preflight` take `--door apigateway`, `cloudfront` or `alb`; with `--stack` they take the door that',
    'the settings name for the domain. CloudFront and load balancers read a bundle of their own, and have their own bounds. Where no',
    'page of AWS says what a door does, and nothing else speaks against a certificate, the verdict is "undecided": nothing is guessed.',
    'At API Gateway such a verdict is "refused (likely)" until a probe settles it.',
    '',
    ...table(
      ['', ...ruledDoors.map((door) => TITLES[door])],
      VALUES.map(([what, of]) => [what, ...ruledDoors.map((door) => of(doorRules[door]))]),
    ),
    '',
    'The rules, where they differ from the table above:',
    '',
    ...table(
      ['rule', ...others.map((door) => TITLES[door])],
      (Object.keys(knownRules) as RuleId[])
        .filter((rule) => others.some((door) => doorRules[door].rules[rule].source !== knownRules[rule].source))
        .map((rule) => [knownRules[rule].rule, ...others.map((door) => standingAt(rule, doorRules[door]))]),
    ),
    '',
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
    'Four of the rules can be settled at your own gateway: `mtls-watch canary probes` calls it with a chain of five CAs, a',
    'certificate for servers only, one with P-521 and one signed with RSASSA-PSS ([canary](canary.md#probes)). From then on',
    'verdicts for that domain say "seen at this gateway on" and the day, whatever stands here.',
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
    ...doorTables(),
    '## Beside `openssl verify`',
    '',
    `Made by \`npm run verdicts\` with ${version}: every case of \`test/x509/support/verdict-cases.ts\`, checked at ${new Date(AT).toISOString().slice(0, 10)} with`,
    '`-purpose sslclient -auth_level 2`, the whole truststore as `-CAfile`.',
    '',
    `- Both apply the same rules to ${same.length} of ${rows.length} cases; they agree on accepting or refusing in ${same.filter(({ agrees }) => agrees).length} of them.`,
    `- In the other ${rows.length - same.length} the rules differ; the last column says how.`,
    '',
    '`npm run verdicts -- --fuzz N` does the same for N random PKIs (`random-pki.ts`). Every disagreement there falls into a rule of the',
    'table above, or comes from how OpenSSL searches: it follows the first certificate of a CA that fits and does not turn back, and',
    'it looks at signatures last.',
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

function writeTable(): boolean {
  const rows = compare();
  writeFileSync(fileURLToPath(new URL('../../../docs/verdicts.md', import.meta.url)), page(rows));
  const wrong = rows.filter(({ one, agrees }) => agrees !== (one.otherRules === undefined));
  for (const { one, ours, theirs } of wrong)
    console.error(
      `${one.name}: here ${ours}; openssl verify ${theirs}; rules that differ: ${one.otherRules ?? 'none'}`,
    );
  console.log(`${rows.length} cases, ${wrong.length} unexplained`);
  return wrong.length === 0;
}

function runFuzz(count: number, from: number): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'verdicts-'));
  try {
    const { total, agree, classes, unexplained } = fuzz(folder, count, from);
    console.log(`${total} random PKIs beside openssl verify: ${agree} agree on verdict and cause`);
    for (const [name, times] of [...classes].sort((a, b) => b[1] - a[1]))
      console.log(`${String(times).padStart(6)}  ${name}`);
    for (const { seed, ours, theirs, twists } of unexplained.slice(0, 20))
      console.error(`seed ${seed}: here ${ours}; openssl verify ${theirs}; ${twists.join('; ')}`);
    console.log(`${unexplained.length} unexplained`);
    return unexplained.length === 0;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { values } = parseArgs({ options: { fuzz: { type: 'string' }, from: { type: 'string' } } });
const isSound = values.fuzz === undefined ? writeTable() : runFuzz(Number(values.fuzz), Number(values.from ?? 1));
process.exitCode = isSound ? 0 : 1;
