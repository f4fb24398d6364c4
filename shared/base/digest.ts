/**
 * Short ids for names that are long, unbounded or chosen by a client: 128 bits of SHA-256, so that nobody can construct
 * two inputs with the same id. The parts are encoded as JSON, so that different lists of parts never give the same
 * input.
 */

import { hash } from 'node:crypto';

/** 22 characters of base64url. */
export function digest(...parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}

/**
 * The same 128 bits as four numbers, for tables with a million entries. The first is never 0, so that 0 can mark an
 * empty place.
 */
export function digestWords(...parts: readonly (string | number)[]): Int32Array {
  const bytes = hash('sha256', JSON.stringify(parts), 'buffer');
  return Int32Array.of(bytes.readInt32LE(0) || 1, bytes.readInt32LE(4), bytes.readInt32LE(8), bytes.readInt32LE(12));
}
