/** Incidents, and the silences that hold their notices back. */

import type { GroupKey } from './counts.js';
import type { Notice, Severity } from './notices.js';
import type { ReasonId } from './reasons.js';

/** The state of one group's incident. One stored item per group; every change is conditional on `version`. */
export interface Incident {
  readonly incidentId: string;
  readonly group: GroupKey;
  /** `known`: nothing fires, and people were told long ago of the refusals that go on; see `known` below. */
  readonly state: 'firing' | 'known' | 'resolved';
  readonly version: number;
  readonly since: number;
  /** The length of the window in which its beginning was seen: its figures begin with that window. */
  readonly seenMinutes: number;
  readonly lastNoticeAt: number;
  /** Since when the group has been below the resolve threshold, or null while it is not. */
  readonly calmSince: number | null;
  /** The window's count at the last notice of a spike or an escalation; escalation is measured against it. */
  readonly noticedCount: number;
  readonly severity: Severity;
  /** How often the incident came back shortly after it was resolved. */
  readonly flaps: number;
  /** The longest calm from which it came back: the next one must be longer. */
  readonly pauseMinutes: number;
  /** Whether a notice reported its beginning; false where the incident of its scope reported it. */
  readonly announced: boolean;
  /** The lowest severity of its notices since it last began. */
  readonly severityAtFirst: Severity;
  /** Somebody has taken charge of it: no repeats until it escalates. */
  readonly acknowledged: boolean;
  /** Who took charge, as they say; absent where that is not known, and of no meaning while `acknowledged` is false. */
  readonly acknowledgedBy?: string | undefined;
  /**
   * A silence, or the budget of notices about strangers, held back one of its notices, so that the notice has to be sent
   * when the silence ends or the next day begins.
   */
  readonly heldBack: boolean;
  /**
   * How many notices said that it goes on since it last began or grew. Each time, the wait before the next repeat
   * doubles.
   */
  readonly repeats: number;
  /** When a notice last said that refusals are few and steady; null for never. */
  readonly steadyAt: number | null;
  /** How late its log arrived, in minutes. Resolving it waits that much longer. */
  readonly lagMinutes: number;
  /** How many failures were usual in 24 hours when it began. */
  readonly usualDay: number;
  /**
   * The truststore knows nobody who fails in it. Such an incident is `low` and is never part of an incident of
   * partners.
   */
  readonly isStranger: boolean;
  /** The issuer's name is nothing but a claim. Such an incident is `medium` at most, and never part of one of partners. */
  readonly isClaimed?: true;
  /**
   * Set where it was told because every call of the issuer was refused since the first of these refusals, and calls had been let in
   * before.
   */
  readonly allRefused?: AllRefused | undefined;
  /** For a scope's incident: the ids of the groups that it names. It covers these groups and no others. */
  readonly members: readonly string[];
  /** Whom and which cause its last notice named, so that its end is told in the same words; null before the first. */
  readonly told: Pick<Notice, 'refused' | 'cause'> | null;
  /**
   * Set for an incident that lasted until its refusals became the usual: they go on, and people are reminded only now
   * and then.
   */
  readonly known: KnownIncident | null;
}

/** A run of refusals with no call in between that was let in. */
export interface AllRefused {
  readonly refused: number;
  /** When the first of them was, and when a call was let in for the last time before; milliseconds since the epoch. */
  readonly since: number;
  readonly letInAt: number;
}

/** An incident that is known and not over. A new spike on top of it is an incident of its own. */
export interface KnownIncident
  extends Pick<Incident, 'incidentId' | 'since' | 'severity' | 'severityAtFirst' | 'acknowledged'> {
  readonly remindedAt: number;
  readonly reminders: number;
}

/**
 * Whose notices are held back, from when to when. A selector that is null matches everything; in a selector `*` stands
 * for any text, `?` for one character, `[*]` and `[?]` for the characters themselves.
 */
export interface Silence {
  readonly id: string;
  readonly scope: string | null;
  readonly issuerDn: string | null;
  /** `other` matches all reasons without a name, `other-…` one kind of sentence (`incidents/silence.ts`). */
  readonly reason: string | null;
  /** Set for one that matches only groups in which the issuer's name is a claim. */
  readonly isUnverified?: true;
  /** Set for one that matches only groups of this front door. */
  readonly door?: string | undefined;
  readonly startsAt: number;
  readonly endsAt: number;
  /** A recurring window, in UTC; null for a silence that lasts from start to end. */
  readonly window: SilenceWindow | null;
  readonly comment: string;
  /** Who asked for it, as they say; absent where that is not known. */
  readonly author?: string | undefined;
  readonly createdAt: number;
}

export interface SilenceWindow {
  /** Days on which the window opens, 0 for Sunday; empty for every day. */
  readonly days: readonly number[];
  /** When it opens, in minutes after midnight UTC, and for how long; it may run past midnight. */
  readonly fromMinute: number;
  readonly minutes: number;
}

/**
 * Whether the transition to this state ends the incident: it is resolved, or only refusals that were known before go
 * on.
 */
export function isEnd({ state, known, incidentId }: Incident): boolean {
  return state === 'resolved' || (state === 'known' && known?.incidentId !== incidentId);
}

export interface ReasonCount {
  readonly reason: ReasonId;
  readonly count: number;
}

/** An incident that is over, as it is kept for the reports. */
export interface EndedIncident {
  readonly incidentId: string;
  readonly group: GroupKey;
  readonly severity: Severity;
  /** When it was noticed. */
  readonly since: number;
  /** The first failure that belongs to it; null where its scope's incident was announced in its place. */
  readonly firstFailureAt: number | null;
  /** When the group fell below the resolve threshold and stayed there. */
  readonly calmAt: number;
  /** When it was resolved. */
  readonly endedAt: number;
  /**
   * All failures of the incident and of those that were told with it; null where it was told by another one, or nobody was told.
   */
  readonly count: number | null;
  /** Where others were told with it, how many each reason has of `count`, its own first. */
  readonly reasons?: readonly ReasonCount[] | undefined;
  readonly flaps: number;
  readonly announced: boolean;
  /** Nobody was told of it, because a silence or the budget of notices about strangers held its notices back. */
  readonly heldBack: boolean;
}
