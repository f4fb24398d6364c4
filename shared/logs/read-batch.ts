/**
 * Reads a batch, and loads the readers of unusual records when the first one comes. A batch that needs one is then read again
 * as a whole, so that none of its records is read differently for having come early.
 */

import { lazily } from '../base/lazily.js';
import type { LogBatch, Parsed } from '../model/index.js';
import type { FormatsByLogGroup } from './formats-by-group.js';
import { type DomainsByApi, type LateReaders, LateReadersNeeded } from './log-source.js';
import { parseWith } from './parse.js';

const loadLate = lazily(() => import('./late-readers.js'));
let late: LateReaders | null = null;

/**
 * @param byAccount whether scopes, APIs and request ids get their account in front
 * @throws where the late readers are needed and cannot be loaded: the batch fails, and is delivered again
 */
export async function readBatch(
  batch: LogBatch,
  domains: DomainsByApi = {},
  byAccount = false,
  formats: FormatsByLogGroup = {},
): Promise<Parsed> {
  try {
    return parseWith(late, batch, domains, byAccount, formats);
  } catch (error) {
    if (!(error instanceof LateReadersNeeded)) throw error;
  }
  late = await loadLate();
  return parseWith(late, batch, domains, byAccount, formats);
}
