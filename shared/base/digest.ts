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
