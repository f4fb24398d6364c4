/** Client certificates in recorded access logs, of accepted and refused requests, for `preflight` and `expiry`. */

import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import { formatOfGroup } from '../../shared/logs/record-format.js';
import { warning } from '../terminal/notes.js';
import { progressBar } from '../terminal/progress.js';
import type { Live } from './live/options.js';
import { type Observed, observe } from './observe.js';
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
