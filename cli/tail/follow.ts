/**
 * Follows log groups: with Live Tail if available, else by polling. Each poll goes a little further back than the last
 * one, to find events that arrive late; each event is yielded once.
 */

import { messageOf } from '../../shared/base/errors.js';
import type { Clock } from '../../shared/ports/index.js';
import type { LogSearch, SearchableGroup, SearchedEvent } from '../../shared/ports/log-search.js';
import { tailBounds } from './bounds.js';

export interface Following {
  readonly logs: Pick<LogSearch, 'page' | 'tail'>;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** For messages other than refusals, such as that Live Tail is not available. */
  readonly note: (text: string) => void;
  readonly stop: AbortSignal;
  /** Whether to poll without trying Live Tail. */
  readonly pollOnly: boolean;
}

/** @throws MtlsWatchError `logs-unavailable` if the groups cannot be searched either */
export async function* follow(
  groups: readonly SearchableGroup[],
  pattern: string,
  following: Following,
): AsyncGenerator<readonly SearchedEvent[]> {
  const { logs, clock, sleep, note, stop, pollOnly } = following;
  // Events between two sessions are searched for when the next one begins or fails.
  let from = clock.now();
  while (!pollOnly && !stop.aborted) {
    const startedAt = clock.now();
    let hasBegun = false;
    try {
      for await (const events of logs.tail(groups, pattern, stop)) {
        hasBegun = true;
        from = clock.now();
        if (events.length > 0) yield events;
      }
    } catch (error) {
      if (stop.aborted) return;
      // A session ends after three hours; if it never began, polling is used instead.
      if (!hasBegun) {
        note(`Live Tail is not to be had (${messageOf(error)}); looking every ${tailBounds.pollMs / 1000} seconds\n`);
        break;
      }
    }
    if (!hasBegun) break;
    if (clock.now() - startedAt < tailBounds.pollMs) await sleep(tailBounds.pollMs);
  }
  yield* poll(groups, pattern, from, following);
}

async function* poll(
  groups: readonly SearchableGroup[],
  pattern: string,
  startedAt: number,
  { logs, clock, sleep, stop }: Following,
): AsyncGenerator<readonly SearchedEvent[]> {
  const isNew = remembered(tailBounds.idsMax);
  let lookedAt = startedAt;
  while (!stop.aborted) {
    const now = clock.now();
    const from = Math.max(startedAt, lookedAt - tailBounds.overlapMs);
    for (const { name } of groups) {
      let token: string | null = null;
      do {
        const page: Awaited<ReturnType<LogSearch['page']>> = await logs.page(
          // The clock of the log events may be ahead.
          { logGroup: name, pattern, from, to: now + tailBounds.overlapMs },
          token,
        );
        const fresh = page.events.filter(({ logStream, id, timestamp, message }) =>
          isNew(JSON.stringify([name, logStream, id ?? [timestamp, message]])),
        );
        if (fresh.length > 0) yield fresh;
        token = page.next;
      } while (token !== null && !stop.aborted);
    }
    lookedAt = now;
    await sleep(tailBounds.pollMs);
  }
}

/** Whether a text occurs for the first time among the last `most` at least. */
function remembered(most: number): (text: string) => boolean {
  let recent = new Set<string>();
  let older = new Set<string>();
  return (text) => {
    if (recent.has(text) || older.has(text)) return false;
    if (recent.size >= most) {
      older = recent;
      recent = new Set();
    }
    recent.add(text);
    return true;
  };
}
