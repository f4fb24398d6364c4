/** `mtls-watch init`: writes the settings that watch the custom domains with mutual TLS of this account and Region. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import * as z from 'zod';
import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { expectedWords, issuesText } from '../../shared/base/zod.js';
import { arePlaceholdersAllowed, refusePlaceholders } from '../../shared/config/placeholders.js';
import { parseConfig } from '../../shared/config/settings.js';
import { SETTINGS_VARIABLE } from '../../shared/config/written-settings.js';
import { watchedSettings } from '../../shared/discovery/settings.js';
import type { FoundAccount } from '../../shared/model/account.js';
import { discoveryHere } from '../deployed/account.js';
import { withAccount } from '../terminal/account.js';
import { note } from '../terminal/notes.js';
import { statusLine } from '../terminal/progress.js';
import { jsonLine, type Output } from '../terminal/table.js';

interface Options {
  readonly domain?: string[];
  readonly email?: string[];
  readonly runbooks?: string;
  readonly file: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

export function initCommand(output: Output = process.stdout, notes: Output = { write: note }): Command {
  return withAccount(new Command('init'))
    .option('--domain <name...>', 'custom domains to watch; default: all with mutual TLS')
    .option('--email <address...>', 'whom to mail')
    .option('--runbooks <url>', 'where the pages of runbooks/ are served')
    .addOption(
      new Option(
        '--file <file>',
        'what gets them: a cdk.json, or a file of settings, which is made where there is none',
      )
        .env(SETTINGS_VARIABLE)
        .default('cdk.json'),
    )
    .option('--write', 'write them into the file; default: print them')
    .option('--json', 'print the answer as one line of JSON')
    .action(async (options: Options) => {
      const status = statusLine(process.stderr);
      const { discovery } = await discoveryHere(status.say);
      const found = await discovery.find(options.domain ?? []).finally(status.stop);
      process.exitCode = init(found, options, output, notes);
    });
}

/** @returns 0 done, 1 no domain with mutual TLS was found */
export function init(found: FoundAccount, options: Options, output: Output, notes: Output): number {
  for (const { what, why } of found.unreadable) notes.write(`not read: ${clean(what, 200)}: ${clean(why, 200)}\n`);
  const names = [...found.domains, ...found.doors].map(({ name }) => name);
  const known = [...names, ...found.doors.flatMap(({ id, hosts }) => [id, ...hosts])];
  const missing = (options.domain ?? []).filter((name) => !known.includes(name));
  if (names.length === 0 || missing.length > 0) {
    const which =
      missing.length > 0
        ? missing.map((name) => clean(name, 255)).join(', ')
        : 'no custom domain, distribution or load balancer';
    notes.write(
      `${missing.length > 0 ? `${which}: no such custom domain, distribution or load balancer` : which} with mutual TLS in account ${found.accountId}, ${found.region}; expected one, with its truststore: check AWS_REGION and the profile\n`,
    );
    return 1;
  }
  const { settings, whole } = readTarget(options.file);
  const next = {
    ...settings,
    ...watchedSettings(found),
    ...(options.email === undefined ? {} : { alertEmails: options.email }),
    ...(options.runbooks === undefined ? {} : { runbooks: { ...settings.runbooks, baseUrl: options.runbooks } }),
  };
  parseConfig(next, 'what init would write');
  if (!arePlaceholdersAllowed(process.env)) {
    refusePlaceholders(
      next,
      'what init would write',
      'Name them with --email ADDRESS and --runbooks URL, or correct the file.',
    );
  }
  if (options.write === true) {
    writeFileSync(options.file, `${JSON.stringify(whole(next), null, 2)}\n`);
  }
  const written = options.write === true ? options.file : null;
  if (options.json === true) output.write(jsonLine({ type: 'settings', written, watches: names, settings: next }));
  else if (written === null) output.write(`${JSON.stringify(next, null, 2)}\n`);
  else output.write(`${written} watches ${names.map((name) => clean(name, 255)).join(', ')}\n`);
  return 0;
}

const settingsSchema = z.looseObject({ runbooks: z.looseObject({}).optional() });

const appSchema = z.looseObject({
  context: z.looseObject({ mtlsWatch: settingsSchema.default({}) }).prefault({}),
});

interface Target {
  readonly settings: z.output<typeof settingsSchema>;
  /** The content of the file with other settings. */
  readonly whole: (settings: object) => object;
}

const IN_WORDS = { error: expectedWords };

/** @throws MtlsWatchError `unreadable-input` */
function readTarget(file: string): Target {
  try {
    // A `cdk.json` that is not there is a wrong folder.
    const value: unknown =
      existsSync(file) || basename(file) === 'cdk.json' ? JSON.parse(readFileSync(file, 'utf8')) : {};
    if (basename(file) !== 'cdk.json' && !isApp(value)) {
      return { settings: settingsSchema.parse(value, IN_WORDS), whole: (settings) => settings };
    }
    const app = appSchema.parse(value, IN_WORDS);
    return {
      settings: app.context.mtlsWatch,
      whole: (mtlsWatch) => ({ ...app, context: { ...app.context, mtlsWatch } }),
    };
  } catch (error) {
    const why = error instanceof z.ZodError ? issuesText(error.issues, 'the whole file') : messageOf(error);
    throw new MtlsWatchError(
      'unreadable-input',
      `${file} is no CDK app and no file of settings: ${why.split('\n')[0]}; expected the cdk.json of mtls-watch, or settings as JSON`,
      { cause: error },
    );
  }
}

function isApp(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('app' in value || 'context' in value);
}
