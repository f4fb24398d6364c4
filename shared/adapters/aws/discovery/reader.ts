/** Functions that all parts of discovery share: paginated lists, and calls whose refusal does not stop the rest. */

import pMap from 'p-map';
import { messageOf } from '../../../base/errors.js';
import { limits } from '../../../base/limits.js';
import { clean } from '../../../base/text.js';
import type { Unreadable } from '../../../model/account.js';

export interface Page<T> {
  readonly items: readonly T[] | undefined;
  readonly next: string | undefined;
}

export interface Reader {
  /** The answer; null if the call was refused, which is recorded under `what`. */
  read<T>(what: string, call: () => Promise<T>): Promise<T | null>;
  /** The same for details whose absence cannot hide a stage or a log. */
  readDetail<T>(what: string, call: () => Promise<T>): Promise<T | null>;
  readonly unreadable: readonly Unreadable[];
}

export function createReader(): Reader {
  const unreadable: Unreadable[] = [];
  const attempt = async <T>(what: string, call: () => Promise<T>, kind: Pick<Unreadable, 'isDetail'>) => {
    try {
      return await call();
    } catch (error) {
      unreadable.push({ what: clean(what, limits.unreadableCharsMax), why: reasonOf(error), ...kind });
      return null;
    }
  };
  return {
    unreadable,
    read: (what, call) => attempt(what, call, {}),
    readDetail: (what, call) => attempt(what, call, { isDetail: true }),
  };
}

/**
 * All items of a paginated list.
 * @throws Error if it has more pages than quotas allow
 */
export async function all<T>(page: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < limits.discoveryPagesMax; pages++) {
    const { items = [], next } = await page(token);
    found.push(...items);
    if (next === undefined || next === '') return found;
    token = next;
  }
  throw new Error(`the list has more than ${limits.discoveryPagesMax} pages`);
}

export function each<T, R>(items: Iterable<T>, look: (item: T) => Promise<R>): Promise<R[]> {
  return pMap(items, look, { concurrency: limits.discoveryConcurrencyMax });
}

/** Name and message of AWS's error. A refused HEAD request has a status only. */
export function reasonOf(error: unknown): string {
  const status = (error as { $metadata?: { httpStatusCode?: number } } | null)?.$metadata?.httpStatusCode;
  const name = error instanceof Error ? error.name : 'Error';
  const message = messageOf(error);
  const known = status === 403 ? 'access denied' : status === 404 ? 'not found' : null;
  const text = message === '' || message === 'UnknownError' ? (known ?? name) : `${name}: ${message}`;
  return clean(text, limits.unreadableCharsMax);
}
