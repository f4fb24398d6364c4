/**
 * Options that mean the same on every verb: `--at` where the answer depends on the time, `--lang` where texts have a language, `--stack`
 * where a stack has the settings.
 */

import { type Command, Option } from 'commander';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import type { Config } from '../../shared/config/settings.js';
import { SETTINGS_VARIABLE } from '../../shared/config/written-settings.js';
import type { Clock } from '../../shared/ports/index.js';
import { withAccount } from './account.js';

type Language = Config['language'];

const languages: readonly Language[] = ['en', 'ja'];

/** @param what the settings are for; without the option, a variable of the environment names the file. */
export function configOption(what: string): Option {
  return new Option('--config <file>', what).env(SETTINGS_VARIABLE);
}

/**
 * `--stack` of a verb that reads logs: the settings that the functions of a deployed stack run with.
 * @param more what else the verb takes from there
 */
export function withStackSettings(command: Command, more = ''): Command {
  return withAccount(
    command.option('--stack <name>', `with the settings and truststores of this deployed stack${more}`),
  );
}

export function withAt(command: Command): Command {
  return command.option('--at <time>', 'answer as at this ISO time instead of now');
}

/**
 * The value of `--at`; now, where there is none.
 * @throws MtlsWatchError `usage`
 */
export function timeOption(text: string | undefined, clock: Clock): number {
  return text === undefined ? clock.now() : isoTime('--at', text);
}

/** The time in an option. @throws MtlsWatchError `usage` */
export function isoTime(option: string, text: string): number {
  const at = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(at)) return at;
  throw new MtlsWatchError(
    'usage',
    `${option} got ${clean(text, 80)}; expected an ISO time such as 2026-06-15 or 2026-06-15T08:30:00Z`,
  );
}

/** A clock that stands at `--at`. @throws MtlsWatchError `usage` */
export function clockAt(text: string | undefined, clock: Clock): Clock {
  if (text === undefined) return clock;
  const at = timeOption(text, clock);
  return { now: () => at };
}

/** @param fallback the language without the option, in words */
export function withLanguage(command: Command, fallback = 'that of the settings'): Command {
  return command.option('--lang <language>', `${languages.join(' or ')}; default: ${fallback}`);
}

/** The value of `--lang`. @throws MtlsWatchError `usage` */
export function languageOption(text: string | undefined, fallback: Language): Language {
  if (text === undefined) return fallback;
  const language = languages.find((one) => one === text);
  if (language !== undefined) return language;
  throw new MtlsWatchError('usage', `--lang got ${clean(text, 80)}; expected ${languages.join(' or ')}`);
}
