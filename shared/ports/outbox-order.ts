/** The order in which notices are returned. Pure; both adapters use it. */

import { compareTexts } from '../base/text.js';
import type { Notice } from '../model/index.js';

export interface PendingNotice {
  readonly notice: Notice;
  /** Identifies the group of the notice's incident. */
  readonly groupId: string;
  /** The version of the incident that the notice reports. */
  readonly version: number;
}

/**
 * Oldest first, by `at`, then by `noticeId`, so that the order does not depend on the store. A notice never comes
 * before an earlier one of its own incident, even if their times say so: clocks differ, versions do not.
 */
export function inSendingOrder<T extends PendingNotice>(pending: readonly T[]): T[] {
  const latest = new Map<string, SortKey>();
  return [...pending]
    .sort((a, b) => a.version - b.version)
    .map((one) => {
      const own = { time: Date.parse(one.notice.at), noticeId: one.notice.noticeId };
      const before = latest.get(one.groupId);
      const sortKey = before !== undefined && compareSortKeys(before, own) > 0 ? before : own;
      latest.set(one.groupId, sortKey);
      return { one, sortKey };
    })
    .sort((a, b) => compareSortKeys(a.sortKey, b.sortKey))
    .map(({ one }) => one);
}

/**
 * The order for sending: incidents without any attempt come first, because otherwise notices to a topic that does not
 * exist any more would take all attempts. The notices of one incident stay together.
 */
export function inTryingOrder<T extends PendingNotice & { readonly isTried: boolean }>(due: readonly T[]): T[] {
  const tried = new Set(due.filter(({ isTried }) => isTried).map((one) => one.groupId));
  const ordered = inSendingOrder(due);
  return [...ordered.filter((one) => !tried.has(one.groupId)), ...ordered.filter((one) => tried.has(one.groupId))];
}

interface SortKey {
  readonly time: number;
  readonly noticeId: string;
}

function compareSortKeys(a: SortKey, b: SortKey): number {
  if (a.time !== b.time) return a.time - b.time;
  return compareTexts(a.noticeId, b.noticeId);
}
