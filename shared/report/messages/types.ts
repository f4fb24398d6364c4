/** The texts of the report that every language provides. */

import type { Messages, NameMessages } from '../../messages/types.js';
import type { Severity } from '../../model/notices.js';
import type { ForbiddenCause } from '../../model/reasons.js';
import type { GapId, Report } from '../schema.js';

export type Language = 'en' | 'ja';

type Sunset = NonNullable<Report['sunset']>[number];

export interface ReportMessages extends NameMessages {
  readonly language: Language;
  readonly title: (period: string) => string;
  readonly titleFor: (partner: string, period: string) => string;
  readonly subtitle: (from: string, to: string, generated: string) => string;
  readonly contents: string;
  readonly reasons: Messages['reasons'];
  /** As in an alert; null where the diagnosis says it itself. */
  readonly contradiction: Messages['contradiction'];
  readonly say: Messages['say'];
  readonly list: (items: readonly string[]) => string;
  /** The same with how many more there are, in a sentence. */
  readonly listWithOthers: (items: readonly string[], others: number) => string;
  /** Figures and what they mean, behind a figure. */
  readonly note: (parts: readonly string[]) => string;
  /** As in an alert: how many of several have a reason. */
  readonly ofWhich: Messages['ofWhich'];
  /** Beside a diagnosis whose rule probes showed at this gateway. */
  readonly seenHere: (day: string) => string;
  readonly causes: Readonly<Record<ForbiddenCause, string>>;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly unknownIssuer: string;
  readonly otherIssuers: string;
  readonly severalIssuers: string;
  readonly sections: Readonly<
    Record<
      | 'summary'
      | 'actions'
      | 'doors'
      | 'days'
      | 'issuers'
      | 'shares'
      | 'incidents'
      | 'changes'
      | 'expiry'
      | 'sunset'
      | 'forbidden'
      | 'silences'
      | 'pipeline'
      | 'method',
      string
    >
  >;
  readonly labels: Readonly<
    Record<
      | 'refused'
      | 'before'
      | 'median'
      | 'change'
      | 'issuers'
      | 'issuer'
      | 'whom'
      | 'incidents'
      | 'open'
      | 'over'
      | 'owner'
      | 'reason'
      | 'verdict'
      | 'remedy'
      | 'runbook'
      | 'domain'
      | 'evidence'
      | 'clients'
      | 'client'
      | 'lastSeen'
      | 'firstSeen'
      | 'figures'
      | 'date'
      | 'total'
      | 'severity'
      | 'noticed'
      | 'toDetect'
      | 'toResolve'
      | 'stillFiring'
      | 'newIssuers'
      | 'vanishedIssuers'
      | 'expires'
      | 'kind'
      | 'requests'
      | 'successor'
      | 'noSuccessor'
      | 'caStops'
      | 'moved'
      | 'certificate'
      | 'ca'
      | 'cause'
      | 'domains'
      | 'count'
      | 'what'
      | 'until'
      | 'because'
      | 'serial'
      | 'sources'
      | 'agents'
      | 'none'
      | 'unknown'
      | 'stretch'
      | 'thisPeriod'
      | 'events'
      | 'rejected'
      | 'duplicates'
      | 'lag'
      | 'unattributed'
      | 'inferred'
      | 'unattributedNote'
      | 'inferredNote'
      | 'otherReasons'
      | 'missing'
      | 'door'
      | 'groups'
      | 'otherCauses'
      | 'letIn'
      | 'shareRefused',
      string
    >
  >;
  /** Above the table of the front doors. */
  readonly doorsNote: string;
  readonly sentences: {
    readonly quiet: string;
    readonly total: (failures: string, scopes: number, issuers: number, trend: string) => string;
    readonly trend: (percent: number, before: string, median: string | null) => string;
    readonly same: (median: string | null) => string;
    /** Follows the trend where the periods go one way over a long time: about how many it was and is. */
    readonly course: (way: 'rising' | 'falling', periods: number, from: string, to: string) => string;
    /** The same beside one issuer's figures. */
    readonly courseOfOne: (way: 'rising' | 'falling', periods: number) => string;
    readonly noTrend: string;
    readonly biggest: (owner: string, share: string, why: string, isOver: boolean) => string;
    readonly strangersOnly: string;
    readonly todo: (open: number, over: number, expiring: number) => string;
  };
  readonly nothing: Readonly<
    Record<
      | 'actions'
      | 'incidents'
      | 'new'
      | 'vanished'
      | 'expiry'
      | 'sunset'
      | 'forbidden'
      | 'silences'
      | 'issuers'
      | 'shares',
      string
    >
  >;
  readonly shares: {
    readonly note: string;
    /** For the mail: of all calls of somebody at a domain so many were refused, which is a share such as `12%`. */
    readonly mail: (owner: string, scope: string, refused: string, calls: string, share: string) => string;
  };
  readonly sunset: {
    /** Why it is listed: the name of the public CA, and the usages. */
    readonly why: (publicCa: string | null, usages: Sunset['usages']) => string;
    readonly note: string;
    readonly waysOut: string;
    /** For the mail: clients without a successor, with their requests. */
    readonly mail: (clients: number, requests: string) => string;
  };
  readonly strangers: (issuers: string, failures: string) => string;
  /** The gateway's reason, where no CA of the issuer's name signed the certificates. */
  readonly claimed: (title: string) => string;
  /** Incidents that nobody was told of. */
  readonly heldBack: (count: string) => string;
  readonly more: (count: string) => string;
  /** A number of refusals, where no label stands before it. */
  readonly refusals: (count: string) => string;
  readonly issuersLeftOut: (issuers: string, failures: string) => string;
  readonly ago: (stretches: number) => string;
  readonly inDays: (days: number) => string;
  readonly duration: (seconds: number) => string;
  readonly daysPicture: (total: string, worst: string, worstCount: string) => string;
  /** Above the picture of the days that one day hides. */
  readonly otherDays: string;
  readonly multiplesNote: string;
  readonly forbiddenNote: string;
  readonly silencesUnknown: string;
  readonly gaps: Readonly<Record<GapId, string>>;
  readonly method: readonly (readonly [string, string])[];
  readonly mail: {
    readonly subject: (period: string, failures: string, open: number) => string;
    readonly where: (url: string) => string;
    readonly signIn: string;
    /** Of a mail that brings the page along. */
    readonly attached: string;
    readonly tooLarge: string;
    readonly first: string;
  };
}
