/**
 * Short names for things whose own names are long, unbounded or chosen by a client. 128 bits of SHA-256, so that nobody
 * can make two of them collide; the parts are written as JSON, so that no part can pretend to be two.
 */

import { hash } from 'node:crypto';
import type { GroupKey } from './model.js';

/** 22 characters of base64url. */
export function digest(...parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}

/** The same 128 bits as a text of 16 bytes that nobody reads: for sets of a million, in which a cut text would keep all of it. */
export function compactDigest(...parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'buffer').toString('latin1', 0, 16);
}

/** A short, stable name of a group, for keys and ids. */
export function groupId({ scope, issuerDn, reason }: GroupKey): string {
  return digest('group', scope, issuerDn, reason);
}
