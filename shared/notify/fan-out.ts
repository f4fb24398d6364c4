/**
 * Several channels as one publisher. If a channel fails, the others still send. The outbox retries every minute, and a
 * retry goes only to the channels that have not sent the notice yet, as far as this container remembers.
 */

import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Publisher } from '../ports/index.js';

/** @throws MtlsWatchError `publish-failed` (retryable) after all channels were tried, if any failed */
export function fanOut(channels: readonly Publisher[]): Publisher {
  const [only, another] = channels;
  if (only !== undefined && another === undefined) return only;
  const sent = new Set<string>();
  return {
    publish: async (notice) => {
      const tries = channels.map(async (channel, index) => {
        const key = `${index} ${notice.noticeId}`;
        if (sent.has(key)) return;
        await channel.publish(notice);
        const [oldest] = sent;
        if (sent.size >= limits.sentRememberedMax && oldest !== undefined) sent.delete(oldest);
        sent.add(key);
      });
      const failures = (await Promise.allSettled(tries)).flatMap((one) =>
        one.status === 'rejected' ? [one.reason as unknown] : [],
      );
      if (failures.length === 0) return;
      throw new MtlsWatchError(
        'publish-failed',
        `${failures.length} of ${channels.length} channels did not take notice ${notice.noticeId}`,
        { cause: failures.length === 1 ? failures[0] : new AggregateError(failures), retryable: true },
      );
    },
  };
}
