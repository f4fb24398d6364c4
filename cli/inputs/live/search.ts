/**
 * Searches log groups for the events that mtls-watch would have received: the period is divided into slices, of which a
 * few are searched in parallel with the patterns of the subscription filters. Yields the same items as files do.
 */

import { commandLimits } from '../../../shared/base/command-limits.js';
import { MINUTE_MS } from '../../../shared/base/time.js';
import type { LogQuery, LogSearch, SearchedEvent } from '../../../shared/ports/log-search.js';
import type { InputItem } from '../item.js';
import { eventWindow } from '../window.js';
import { merge } from './merge.js';
import type { SearchState, TimeRange } from './state.js';

/** A log group and a filter pattern; null for all events. */
export interface SearchTarget {
  readonly logGroup: string;
  readonly pattern: string | null;
}

/** A slice has one of these lengths, so that it begins and ends at round times. */
const SLICE_MINUTES = [15, 60, 6 * 60, 24 * 60, 7 * 24 * 60] as const;

/** One search for each target and slice of the period, the earliest first. */
export function slicesOf(targets: readonly SearchTarget[], { from, to }: TimeRange): readonly LogQuery[] {
  const perSlice = Math.max(1, targets.length);
  const minutes =
    SLICE_MINUTES.find((each) => ((to - from) / (each * MINUTE_MS)) * perSlice <= commandLimits.liveSlicesMax) ??
    Math.ceil(((to - from) / MINUTE_MS / commandLimits.liveSlicesMax) * perSlice);
  const sliceMs = minutes * MINUTE_MS;
  const slices: LogQuery[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / sliceMs) + 1) * sliceMs);
    slices.push(...targets.map((target) => ({ ...target, from: start, to: end })));
    start = end;
  }
  return slices;
}

/** @throws MtlsWatchError `logs-unavailable`; the results so far are in the state file, if there is one */
export async function* searchLogs(
  targets: readonly SearchTarget[],
  range: TimeRange,
  logs: Pick<LogSearch, 'page'>,
  state: SearchState | null,
): AsyncGenerator<InputItem> {
  const slices = slicesOf(targets, state?.range ?? range);
  const open = [...slices.keys()].filter((index) => state?.done.has(index) !== true);
  let done = slices.length - open.length;
  const progress = (): InputItem => ({ kind: 'searched', done, total: slices.length });
  yield progress();
  const silent = new Set(targets.flatMap(({ logGroup, pattern }) => (pattern === null ? [] : [logGroup])));
  const heard = (events: readonly SearchedEvent[]) => {
    for (const { logGroup } of events) silent.delete(logGroup);
    return batchesOf(events);
  };
  if (state !== null) for await (const events of state.saved()) yield* heard(events);
  const tasks = open.flatMap((index) => {
    const query = slices[index];
    if (query === undefined) return [];
    return async function* (): AsyncGenerator<readonly SearchedEvent[]> {
      for await (const events of pagesOf(query, logs)) {
        if (events.length === 0) continue;
        await state?.save(index, events);
        yield events;
      }
      await state?.finish(index);
      done += 1;
      yield [];
    };
  });
  for await (const events of merge(tasks, commandLimits.liveSearchesAtOnce)) {
    yield* heard(events);
    yield progress();
  }
  for (const logGroup of silent)
    yield* batchesOf(await sampleOf({ ...(state?.range ?? range), logGroup, pattern: null }, logs));
}

/** A few events of a log group in which nothing was found: "nobody was refused" requires readable events. */
async function sampleOf(query: LogQuery, logs: Pick<LogSearch, 'page'>): Promise<readonly SearchedEvent[]> {
  const few = { ...query, limit: commandLimits.liveSampleEvents };
  for await (const events of pagesOf(few, logs, commandLimits.liveSamplePagesMax)) if (events.length > 0) return events;
  return [];
}

async function* pagesOf(
  query: LogQuery,
  logs: Pick<LogSearch, 'page'>,
  most = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly SearchedEvent[]> {
  let token: string | null = null;
  for (let n = 0; n < most && (n === 0 || token !== null); n++) {
    const { events, next }: Awaited<ReturnType<LogSearch['page']>> = await logs.page(query, token);
    yield events;
    token = next;
  }
}

/** The events of one page, by stream. */
export function batchesOf(events: readonly SearchedEvent[]): InputItem[] {
  const items: InputItem[] = [];
  const window = eventWindow('', (batch) => items.push({ kind: 'batch', batch }));
  for (const event of events) window.add(event);
  window.flush();
  return items;
}
