/** Client certificates in recorded access logs, of accepted and refused requests, for `preflight` and `expiry`. */

import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import { formatOfGroup } from '../../shared/logs/record-format.js';
import type { ObservedClient } from '../../shared/x509/observed.js';
import { warning } from '../terminal/notes.js';
import { progressBar } from '../terminal/progress.js';
import type { Live } from './live/options.js';
import { type Observed, observe, type Unjudged } from './observe.js';
import { readInputs } from './read.js';
import { deduplicator } from './seen.js';

/** @throws MtlsWatchError `unreadable-input`; a single file that cannot be read is reported on standard error */
export async function* observeClients(
  inputs: readonly string[],
  live: Live | null = null,
  format?: string | FormatsByLogGroup,
): AsyncGenerator<Observed> {
  const formats = typeof format === 'string' ? { '*': format } : (format ?? live?.found.accessLogFormats ?? {});
  const isNew = deduplicator();
  const bar = progressBar(process.stderr);
  for await (const item of readInputs(inputs, { live: live?.items ?? null, formats })) {
    if (item.kind === 'problem') warning(`${item.file}: ${item.detail}`);
    if (item.kind === 'searched') bar.searched(item.done, item.total);
    if (item.kind !== 'batch') continue;
    for (const event of item.batch.events) {
      const observed = isNew(item.batch, event.id) ? observe(event, formatOfGroup(formats, item.batch.logGroup)) : null;
      if (observed !== null) yield observed;
    }
    for (const _ of item.batch.malformed) yield { unjudged: 'damaged' };
  }
}

/** Numbers of requests, and of records that may be requests, by the reason why they are not judged. */
export type NotJudged = Readonly<Record<Unjudged, number>>;

/** Counts what is not judged, and passes the clients on. */
export async function collectClients(
  observed: AsyncIterable<Observed>,
  add: (client: ObservedClient) => void,
): Promise<NotJudged> {
  const counts = { 'without-certificate': 0, 'none-presented': 0, unreadable: 0, damaged: 0 };
  for await (const one of observed) {
    if ('unjudged' in one) counts[one.unjudged] += 1;
    else add(one);
  }
  return counts;
}
