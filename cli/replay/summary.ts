/** Collects the totals for the summary of a replay while it is played. */

import { getOrInsert } from '../../shared/base/get-or-insert.js';
import { limits } from '../../shared/base/limits.js';
import { compareTexts } from '../../shared/base/text.js';
import { groupId } from '../../shared/model/group-id.js';
import type { GroupKey } from '../../shared/model/index.js';
import { reasonWords } from '../../shared/model/reason-words.js';
import type { ForbiddenCause } from '../../shared/model/reasons.js';
import type { FailureLog } from '../../shared/ports/index.js';
import { FIRST_DOOR } from '../../shared/report/doors.js';
import type { ReplaySummary } from '../../shared/schemas/lines.js';
import type { OnHour } from './play.js';

type Read = Pick<
  ReplaySummary,
  | 'accessRecords'
  | 'executionLines'
  | 'connectionRecords'
  | 'events'
  | 'rejected'
  | 'rejectedBy'
  | 'rejectedExamples'
  | 'recovered'
  | 'duplicates'
  | 'unreadableFiles'
>;

interface Sums {
  readonly add: OnHour;
  /** Gets every failure, because a fact has the text of one of them only. */
  readonly failureLog: FailureLog;
  readonly summary: (read: Read, notices: number) => ReplaySummary;
}

interface OfGroup {
  readonly group: GroupKey;
  failures: number;
  firstAt: number;
  lastAt: number;
}

/** What the door said of one group for a reason without a name: the first text of each kind of sentence, up to the bound. */
interface Texts {
  readonly byKind: Map<string, string>;
  hasMore: boolean;
}

export function summarySums(): Sums {
  const groups = new Map<string, OfGroup>();
  const texts = new Map<string, Texts>();
  const addText = (id: string, text: string): void => {
    if (text === '') return;
    const known = getOrInsert(texts, id, () => ({ byKind: new Map<string, string>(), hasMore: false }));
    const kind = reasonWords(text);
    if (known.byKind.has(kind)) return;
    if (known.byKind.size < limits.reasonTextsKeptMax) known.byKind.set(kind, text);
    else known.hasMore = true;
  };
  const totals = { failures: 0, unattributed: 0, inferred: 0 };
  const otherForbidden: Partial<Record<ForbiddenCause, number>> = {};
  const doors = new Map<string, { door: string; failures: number; groups: number; otherForbidden: number }>();
  const doorOf = (door = FIRST_DOOR) =>
    getOrInsert(doors, door, () => ({ door, failures: 0, groups: 0, otherForbidden: 0 }));
  return {
    add: (facts, forbidden) => {
      for (const { group, count, unattributed, inferred, firstAt, lastAt, reasonText } of facts) {
        totals.failures += count;
        totals.unattributed += unattributed;
        totals.inferred += inferred;
        const id = groupId(group);
        const own = doorOf(group.door);
        own.failures += count;
        if (!groups.has(id)) own.groups++;
        const sum = groups.get(id) ?? { group, failures: 0, firstAt, lastAt };
        groups.set(id, sum);
        sum.failures += count;
        if (group.reason === 'other') addText(id, reasonText);
        sum.firstAt = Math.min(sum.firstAt, firstAt);
        sum.lastAt = Math.max(sum.lastAt, lastAt);
      }
      for (const { cause, count, door } of forbidden) {
        otherForbidden[cause] = (otherForbidden[cause] ?? 0) + count;
        doorOf(door).otherForbidden += count;
      }
    },
    failureLog: {
      record: (failures) => {
        for (const { scope, issuerDn, reason, reasonText, isUnverified, door, words } of failures) {
          if (reason !== 'other' || words !== undefined) continue;
          const group = { scope, issuerDn, reason, ...(isUnverified && { isUnverified }), ...(door && { door }) };
          addText(groupId(group), reasonText);
        }
      },
    },
    summary: (read, notices) => ({
      type: 'summary',
      ...read,
      ...totals,
      otherForbidden,
      doors: [...doors.values()].sort((a, b) => b.failures - a.failures || compareTexts(a.door, b.door)),
      groups: [...groups.values()]
        .sort((a, b) => b.failures - a.failures || compareTexts(keyOf(a.group), keyOf(b.group)))
        .map(({ group, failures, firstAt, lastAt }) => ({
          ...group,
          ...textsIn(texts.get(groupId(group))),
          failures,
          firstSeen: new Date(firstAt).toISOString(),
          lastSeen: new Date(lastAt).toISOString(),
        })),
      notices,
    }),
  };
}

function textsIn(texts: Texts | undefined): Pick<ReplaySummary['groups'][number], 'reasonTexts' | 'hasMoreReasons'> {
  if (texts === undefined) return {};
  return { reasonTexts: [...texts.byKind.values()], ...(texts.hasMore && { hasMoreReasons: true as const }) };
}

function keyOf({ scope, issuerDn, reason, isUnverified, door, words }: GroupKey): string {
  return JSON.stringify([scope, issuerDn, reason, isUnverified, door, words]);
}
