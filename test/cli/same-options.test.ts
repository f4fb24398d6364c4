/** Options that every verb has, and that mean the same on each: --quiet, --json, --at, --lang, --region, --profile, --stack. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { clockAt, languageOption } from '../../cli/terminal/options.js';
import { verbCommands, verbNames } from '../../cli/verbs.js';

const day = join(import.meta.dirname, '../../sample/day');
const part = join(day, 'logs/history/2026-10-07-access.ndjson.gz');
const run = (...args: readonly string[]) => spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8' });

const ACTS = 'acts now';
const NO_AWS = 'asks nothing of AWS';
const NO_STACK = 'there is no stack yet';
const CONFIRMS = 'confirms in one line what was typed';
const SETTINGS_OF_AWS = 'names settings of AWS and commands, which have no other names';
const NUMBERS = 'numbers under fixed names, as in --json';

/**
 * The options that every verb takes, or why one does not. A new verb is in the list of verbs, so it has all of them or a reason here;
 * a reason for what a verb does take fails as well.
 */
const WITHOUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '--quiet': {},
  '--json': { completion: 'a script for a shell is no answer' },
  '--at': {
    init: 'settings say no time',
    backtest: 'a series has its own times',
    redrive: ACTS,
    backfill: ACTS,
    cost: 'a month is a month',
    'silence add': ACTS,
    'silence expire': ACTS,
    ack: ACTS,
    'canary probes': ACTS,
    tail: 'shows what happens now',
    'config validate': 'settings say no time',
    'config schema': 'settings say no time',
    completion: 'a script',
    'notify-test': ACTS,
  },
  '--lang': {
    init: SETTINGS_OF_AWS,
    doctor: SETTINGS_OF_AWS,
    'config validate': SETTINGS_OF_AWS,
    'config schema': SETTINGS_OF_AWS,
    backtest: NUMBERS,
    cost: NUMBERS,
    backfill: NUMBERS,
    redrive: NUMBERS,
    'silence add': CONFIRMS,
    'silence expire': CONFIRMS,
    ack: CONFIRMS,
    'canary probes': SETTINGS_OF_AWS,
    completion: 'a script',
  },
  '--region': {
    backtest: NO_AWS,
    cost: NO_AWS,
    'config validate': NO_AWS,
    'config schema': NO_AWS,
    completion: NO_AWS,
  },
  '--profile': {
    backtest: NO_AWS,
    cost: NO_AWS,
    'config validate': NO_AWS,
    'config schema': NO_AWS,
    completion: NO_AWS,
  },
  '--stack': {
    init: NO_STACK,
    backtest: NO_AWS,
    cost: NO_AWS,
    'config validate': NO_AWS,
    'config schema': NO_AWS,
    completion: NO_AWS,
  },
};

const leaves = new Map<string, Command>();

beforeAll(async () => {
  for (const name of verbNames) {
    const verb = (await verbCommands([name])).find((one) => one.name() === name);
    if (verb === undefined) throw new Error(`no verb ${name}`);
    if (verb.commands.length === 0 || verb.registeredArguments.length > 0) leaves.set(name, verb);
    for (const nested of verb.commands) leaves.set(`${name} ${nested.name()}`, nested);
  }
});

const having = (long: string): string[] =>
  [...leaves].filter(([, leaf]) => leaf.options.some((one) => one.long === long)).map(([name]) => name);

it('every verb of the list is looked at', () => {
  expect(new Set([...leaves.keys()].map((name) => name.split(' ')[0]))).toEqual(new Set(verbNames));
});

it.each(Object.entries(WITHOUT))('%s, on every verb but those with a reason', (long, reasons) => {
  expect(having(long)).toEqual([...leaves.keys()].filter((name) => reasons[name] === undefined));
  expect(Object.keys(reasons).filter((name) => !leaves.has(name))).toEqual([]);
});

/** Verbs whose texts are in a file of another name. */
const FILES: Readonly<Record<string, string>> = {
  ack: 'silence',
  'incidents show': 'show-incident',
  replay: '../replay/run',
};

it('no verb that has no --lang loads texts in several languages', () => {
  const commands = join(import.meta.dirname, '../../cli/commands');
  const mute = [...leaves.keys()].filter(
    (name) => !having('--lang').includes(name) && !/^(?:silence|ack)\b/.test(name),
  );
  const speaks = mute.filter((name) => {
    const file = FILES[name] ?? name.split(' ')[0];
    return /\b(?:messagesIn|reportMessages|fillPage|\w+Words\[)/.test(
      readFileSync(join(commands, `${file}.ts`), 'utf8'),
    );
  });
  expect(speaks).toEqual([]);
});

it('--config, from the environment where it is not given', () => {
  const settings = [...leaves.values()].flatMap(({ options }) => options.filter(({ long }) => long === '--config'));
  expect(settings.length).toBeGreaterThan(5);
  expect(new Set(settings.map(({ envVar }) => envVar))).toEqual(new Set(['MTLS_WATCH_SETTINGS']));
});

it('each says the same in its help', () => {
  for (const long of ['--quiet', '--at', '--region', '--profile']) {
    const words = [...leaves.values()].flatMap(({ options }) => options.filter((one) => one.long === long));
    expect(new Set(words.map(({ description }) => description)).size).toBe(1);
  }
});

describe('--at', () => {
  it('is a clock that stands', () => {
    const clock = { now: () => 5 };
    expect(clockAt(undefined, clock).now()).toBe(5);
    expect(clockAt('2026-10-13T09:30:00+02:00', clock).now()).toBe(Date.parse('2026-10-13T07:30:00Z'));
  });

  it.each([
    ['audit', join(day, 'truststore.pem')],
    ['replay', join(day, 'logs')],
    ['expiry', join(day, 'logs')],
    ['report', join(day, 'logs'), '--out', 'out/never'],
    ['incidents', '--table', 't'],
    ['incidents', 'show', 'i', '--table', 't'],
    ['silence', 'list', '--table', 't'],
  ])('is refused before any work: %s', (...args) => {
    const { status, stderr } = run(...args, '--at', 'yesterday');
    expect([status, stderr]).toEqual([2, expect.stringMatching(/^error: --at got yesterday; expected an ISO time/)]);
  });
});

describe('--lang', () => {
  it('goes before the settings', () => {
    expect([languageOption(undefined, 'ja'), languageOption('en', 'ja')]).toEqual(['ja', 'en']);
  });

  it('of replay, in the language that is asked for', () => {
    const args = ['replay', join(day, 'logs/2026-10-13/partners-execution-afternoon.gz')];
    const [english, japanese] = [run(...args, '--quiet'), run(...args, '--lang', 'ja', '--quiet')];
    expect([english.status, japanese.status]).toEqual([0, 0]);
    expect(english.stdout).not.toMatch(/\p{Script=Han}/u);
    expect(japanese.stdout).toMatch(/\p{Script=Han}/u);
  });

  it.each([
    ['audit', join(day, 'truststore.pem')],
    ['expiry', part, '--truststore', join(day, 'truststore.pem'), '--within', '5000'],
    ['preflight', part, '--truststore', join(day, 'truststore-updated.pem'), '--current', join(day, 'truststore.pem')],
  ])('changes the words and nothing else: %s', (...args) => {
    const at = ['--at', '2026-10-13T09:30:00Z'];
    const [english, japanese] = [run(...args, ...at), run(...args, ...at, '--lang', 'ja')];
    expect(japanese.status).toBe(english.status);
    expect(japanese.stdout).toMatch(/\p{Script=Han}/u);
    const facts = (text: string) => text.match(/CN=[\w.-]+|\d{4}-\d\d-\d\d/g)?.sort();
    expect(facts(japanese.stdout)).toEqual(facts(english.stdout));
    expect(run(...args, ...at, '--json', '--lang', 'ja').stdout).toBe(run(...args, ...at, '--json').stdout);
  });

  it.each([
    ['replay', join(day, 'logs')],
    ['report', join(day, 'logs'), '--out', 'out/never'],
    ['notify-test', '--topic', 'arn:aws:sns:eu-central-1:111122223333:t'],
    ['audit', join(day, 'truststore.pem')],
    ['incidents', '--table', 't'],
    ['incidents', 'show', 'i', '--table', 't'],
    ['silence', 'list', '--table', 't'],
    ['expiry', join(day, 'logs')],
    ['preflight', join(day, 'logs'), '--truststore', join(day, 'truststore.pem')],
  ])('is refused before any work: %s', (...args) => {
    const { status, stderr } = run(...args, '--lang', 'fr');
    expect([status, stderr]).toEqual([2, 'error: --lang got fr; expected en or ja\n']);
  });
});
