/**
 * Names in the settings that are reserved for examples (RFC 2606). A stack that is deployed with them mails nobody, and its
 * alerts link to nothing, so `init` and the CDK app refuse them.
 */

import { MtlsWatchError } from '../base/errors.js';

/** The host itself or one below it, but neither `my-example.com` nor `example.com.bank.test`. */
const RESERVED = /(?:^|[^a-z0-9-])example\.(?:com|net|org)(?![a-z0-9-]|\.[a-z0-9])/i;

/** Shown of one text. */
const CHARS_SHOWN = 80;

interface Placeholder {
  readonly key: string;
  readonly text: string;
}

function placeholdersIn(value: unknown, path: readonly string[] = []): Placeholder[] {
  if (typeof value === 'string') return RESERVED.test(value) ? [{ key: path.join('.'), text: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(RESERVED.test(key) && !Array.isArray(value) ? [{ key: path.join('.'), text: key }] : []),
    ...placeholdersIn(inner, [...path, key]),
  ]);
}

/** For tries that deploy nothing, such as a synth of the settings that the checkout brings. */
export function arePlaceholdersAllowed(env: Readonly<Record<string, string | undefined>>): boolean {
  return env.MTLS_WATCH_PLACEHOLDERS === 'allowed';
}

/**
 * @param settings as they are written, before defaults
 * @param cure what to do about it
 * @throws MtlsWatchError `bad-config`, with a line for each place
 */
export function refusePlaceholders(settings: unknown, source: string, cure: string): void {
  const found = placeholdersIn(settings);
  if (found.length === 0) return;
  const lines = found.map(
    ({ key, text }) => `  ${key}: got ${JSON.stringify(text.slice(0, CHARS_SHOWN))}; expected a name of your own`,
  );
  throw new MtlsWatchError(
    'bad-config',
    `${source} still has ${found.length} placeholder(s): example.com, .net and .org belong to nobody\n${lines.join('\n')}\n${cure}`,
  );
}
