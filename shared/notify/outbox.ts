/**
 * Sends what the outbox holds: take in hand, publish, clear. Invocations that run at the same time see the same notices,
 * and only the one that has a notice in hand sends it. A crash between publish and clear publishes again, under the same
 * notice id; a notice that cannot be published is put off, each time for as long as it has waited, so that a topic that is
 * gone costs the others nothing. A notice that stays, or is in other hands, holds back the later ones of its own incident,
 * or a resolve could overtake its trigger, and no others.
 */

import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Notice } from '../model/index.js';
import type { World } from '../ports/index.js';

/**
 * @returns how many notices were sent
 * @throws MtlsWatchError `publish-failed` (retryable) after all were tried, if any failed
 */
export async function deliver({ stores, publisher, clock }: World): Promise<number> {
  const failures: unknown[] = [];
  const heldBack = new Set<string>();
  let sent = 0;
  for (const notice of await stores.outbox.due(clock.now(), limits.noticesPerRunMax)) {
    if (heldBack.has(notice.incidentId)) continue;
    const now = clock.now();
    if (!(await stores.outbox.take(notice.noticeId, now, now + limits.sendingMsMax))) {
      heldBack.add(notice.incidentId);
      continue;
    }
    try {
      await publisher.publish(notice);
      await stores.outbox.clear(notice.noticeId);
      sent++;
    } catch (error) {
      failures.push(error);
      heldBack.add(notice.incidentId);
      // If this fails too, the notice stays claimed until its time is over, and is found again then.
      await stores.outbox.putOff(notice.noticeId, nextTry(notice, clock.now())).catch((late) => failures.push(late));
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

function nextTry({ at }: Notice, now: number): number {
  const waited = now - Date.parse(at);
  return now + Math.min(limits.putOffMsMax, Math.max(limits.putOffMsMin, waited));
}
