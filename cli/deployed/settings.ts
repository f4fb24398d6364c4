/** The settings of a verb: those of a file, those that a deployed stack runs with, or the defaults. */

import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { messageOf, unreadable, usage } from '../../shared/base/errors.js';
import { nearKey } from '../../shared/config/near-key.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import { settingsIn, type WrittenSettings } from '../../shared/config/written-settings.js';
import { nameOf, readWhole } from '../inputs/whole-file.js';
import { type Deployed, deployedHere, isOfStack, type StackOptions, type TableOptions } from './stack.js';

export interface SettingsOptions extends TableOptions {
  readonly config?: string;
}

/**
 * The settings of the stack that is named; null where none is.
 * @param command tells a file that was typed from one that the environment names for every verb
 * @throws MtlsWatchError `usage`, errors of AWS
 */
export async function settingsOfStack(
  options: StackOptions,
  command: Pick<Command, 'getOptionValueSource'>,
  read: () => Promise<Pick<Deployed, 'config'>> = () => deployedHere(options, 'no --stack'),
): Promise<Config | null> {
  if (options.stack === undefined) return null;
  if (command.getOptionValueSource('config') === 'cli')
    throw usage('expected --stack or --config, not both: each names all settings');
  return (await read()).config;
}

/**
 * The figures are in the table, whatever the settings are: where these cannot be read, `warn` is told what is missing, and the
 * defaults hold.
 */
export async function settingsHere(
  options: SettingsOptions,
  warn: (text: string) => void,
  read: () => Promise<Pick<Deployed, 'config'>> = () => deployedHere(options, '--config FILE'),
): Promise<Config> {
  if (options.config !== undefined) return readConfig(options.config);
  const missing = 'language, truststores and runbook addresses are the defaults';
  try {
    if (isOfStack(options)) return (await read()).config;
    warn(`a table tells nothing of the settings: ${missing}; expected --stack NAME in its place, or --config FILE`);
  } catch (error) {
    warn(`the settings of the stack cannot be read: ${messageOf(error)}: ${missing}; expected --config FILE`);
  }
  return readConfig(undefined);
}

/** @param format the value of `--format`, which then applies to all access logs */
export function withOneFormat(config: Config, format: string | undefined): Config {
  return format === undefined ? config : { ...config, accessLogFormats: { '*': format } };
}

/**
 * The settings of a file, or the defaults, for a verb that deploys nothing: where `runbooks` says no address of the pages, they are those
 * of the folder here.
 * @throws MtlsWatchError `unreadable-input`, `bad-config`
 */
export async function readConfig(file: string | undefined): Promise<Config> {
  const { settings, source } =
    file === undefined ? { settings: {}, source: 'the default configuration' } : await readSettings(file);
  const runbooks = runbooksWithoutPages(settings);
  if (runbooks === null) return parseConfig(settings, source, nearKey);
  const given = { ...(settings as object), runbooks: { ...runbooks, baseUrl: 'https://runbooks.invalid' } };
  const config = parseConfig(given, source, nearKey);
  return { ...config, runbooks: { ...config.runbooks, baseUrl: pathToFileURL('runbooks').href } };
}

/** What `runbooks` holds where it has no address; null where it has one, or is none. */
function runbooksWithoutPages(settings: unknown): object | null {
  const isObject = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(settings)) return null;
  const { runbooks = {} } = settings as { readonly runbooks?: unknown };
  return isObject(runbooks) && !Object.hasOwn(runbooks, 'baseUrl') ? runbooks : null;
}

/** All settings of a file, as they would be deployed. @throws MtlsWatchError `unreadable-input`, `bad-config` */
export async function readDeployable(file: string): Promise<Config> {
  const { settings, source } = await readSettings(file);
  return parseConfig(settings, source, nearKey);
}

/**
 * The settings as they are written in a file: alone, or in a `cdk.json`.
 * @throws MtlsWatchError `unreadable-input`
 */
export async function readSettings(file: string): Promise<WrittenSettings> {
  const name = nameOf(file);
  const text = (await readWhole(file, 'settings as JSON')).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(`cannot read the configuration ${name}: ${messageOf(error)}; expected JSON`, error);
  }
  return settingsIn(value, name);
}
