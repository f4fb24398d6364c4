/**
 * Follows log groups: with Live Tail where it is to be had, else by looking again and again. Events that come late, after
 * those with a later time, are found by looking back a little each time; each is yielded once.
 */

import { messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import type { Clock } from '../../shared/ports/index.js';
import type { LogSearch, SearchableGroup, SearchedEvent } from '../../shared/ports/log-search.js';

export interface Following {
  readonly logs: Pick<LogSearch, 'page' | 'tail'>;
  readonly clock: Clock;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** For what is no refusal: that Live Tail is not to be had. */
  readonly note: (text: string) => void;
  readonly stop: AbortSignal;
  /** Whether Live Tail is not even tried. */
  readonly pollOnly: boolean;
}

/** @throws MtlsWatchError `logs-unavailable` where the groups cannot be searched either */
export async function* follow(
  groups: readonly SearchableGroup[],
  pattern: string,
  following: Following,
): AsyncGenerator<readonly SearchedEvent[]> {
  const { logs, clock, sleep, note, stop, pollOnly } = following;
  // What comes between two sessions is looked up when the next one begins, or does not.
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
      // A session ends after three hours; one that never began will not begin the next time.
      if (!hasBegun) {
        note(`Live Tail is not to be had (${messageOf(error)}); looking every ${limits.tailPollMs / 1000} seconds\n`);
        break;
      }
    }
    if (!hasBegun) break;
    if (clock.now() - startedAt < limits.tailPollMs) await sleep(limits.tailPollMs);
  }
  yield* poll(groups, pattern, from, following);
}

async function* poll(
  groups: readonly SearchableGroup[],
  pattern: string,
  startedAt: number,
  { logs, clock, sleep, stop }: Following,
): AsyncGenerator<readonly SearchedEvent[]> {
  const isNew = remembered(limits.tailIdsMax);
  let lookedAt = startedAt;
  while (!stop.aborted) {
    const now = clock.now();
    const from = Math.max(startedAt, lookedAt - limits.tailOverlapMs);
    for (const { name } of groups) {
      let token: string | null = null;
      do {
        const page: Awaited<ReturnType<LogSearch['page']>> = await logs.page(
          // A clock of theirs may be ahead of ours.
          { logGroup: name, pattern, from, to: now + limits.tailOverlapMs },
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
    await sleep(limits.tailPollMs);
  }
}

/** Whether a text comes for the first time, among the last `most` at least. */
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
