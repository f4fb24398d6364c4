/** What a user reads when a verb fails, and its exit code. Nobody is shown a stack trace unless they ask for it. */

import { debuglog } from 'node:util';
import { CommanderError } from 'commander';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import { accountCure } from './account.js';

const debug = debuglog('mtls-watch');

const MESSAGE_CHARS_MAX = 2_000;

/** Prints what went wrong. @returns 0 where nothing did, as after `--help`; 1 for a "no"; 2 for everything else */
export function reportFailure(error: unknown, write: (text: string) => unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  debug('%o', error);
  if (error instanceof MtlsWatchError) {
    write(`error: ${withCure(error)}\n`);
    return error.code === 'not-found' ? 1 : 2;
  }
  write(`error: ${oneLine(error)}${cureOf(error)}\n`);
  return 2;
}

/** A reader that stops, such as `head`, ends the process without a word: what it wanted was written. */
export function endWithReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? (process.exitCode ?? 0) : reportFailure(error, () => {}));
  });
}

/** An error that comes of missing credentials says what to do about those, whatever else it would say. */
function withCure(error: MtlsWatchError): string {
  const cure = accountCure(error);
  if (cure === null) return error.message;
  const message = error.message.replace('CredentialsProviderError: ', '').replace(/; expected [^;]*$/, '');
  return `${message}; ${cure}`;
}

function oneLine(error: unknown): string {
  if (!(error instanceof Error)) return clean(String(error), MESSAGE_CHARS_MAX);
  const name = ['Error', 'AggregateError', 'CredentialsProviderError'].includes(error.name) ? '' : `${error.name}: `;
  const inner = error instanceof AggregateError ? error.errors.map(String).join('; ') : error.message;
  return clean((name + (error.message || inner)).replace(/\s+/g, ' ').trim(), MESSAGE_CHARS_MAX);
}

/** What to do, for failures that come from outside; the rest are faults of the program itself. */
function cureOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const cure = accountCure(error);
  if (cure !== null) return `; ${cure}`;
  if (/^region not accepted/i.test(error.message)) return '; expected a Region such as eu-central-1';
  if ('$metadata' in error || ('code' in error && typeof error.code === 'string')) return '';
  return '; this is a fault of mtls-watch itself. With NODE_DEBUG=mtls-watch it says where';
}
