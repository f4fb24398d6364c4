/** Options that every verb has, and that mean the same on each: --quiet, --json, --at, --lang. */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { clockAt, languageOption } from '../../cli/terminal/options.js';
import { verbCommands, verbNames } from '../../cli/verbs.js';

const day = join(import.meta.dirname, '../../sample/day');
const run = (...args: readonly string[]) => spawnSync(process.execPath, [inject('cli'), ...args], { encoding: 'utf8' });

/** What acts, or asks about no time: its answer is the same whatever the time is, or it is about this moment. */
const WITHOUT_TIME: Readonly<Record<string, string>> = {
  init: 'settings say no time',
  backtest: 'a series has its own times',
  redrive: 'acts now',
  backfill: 'acts now',
  cost: 'a month is a month',
  'silence add': 'acts now',
  'silence expire': 'acts now',
  ack: 'acts now',
  'canary probes': 'acts now',
  tail: 'shows what happens now',
  'config validate': 'settings say no time',
  'config schema': 'settings say no time',
  completion: 'a script',
  'notify-test': 'acts now',
};
/** A script for a shell is no answer. */
const WITHOUT_JSON = ['completion'];

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

it('--quiet, on every verb', () => {
  expect(having('--quiet')).toEqual([...leaves.keys()]);
});

it('--json, on every verb that answers', () => {
  expect(having('--json')).toEqual([...leaves.keys()].filter((name) => !WITHOUT_JSON.includes(name)));
});

it('--at, on every verb whose answer depends on the time', () => {
  expect(having('--at')).toEqual([...leaves.keys()].filter((name) => WITHOUT_TIME[name] === undefined));
});

/** Verbs whose texts are in a file of another name. */
const FILES: Readonly<Record<string, string>> = {
  ack: 'silence',
  'incidents show': 'show-incident',
  replay: '../replay/run',
};

it('--lang, on every verb that loads texts in several languages', () => {
  const commands = join(import.meta.dirname, '../../cli/commands');
  const speaks = [...leaves.keys()].filter((name) => {
    const file = FILES[name] ?? name.split(' ')[0];
    return /\b(?:messagesIn|reportMessages|fillPage)\b/.test(readFileSync(join(commands, `${file}.ts`), 'utf8'));
  });
  expect(speaks.length).toBeGreaterThan(2);
  expect(having('--lang')).toEqual(speaks);
});

it('--config, from the environment where it is not given', () => {
  const settings = [...leaves.values()].flatMap(({ options }) => options.filter(({ long }) => long === '--config'));
  expect(settings.length).toBeGreaterThan(5);
  expect(new Set(settings.map(({ envVar }) => envVar))).toEqual(new Set(['MTLS_WATCH_SETTINGS']));
});

it('each says the same in its help', () => {
  for (const long of ['--quiet', '--at']) {
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
    ['replay', join(day, 'logs')],
    ['report', join(day, 'logs'), '--out', 'out/never'],
    ['notify-test', '--topic', 'arn:aws:sns:eu-central-1:111122223333:t'],
  ])('is refused before any work: %s', (...args) => {
    const { status, stderr } = run(...args, '--lang', 'fr');
    expect([status, stderr]).toEqual([2, 'error: --lang got fr; expected en or ja\n']);
  });
});
