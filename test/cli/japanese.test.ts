/**
 * `--lang ja` on every verb that has it: no English sentence is left but quotations of logs, commands, names of certificates and
 * what programs read.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { listIncidents } from '../../cli/commands/incidents.js';
import { showIncident } from '../../cli/commands/show-incident.js';
import { listSilences } from '../../cli/commands/silence.js';
import { refusalText, verdictText } from '../../cli/tail/show.js';
import { verbCommands, verbNames } from '../../cli/verbs.js';
import { runbookIds } from '../../shared/config/runbooks.js';
import { ja } from '../../shared/messages/ja.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import { type Failure, SEVERAL_ISSUERS, SEVERAL_STRANGERS, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { parseTruststore } from '../../shared/x509/truststore.js';
import { incident, notice } from '../contract/examples.js';
import { ca, leaf } from '../support/certificates.js';
import { accessEvent, denialAsOneEvent, T0, uuid } from '../support/logs.js';
import { testWorld } from '../support/world.js';

const day = join(import.meta.dirname, '../../sample/day');
const logs = join(day, 'logs');
const truststore = join(day, 'truststore.pem');
const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-japanese-'));
const at = ['--at', '2026-10-13T09:30:00Z'];

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const eventsOf = (events: readonly { timestamp: number; message: string }[]): string =>
  events.map(({ timestamp, message }) => `${JSON.stringify({ timestamp, message })}\n`).join('');

/** Sentences of a gateway that have no name, of more kinds than get a group of their own. */
const KINDS = 'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi'.split(' ');
const unknown = Array.from({ length: 14 * 30 }, (_, n) => {
  const refusal = { n, at: T0 + n * 500, reason: `The ${KINDS[n % 14]} of the partner was not taken` };
  return [denialAsOneEvent(refusal), accessEvent(refusal, { requestTimeEpoch: String(refusal.at) })];
}).flat();
const sentences = file('unknown.jsonl', eventsOf(unknown));
const executionOnly = file('execution.jsonl', eventsOf(unknown.filter((_, n) => n % 2 === 0)));
const halfRead = file(
  'half.jsonl',
  `${eventsOf(unknown.slice(0, 60))}{"timestamp":1,"message":"(${uuid(1)}) Access denied"}\n{"timestamp":${T0},"message":{}}\n`,
);
const nothing = file('nothing.log', 'hello\nthere is nothing to see here at all\n');
const broken = file(
  'broken.pem',
  `${readFileSync(truststore, 'utf8')}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
);
const publicCa = file('public.pem', ca({ subject: "C=US,O=Let's Encrypt,CN=R12", key: 'rsa-a' }).pem);

const WITHOUT_AWS: Readonly<Record<string, readonly string[]>> = {
  replay: ['replay', logs, '--config', join(day, 'mtls-watch.json'), '--truststore', truststore],
  'replay of unknown sentences': ['replay', sentences],
  'replay of half of the logs': ['replay', executionOnly],
  'replay of what cannot be read': ['replay', halfRead, '--truststore', broken],
  'replay of nothing': ['replay', nothing],
  diagnose: ['diagnose', '--client', join(day, 'refused-client.pem'), '--truststore', truststore, ...at],
  'diagnose beside a refusal': [
    ...['diagnose', '--client', join(day, 'refused-client.pem'), '--truststore', truststore, ...at],
    ...['--refused-with', 'The partner was not taken', '--door', 'cloudfront'],
  ],
  audit: ['audit', truststore, ...at, '--within', '5000'],
  'audit of a broken file': ['audit', broken, ...at, '--door', 'alb'],
  'audit of a public CA': ['audit', publicCa, ...at, '--door', 'cloudfront'],
  preflight: ['preflight', logs, '--truststore', join(day, 'truststore-updated.pem'), '--current', truststore, ...at],
  'preflight of nothing': ['preflight', nothing, '--truststore', broken, ...at],
  'preflight without certificates': ['preflight', sentences, '--truststore', truststore, ...at],
  expiry: ['expiry', logs, '--truststore', truststore, '--within', '5000', ...at],
  'expiry of nothing': ['expiry', nothing, '--truststore', broken, ...at],
  'expiry without certificates': ['expiry', sentences, ...at],
  report: [
    'report',
    logs,
    '--config',
    join(day, 'mtls-watch.json'),
    '--out',
    join(folder, 'report'),
    '--truststore',
    truststore,
  ],
  'report of unknown sentences': ['report', sentences, '--out', join(folder, 'unknown')],
};
const REPORTS = ['report', 'unknown'];

const AT = Date.parse('2026-10-13T09:30:00Z');
const root = ca({ subject: 'C=US,O=Acme,CN=Root', key: 'rsa-a' });
const client = leaf({
  subject: 'C=US,O=Acme,CN=client',
  key: 'rsa-c',
  issuer: ca({ subject: 'CN=Other', key: 'rsa-b' }),
});
const verdict = diagnose(client.certificate, parseTruststore(root.pem), AT, [], { words: 'The partner was not taken' });

async function shown(run: (world: ReturnType<typeof worldOf>) => unknown): Promise<string> {
  let text = '';
  const world = worldOf((part) => (text += part));
  const issuers = ['C=US,O=Acme,CN=Root', UNKNOWN_ISSUER, SEVERAL_ISSUERS, SEVERAL_STRANGERS];
  for (const [n, issuerDn] of issuers.entries()) {
    const words = n === 1 ? { words: 'the partner was not taken' } : {};
    const group = { scope: 'api.bank.example', issuerDn, reason: 'other', ...words } as const;
    const state = { incidentId: `i${n}`, group, state: 'firing', announced: n < 3, heldBack: n === 3 } as const;
    const one = incident(1, { ...state, since: AT - 3_600_000, lastNoticeAt: AT - 60_000, acknowledged: n === 0 });
    await world.stores.incidents.transition(one, notice(`n${n}`, AT - 60_000, { incidentId: `i${n}`, group, verdict }));
  }
  const selectors = { scope: null, issuerDn: null, reason: 'other', window: null };
  const life = { startsAt: AT - 1, endsAt: AT + 3_600_000, createdAt: AT - 1 };
  await world.stores.silences.save({ id: 's1', comment: '更新中', author: 'kondo', ...selectors, ...life });
  await run(world);
  return text;
}

function worldOf(write: (text: string) => void) {
  const made = testWorld();
  return { ...made, clock: { now: () => AT }, config: async () => made.config, output: { write } };
}

const OF_AN_ACCOUNT: Readonly<Record<string, () => Promise<string>>> = {
  incidents: () => shown((world) => listIncidents({ ended: '7', lang: 'ja' }, world)),
  'incidents show': () =>
    shown(async (world) => {
      for (const id of ['i0', 'i1', 'i2', 'i3']) await showIncident(id, { lang: 'ja', diagnose: id === 'i0' }, world);
    }),
  'silence list': () => shown((world) => listSilences({ lang: 'ja' }, world)),
  tail: async () => {
    const failure = { at: AT, scope: 'api.bank.example', reason: 'expired', issuerDn: UNKNOWN_ISSUER, client: null };
    return refusalText(failure as unknown as Failure, 'ja') + verdictText(verdict, 'ja');
  },
  'notify-test': async () =>
    (['spike', 'ongoing', 'escalated', 'resolved'] as const)
      .map((kind) => sampleNotice(kind, AT, null))
      .map((one) => `${subjectOf(one, ja)}\n${bodyOf(one, ja)}\n`)
      .join(''),
};

const run = (args: readonly string[]) => {
  const { stdout, stderr } = spawnSync(process.execPath, [inject('cli'), ...args, '--lang', 'ja'], {
    encoding: 'utf8',
  });
  return stdout + stderr;
};

/** Names of products and of CAs. */
const ALLOWED = [/^Amazon Q Developer in chat/, / CA$/];

/** Runs of four and more English words, where nothing is quoted, typed or the name of a certificate. */
function englishIn(text: string): string[] {
  const bare = text
    .replace(/<(script|style)\b.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, '\n')
    .replace(/&#?\w{1,8};/g, ' ')
    .replace(/^```[^`]*^```$/gm, '')
    .replace(/「[^」]*」|`[^`\n]*`/g, '')
    .replace(/^.*(?:mtls-watch|aws|openssl|npm) .*$/gm, (line) =>
      line.replace(/(?:mtls-watch|aws|openssl|npm) .*$/, ''),
    )
    .replace(/\b(?:[A-Za-z]{1,20}|\d[\d.]+)=(?:\\.|[^,、。（）\n"])*/g, '')
    .replace(/https?:\S+|s3:\S+|\/\S+/g, '');
  const runs = bare.match(/[A-Za-z][A-Za-z’'-]*(?:[ ,;:]+[A-Za-z][A-Za-z’'-]*){3,}/g) ?? [];
  return [...new Set(runs)].filter((one) => !ALLOWED.some((allowed) => allowed.test(one)));
}

it('sees English sentences, and no quotations and names', () => {
  expect(englishIn('証明書は the log has none of it です')).toEqual(['the log has none of it']);
  expect(
    englishIn('理由「the log has none of it」 C=US,O=Acme and the other Sons,CN=x mtls-watch ack of the incident'),
  ).toEqual([]);
});

it('covers every verb with --lang', async () => {
  const leaves = await Promise.all(
    verbNames.map(async (name) => (await verbCommands([name])).find((one) => one.name() === name)),
  );
  const speaking = leaves.flatMap((verb) => {
    const all = [verb, ...(verb?.commands ?? [])];
    return all.flatMap((one) =>
      one?.options.some(({ long }) => long === '--lang')
        ? [one === verb ? one?.name() : `${verb?.name()} ${one?.name()}`]
        : [],
    );
  });
  const covered = [...Object.keys(WITHOUT_AWS), ...Object.keys(OF_AN_ACCOUNT), 'runbook'];
  expect(speaking.filter((name) => !covered.includes(name ?? ''))).toEqual([]);
});

describe('no English sentence in', () => {
  it.each(Object.entries(WITHOUT_AWS))('%s', (_, args) => {
    const text = run(args);
    // Where nothing at all can be read, there is nothing but an error; errors and what hinders a file are said in English.
    if (!text.startsWith('/')) expect(text).toMatch(/\p{Script=Han}|^(?:warning|error): /mu);
    expect(englishIn(text.replace(/^(?:error|warning): [!-~ ]*$/gm, ''))).toEqual([]);
  });

  it.each(REPORTS)('the page of a report: %s', (name) => {
    // The CSV has one form for programs, whatever the language.
    expect(englishIn(readFileSync(join(folder, name, 'report.html'), 'utf8'))).toEqual([]);
  });

  it.each(Object.entries(OF_AN_ACCOUNT))('%s', async (_, textOf) => {
    const text = await textOf();
    expect(englishIn(text)).toEqual([]);
    expect(text).not.toMatch(/several|unverified|unknown|another/);
  });

  it.each(['README', ...runbookIds])('runbook %s', (id) => {
    const page = readFileSync(join(import.meta.dirname, `../../runbooks/ja/${id}.md`), 'utf8');
    // The letter to the partner is there in English as well.
    expect(englishIn(page.replace(/^```[^`]*^```$/gm, ''))).toEqual([]);
  });
});
