/** Who was let in before anything was delivered, as the table of the stack keeps it of exported logs; for `expiry`. */

import { messageOf } from '../../shared/base/errors.js';
import type { PastCaller, Stores } from '../../shared/ports/index.js';
import { warning } from '../terminal/notes.js';
import { type StackOptions, storesHere } from './stack.js';

/** Undefined where no stack was asked; null where its table cannot be read. */
export type KeptCallers = readonly PastCaller[] | null | undefined;

/**
 * Needs `dynamodb:Query` on the table.
 * @param isAlone whether no logs are read beside: then nothing is known without the table
 * @throws MtlsWatchError `usage`, errors of AWS, where `isAlone`
 */
export async function keptCallers(
  { stack }: StackOptions,
  isAlone: boolean,
  storesOf: (options: StackOptions) => Promise<Pick<Stores, 'callers'>> = storesHere,
  warn: (text: string) => void = warning,
): Promise<KeptCallers> {
  if (stack === undefined) return undefined;
  try {
    return await (await storesOf({ stack })).callers.all();
  } catch (error) {
    if (isAlone) throw error;
    warn(`who was let in according to exported logs is not known: ${messageOf(error)}`);
    return null;
  }
}
