/**
 * Sends what the outbox holds: publish, then clear. A crash between the two publishes again, under the same notice id;
 * a notice that cannot be published stays for the next sweep. It holds back the later notices of its own incident, or a
 * resolve could overtake its trigger, and no others.
 */

import { MtlsWatchError } from './errors.js';
import { limits } from './limits.js';
import type { World } from './ports/index.js';

/**
 * @returns how many notices were sent
 * @throws MtlsWatchError `publish-failed` (retryable) after all were tried, when any failed
 */
export async function deliver({ stores, publisher }: World): Promise<number> {
  const failures: unknown[] = [];
  const heldBack = new Set<string>();
  let sent = 0;
  for (const notice of await stores.outbox.pending(limits.noticesPerRunMax)) {
    if (heldBack.has(notice.incidentId)) continue;
    try {
      await publisher.publish(notice);
      await stores.outbox.clear(notice.noticeId);
      sent++;
    } catch (error) {
      failures.push(error);
      heldBack.add(notice.incidentId);
    }
  }
  if (failures.length > 0) {
    throw new MtlsWatchError('publish-failed', `${failures.length} notice(s) stay in the outbox`, {
      cause: new AggregateError(failures),
      retryable: true,
    });
  }
  return sent;
}
