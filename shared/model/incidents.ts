/** Incidents, and the silences that hold their notices back. */

import type { GroupKey } from './counts.js';
import type { Severity } from './notices.js';

/** The state of one group's incident. One item per group; `version` guards every change of it. */
export interface Incident {
  readonly incidentId: string;
  readonly group: GroupKey;
  /** `known`: nothing fires, and what is refused as ever was told long ago; see `known`. */
  readonly state: 'firing' | 'known' | 'resolved';
  readonly version: number;
  readonly since: number;
  readonly lastNoticeAt: number;
  /** Since when the group has been below the resolve threshold, or null while it is not. */
  readonly calmSince: number | null;
  /** The window's count when the last spike or escalation was noticed; escalation compares with it. */
  readonly noticedCount: number;
  readonly severity: Severity;
  /** How often it came back shortly after it was resolved; each time the resolve waits longer. */
  readonly flaps: number;
  /** Whether a notice told that it began; false where the incident of its scope tells it. */
  readonly announced: boolean;
  /** The lowest severity of its notices since it last began. */
  readonly severityAtFirst: Severity;
  /** Somebody has it in hand: it is not repeated until it escalates. */
  readonly acknowledged: boolean;
  /** A silence held a notice of its course back, so that the silence's end is to be told. */
  readonly heldBack: boolean;
  /** How often it was told to go on since it last began or grew; each time the next repeat waits twice as long. */
  readonly repeats: number;
  /** When it was last told that refusals are few and steady; null for never. */
  readonly steadyAt: number | null;
  /** How late its log came, in minutes: calm is believed so much later. */
  readonly lagMinutes: number;
  /** What 24 hours usually had when it began. */
  readonly usualDay: number;
  /** Nobody whom the truststore knows: such an incident is low, and stands for no partner's. */
  readonly isStranger: boolean;
  /** Of a scope's incident, the ids of the groups that it names; it stands for those and no others. */
  readonly members: readonly string[];
  /** An incident that lasted until it was the usual: its refusals go on, and only now and then somebody is reminded. */
  readonly known: KnownIncident | null;
}

/** An incident that is known and not over. What comes on top of it is an incident of its own. */
export interface KnownIncident
  extends Pick<Incident, 'incidentId' | 'since' | 'severity' | 'severityAtFirst' | 'acknowledged'> {
  readonly remindedAt: number;
  readonly reminders: number;
}

/**
 * Who is not told of what, from when to when. A selector that is null matches everything; `*` in one stands for any
 * text, `?` for one character, `[*]` and `[?]` for themselves.
 */
export interface Silence {
  readonly id: string;
  readonly scope: string | null;
  readonly issuerDn: string | null;
  readonly reason: string | null;
  readonly startsAt: number;
  readonly endsAt: number;
  /** A window that comes back, in UTC; null for one that lasts from start to end. */
  readonly window: SilenceWindow | null;
  readonly comment: string;
  readonly createdAt: number;
}

export interface SilenceWindow {
  /** Days on which the window opens, 0 for Sunday; empty for every day. */
  readonly days: readonly number[];
  /** When it opens, in minutes after midnight UTC, and for how long; it may run past midnight. */
  readonly fromMinute: number;
  readonly minutes: number;
}

/** An incident that is over, as it is kept for the reports. */
export interface EndedIncident {
  readonly incidentId: string;
  readonly group: GroupKey;
  readonly severity: Severity;
  /** When it was noticed. */
  readonly since: number;
  /** The first failure that belongs to it; null where nobody was told of this incident, its scope's told it. */
  readonly firstFailureAt: number | null;
  /** When the group came below the resolve threshold for good. */
  readonly calmAt: number;
  /** When it was resolved. */
  readonly endedAt: number;
  /** All failures of the incident; of a scope's, those of its worst window; null where nobody was told. */
  readonly count: number | null;
  readonly flaps: number;
  readonly announced: boolean;
}
