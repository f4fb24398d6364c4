/** The notices that people get, and the diagnosis inside them. */

import type { ClientTally, GroupKey } from './counts.js';
import type { Phrase } from './phrases.js';

/** How urgent a notice is, from the least to the most. */
export const severities = ['low', 'medium', 'high', 'critical'] as const;

export type Severity = (typeof severities)[number];

export type NoticeKind = 'spike' | 'ongoing' | 'escalated' | 'resolved';

/** What changed for a group; every rendering is made from it. `shared/schemas/lines.ts` holds the published schema. */
export interface Notice {
  readonly type: 'notice';
  readonly version: 1;
  readonly kind: NoticeKind;
  /** Derived from the incident and its transition, so a retry publishes the same id. */
  readonly noticeId: string;
  readonly incidentId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly since: string;
  readonly severity: Severity;
  readonly group: GroupKey;
  /** Whom the notice names. Absent from notices that an earlier version stored. */
  readonly refused?: Refused | undefined;
  /**
   * The code of the finding that is the cause, `would-pass` where the certificate is good; null where no certificate could
   * be diagnosed. For `resolved`, what the notices before it said.
   */
  readonly cause?: string | null | undefined;
  /** The account and the Region; null where they are not known, absent from notices of an earlier version. */
  readonly account?: string | null | undefined;
  readonly region?: string | null | undefined;
  /** The time zone that is shown beside UTC. */
  readonly timeZone?: string | undefined;
  /** Whom the settings name as responsible; null for nobody. */
  readonly owner?: Owner | null | undefined;
  /**
   * For an incident of a whole scope, the groups that fail together, those with most failures first; otherwise empty.
   */
  readonly groups: readonly GroupKey[];
  readonly reasonText: string;
  /**
   * Failures in the window; for `resolved`, those of the whole incident, from `since` on.
   */
  readonly count: number;
  /**
   * Groups of the same issuer and cause whose incidents are told with this one, each with what it refused in the same span;
   * absent where there are none. `count` is this group's own.
   */
  readonly toldWith?: readonly ToldWith[] | undefined;
  readonly windowMinutes: number;
  /** How many failures the window usually holds. */
  readonly expected: number;
  /**
   * Where every call of the issuer was refused since a time (ISO 8601), how many that are, and when one was let in for the last time;
   * absent where that is not so, or not known.
   */
  readonly allRefused?: { readonly refused: number; readonly since: string; readonly letInAt: string } | undefined;
  /** Failures in each of the 60 minutes up to the notice, the oldest first. */
  readonly lastHour: readonly number[];
  /** How many clients failed: exact up to 15, an estimate beyond. */
  readonly clientCount: number;
  /** Whether the truststore holds a CA of the issuer's name; null where that is not known. */
  readonly issuerTrusted: boolean | null;
  /** The group's share of its scope's failures in the last hour, from 0 to 1; null where it was not looked up. */
  readonly scopeShare: number | null;
  /**
   * The lowest severity with which the incident was announced. A recipient that was told of the beginning is told of
   * the end too.
   */
  readonly severityAtFirst: Severity;
  /** Why this notice was sent, in words: the detector's reason and its numbers. */
  readonly because: string;
  readonly runbookUrl: string;
  readonly clients: readonly ClientTally[];
  /** Where clients present no certificate: what their addresses presented when they were refused before; left out where nothing is known. */
  readonly presentedBefore?: readonly Presented[] | undefined;
  /** The diagnosis of the refused certificate, or null where none could be made. */
  readonly verdict: Diagnosis | null;
  /** Why there is no verdict, in a sentence; null where there is one or none was expected. */
  readonly verdictNote: string | null;
  /** What changed in the truststore shortly before the failures began, in sentences. */
  readonly change: string | null;
  /** `verdictNote` and `change` as data, for other languages; absent from notices of an earlier version. */
  readonly said?: NoticeSaid | undefined;
  /**
   * Set on the last notice about strangers of this domain that is sent until then (ISO 8601): the notices of a day about
   * strangers are used up, and further ones are held back.
   */
  readonly heldBackUntil?: string;
  /** Pages of the AWS console for this group and time; null where they are not known. */
  readonly links: NoticeLinks;
  /** Commands that silence the group or stop the repeats. They hold no text that a client sent. */
  readonly commands: NoticeCommands;
}

/** The last certificate that an address was refused with. */
export interface Presented {
  readonly sourceIp: string;
  readonly subjectDn: string;
  /** As in `GroupKey`. */
  readonly issuerDn: string;
  readonly serialNumber: string;
  /** ISO 8601; null where the log does not say it. */
  readonly notAfter: string | null;
  /** ISO 8601: about when it was last seen. */
  readonly lastAt: string;
}

export interface NoticeSaid {
  readonly verdictNote?: Phrase | undefined;
  readonly change?: Phrase | undefined;
}

export interface ToldWith {
  readonly group: GroupKey;
  readonly count: number;
}

/** What the notice is about: its own group, and those that are told with it. */
export function countOf({ count, toldWith = [] }: Pick<Notice, 'count' | 'toldWith'>): number {
  return toldWith.reduce((sum, one) => sum + one.count, count);
}

export interface NoticeCommands {
  readonly silence: string;
  readonly acknowledge: string;
  /** The same for CloudShell, with nothing but the AWS CLI; absent where there is no function for it. */
  readonly cloudShell?: { readonly silence: string; readonly acknowledge: string } | undefined;
}

export interface Owner {
  readonly name: string;
  readonly contact: string;
}

/** Who is refused, by name. Names are what certificates say, and as hostile as they. */
export interface Refused {
  /** With whom the cause lies, as far as it is known; people are told this one's name first. */
  readonly party: 'client' | 'issuer';
  /**
   * The organization and the common name that the refused certificates share, such as `Globex Corporation (billing-batch)`;
   * where they share neither and the cause lies with the client, those of the client that failed most. Otherwise null.
   */
  readonly client: string | null;
  /** How many other clients, by name, failed besides `client`, as far as they are known. */
  readonly others: number;
  /** The issuer's organization and common name; null where it is unknown, or where the notice is about several. */
  readonly issuer: string | null;
  /** Whether a CA of the truststore signed what names the client; otherwise the name is a claim. */
  readonly isProven: boolean;
}

export interface NoticeLinks {
  readonly executionLog: string | null;
  readonly accessLog: string | null;
  readonly dashboard: string | null;
}

/** Where mtls-watch runs, for links and commands. */
export interface Deployment {
  readonly region: string;
  readonly tableName: string;
  readonly dashboardName: string | null;
  readonly accountId?: string | null;
  /** The function that silences and acknowledges for somebody who has the AWS CLI only. */
  readonly operatorFunction?: string | null;
}

/**
 * How certain it is that the gateway applies the rule behind a finding: documented by AWS, reported from a real
 * gateway, seen at this very gateway, taken from OpenSSL, or not known.
 */
export type Standing = 'documented' | 'reported' | 'seen' | 'openssl' | 'unknown';

/**
 * A finding about one certificate or one bundle. Codes are in kebab case; the runbook page has the code as its name.
 */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /**
   * 0 is the client's own certificate, 1 its issuer, and so on; null where the finding is not about a single
   * certificate.
   */
  readonly depth: number | null;
  readonly subjectDn: string | null;
  /** The values that were compared, as short texts. */
  readonly evidence: readonly string[];
  /** What to do, in the imperative. */
  readonly remedy: string;
  /** Evidence and remedy as data, for other languages; absent from what an earlier version stored. */
  readonly said?: { readonly evidence: readonly Phrase[]; readonly remedy: Phrase } | undefined;
  /** The rule's standing; left out where a finding is about a file and not about a rule of the gateway. */
  readonly standing?: Standing;
  /** The UTC day on which probes showed the rule at this gateway, as `2026-06-15`; left out where none did. */
  readonly seenOn?: string;
  /** Whether the gateway's own sentence says something else than the verdict; left out where it does not. */
  readonly isContradicted?: boolean;
}

/** What `shared/x509` finds when it verifies one certificate against one truststore. */
export interface Diagnosis {
  /** `undecided`: everything that speaks against the certificate is a rule that is not known to be one of that front door. */
  readonly verdict: 'trusted' | 'refused' | 'undecided';
  /** The code of the deciding finding, or null when the certificate is trusted. */
  readonly reason: string | null;
  readonly findings: readonly Finding[];
  /** Subject DNs from the client's certificate to the root, as far as a path could be built. */
  readonly path: readonly string[];
  /** Set where nobody has the certificate, and the verdict rests on what a log says of it. */
  readonly basis?: 'log-fields';
}
