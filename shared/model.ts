/**
 * The nouns of mtls-watch. Every stage of the pipeline takes one of these types and returns another; nothing else
 * passes between stages. All types are plain data, safe to serialise. Times are milliseconds since the epoch (UTC)
 * and end in `At`; a minute is `Math.floor(at / 60_000)`.
 */

import type { ForbiddenCause, ReasonId } from './reasons.js';

/** One line (or multi-line event) of a log group. `id` is CloudWatch's event id, the unit of de-duplication. */
export interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  /** The account that wrote it, where that need not be the log group's owner: in a centralised log group. */
  readonly account?: string;
}

/** What one delivery carries. `batchId` is derived from the content, so a retry has the same id. */
export interface LogBatch {
  readonly kind: 'batch';
  readonly batchId: string;
  /** The account that owns the log group, or '' where the input does not say. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly events: readonly LogEvent[];
  /** Records inside the payload that were not log events; counted, never lost silently. */
  readonly malformed: readonly Rejected[];
}

/** CloudWatch Logs' reachability probe; nothing to count. */
export interface ControlMessage {
  readonly kind: 'control';
  readonly logGroup: string;
  readonly message: string;
}

/** The API and stage that a record belongs to; either may be unknown. */
export interface ApiRef {
  readonly apiId: string | null;
  readonly stage: string | null;
}

/** The execution log's half of a refused request: why. */
export interface Denial {
  readonly kind: 'denial';
  /** Which log event it was, among those of all streams: the stream's digest, then CloudWatch's id. */
  readonly eventId: string;
  readonly at: number;
  /**
   * Chosen by the client if it likes: never trusted alone. Empty where the log ties none to the denial. With the account in
   * front where accounts are told apart, or a client of one could bring the id of another's request.
   */
  readonly requestId: string;
  /** True where the request id comes from a log event of its own, which another delivery of the denial may lack. */
  readonly isIdBorrowed?: true;
  /** The gateway's own id, where the log ties one to the denial. */
  readonly extendedRequestId: string | null;
  readonly reason: ReasonId;
  /** The gateway's words, cleaned and cut. */
  readonly reasonText: string;
  readonly api: ApiRef;
  readonly scope: string;
  /** The share of requests that were joined when this one came: 1, or less in a storm. */
  readonly rate: number;
}

/** Who called, as the access log tells it. DNs are canonical; every text is cut to its bound. */
export interface Client {
  readonly subjectDn: string;
  readonly issuerDn: string;
  /** Upper-case hexadecimal without separators, as `openssl x509 -serial` prints it. */
  readonly serialNumber: string;
  readonly notBefore: number | null;
  readonly notAfter: number | null;
  /** SHA-256 of the DER, lower-case hexadecimal; null where the log holds no readable PEM. */
  readonly fingerprint: string | null;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** The access log's half of a refused request: who. Only records that may be mutual-TLS failures become one. */
export interface AccessRecord {
  readonly kind: 'access';
  readonly eventId: string;
  readonly at: number;
  readonly requestId: string;
  readonly extendedRequestId: string | null;
  readonly api: ApiRef;
  readonly scope: string;
  /** Null where the format logs no `clientCert` fields. */
  readonly client: Client | null;
  /** As in `Denial`. */
  readonly rate: number;
}

/** One half of a request. */
export type Half = Denial | AccessRecord;

/** A half as it stands in a cell: who brought it first, and whether the other half was there already. */
export interface Held<T extends Half = Half> {
  readonly half: T;
  readonly batchId: string;
  /** True when this half found the other one waiting. At most one half of a cell has it. */
  readonly second: boolean;
}

/** Where the two halves of a request meet. */
export interface Cell {
  readonly denial: Held<Denial> | null;
  readonly access: Held<AccessRecord> | null;
  /** The batch that claimed a half which waited in vain, or null. */
  readonly claimedBy: string | null;
}

/** A half that was left waiting, and the cell in which it stands. */
export interface WaitingHalf {
  readonly key: string;
  readonly kind: Half['kind'];
  /** The digest of its event's id, which is shorter. */
  readonly event: string;
}

/** A 403 that is something else than a refused certificate. */
export interface OtherForbidden {
  readonly kind: 'other-forbidden';
  readonly eventId: string;
  readonly at: number;
  readonly cause: ForbiddenCause;
  readonly scope: string;
  /** The certificate of a record that bears the canary's name; others are not looked at for it. */
  readonly fingerprint?: string;
}

/** Why a record could not be read. */
export type RejectCode =
  | 'not-a-log-event'
  | 'event-too-large'
  | 'broken-access-record'
  | 'access-record-without-request-id';

/** A record that could not be read; counted by code, and it costs its neighbours nothing. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly eventId: string;
  readonly code: RejectCode;
  /** One line for a person, without the record's own text. */
  readonly detail: string;
}

/** What `parse` finds in one batch. */
export interface Parsed {
  readonly denials: readonly Denial[];
  readonly accesses: readonly AccessRecord[];
  readonly otherForbidden: readonly OtherForbidden[];
  readonly rejected: readonly Rejected[];
  /** The distinct certificates of the access records, as PEM by fingerprint. */
  readonly certificates: ReadonlyMap<string, string>;
  /** Events that are neither a denial, a 403 nor broken: successes and the gateway's other lines. */
  readonly passed: number;
}

/** How the issuer of a failure is known. */
export type Attribution =
  /** Both halves met. */
  | 'joined'
  /** The access half did not come within the grace period. */
  | 'unpaired'
  /** The request id was used before by another denial, and nothing of the gateway's own ties this one to a client. */
  | 'reused-request-id'
  /** No execution log exists; the certificate was verified against the truststore instead. */
  | 'inferred'
  /** A storm: not in the sample of requests that are joined, so counted from its denial alone. */
  | 'not-sampled';

/** One refused request, counted exactly once. */
export interface Failure {
  /** The log event that makes it one: the denial's, or the access record's where there is no execution log. */
  readonly eventId: string;
  /** As in `Denial`. */
  readonly requestId: string;
  /** The gateway's own id, where either half carries it. */
  readonly extendedRequestId: string | null;
  readonly at: number;
  readonly scope: string;
  /** Canonical DN, or one of `UNKNOWN_ISSUER` and `OTHER_ISSUERS`. */
  readonly issuerDn: string;
  readonly reason: ReasonId;
  readonly reasonText: string;
  readonly attribution: Attribution;
  readonly client: Client | null;
  /** 1, or in a storm the inverse of the rate at which requests were joined: this one stands for so many. */
  readonly weight: number;
  /** The scope that the denial alone would give: where the others it stands for are counted, without an issuer. */
  readonly denialScope: string;
}

/** The issuer of a failure whose client is not known. */
export const UNKNOWN_ISSUER = 'unknown';
/** Where issuers beyond the bound per scope are counted together. */
export const OTHER_ISSUERS = '(other issuers)';
/** Issuer and reason of an incident of a whole scope. */
export const SEVERAL_ISSUERS = '(several issuers)';

/** What failures are counted by. */
export interface GroupKey {
  readonly scope: string;
  readonly issuerDn: string;
  readonly reason: ReasonId;
}

/** How often one client failed. Bounded lists; `sourceIps` at most a handful. */
export interface ClientTally {
  readonly subjectDn: string;
  readonly serialNumber: string;
  readonly fingerprint: string | null;
  readonly sourceIps: readonly string[];
  readonly count: number;
}

/** What was counted of one group in a span of time. */
export interface Counts {
  readonly group: GroupKey;
  /** How many records are behind it. They only get more, so of two counts of one thing the one with more knows more. */
  readonly requests: number;
  /**
   * Refused requests. In a storm an estimate for named issuers, and what named issuers stand for is taken off the
   * unknown ones: a single count may be negative, sums over all issuers are exact.
   */
  readonly count: number;
  /** Of `count`, how many have no known client, and how many carry an inferred reason. */
  readonly unattributed: number;
  readonly inferred: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly reasonText: string;
  readonly clients: readonly ClientTally[];
}

/**
 * How many failures of one group one batch brought for one minute. A fact is put, never added to: writing it again
 * changes nothing, and it is only replaced by one that knows more.
 */
export interface Fact extends Counts {
  readonly minute: number;
  readonly batchId: string;
}

/** The failures of one group in one hour, kept for months: the sum of its facts. */
export interface Rollup extends Counts {
  /** Hours since the epoch. */
  readonly hour: number;
}

/** Other 403s of one batch, by scope and cause. */
export interface ForbiddenFact {
  readonly scope: string;
  readonly cause: ForbiddenCause;
  readonly minute: number;
  readonly batchId: string;
  /** Equals `count`; facts of both kinds grow by it. */
  readonly requests: number;
  readonly count: number;
}

/** How urgent a notice is. */
export type Severity = 'low' | 'medium' | 'high' | 'critical';

export type NoticeKind = 'spike' | 'ongoing' | 'escalated' | 'resolved';

/** What changed for a group; the body of every rendering. See `shared/schemas.ts` for the published schema. */
export interface Notice {
  readonly type: 'notice';
  readonly version: 1;
  readonly kind: NoticeKind;
  /** Stable: derived from the incident and its transition, so a retry publishes the same id. */
  readonly noticeId: string;
  readonly incidentId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly since: string;
  readonly severity: Severity;
  readonly group: GroupKey;
  /** For an incident of a whole scope, the groups that fail together, the worst first; otherwise empty. */
  readonly groups: readonly GroupKey[];
  readonly reasonText: string;
  /** Failures in the window; for `resolved`, in the whole incident, or in the worst window of a scope's incident. */
  readonly count: number;
  readonly windowMinutes: number;
  /** What the window usually holds. */
  readonly expected: number;
  /** Failures in each of the 60 minutes up to the notice, the oldest first. */
  readonly lastHour: readonly number[];
  /** How many clients are known to have failed: at least, for facts keep a few each. */
  readonly clientCount: number;
  /** Whether the truststore holds a CA of the issuer's name; null where that is not known. */
  readonly issuerTrusted: boolean | null;
  /** The group's part of the last hour's failures of its scope, from 0 to 1; null where it was not looked up. */
  readonly scopeShare: number | null;
  /** The lowest severity at which the incident was told: whoever heard of it then hears of its end. */
  readonly severityAtFirst: Severity;
  /** Why this notice was sent, in words: the detector's named reason and its numbers. */
  readonly because: string;
  readonly runbookUrl: string;
  readonly clients: readonly ClientTally[];
  /** The diagnosis of the refused certificate, or null where none could be made. */
  readonly verdict: Diagnosis | null;
  /** Why there is no verdict, in a sentence; null where there is one or none was expected. */
  readonly verdictNote: string | null;
  /** What changed in the truststore shortly before it began, in sentences. */
  readonly change: string | null;
  /** Pages of the AWS console for this group and time; null where they are not known. */
  readonly links: NoticeLinks;
  /** What to type to silence the group or to stop the repeats. They hold no text that a client sent. */
  readonly commands: { readonly silence: string; readonly acknowledge: string };
}

export interface NoticeLinks {
  readonly executionLog: string | null;
  readonly accessLog: string | null;
  readonly dashboard: string | null;
}

/** Where mtls-watch runs, for links and commands. */
export interface Place {
  readonly region: string;
  readonly tableName: string;
  readonly dashboardName: string | null;
}

/** A finding about one certificate or bundle; codes are kebab-case and name their runbook page. */
export interface Finding {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  /** 0 is the client's own certificate, 1 its issuer, and so on; null where the finding is about no single one. */
  readonly depth: number | null;
  readonly subjectDn: string | null;
  /** The values that were compared, as short texts. */
  readonly evidence: readonly string[];
  /** What to do, in the imperative. */
  readonly remedy: string;
}

/** What `shared/x509` says of one certificate against one truststore. */
export interface Diagnosis {
  readonly verdict: 'trusted' | 'refused';
  /** The code of the finding that decides, or null when trusted. */
  readonly reason: string | null;
  readonly findings: readonly Finding[];
  /** Subject DNs from the client's certificate to the root, as far as a path could be built. */
  readonly path: readonly string[];
}

/** The state of one group's incident. One item per group; `version` guards every change of it. */
export interface Incident {
  readonly incidentId: string;
  readonly group: GroupKey;
  readonly state: 'firing' | 'resolved';
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

/** How a call of the canary ended. */
export const probeOutcomes = [
  /** It has not ended yet, or its end was not written down. */
  'calling',
  /** A 403 as the gateway gives to a refused certificate. */
  'refused',
  /** The gateway did not stop at the certificate: mutual TLS lets a stranger in. */
  'accepted',
  /** A 403 for another reason than the certificate. */
  'other-forbidden',
  /** The gateway answered that it is throttled or out of order. */
  'unavailable',
  'unreachable',
  'tls-failed',
] as const;

export type ProbeOutcome = (typeof probeOutcomes)[number];

/** What came of a call with a client certificate. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The gateway's `x-amzn-errortype`, or null. */
      readonly errorType: string | null;
      readonly requestId: string | null;
      readonly extendedRequestId: string | null;
    }
  /** No connection, or no answer in time. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  /** A connection that was given up or cut before an answer: also for a server certificate that cannot be trusted. */
  | { readonly kind: 'tls-failed'; readonly detail: string };

/** One call of the canary, made to be refused, so that its refusal can be followed through the logs into the table. */
export interface Probe {
  /** SHA-256 of the DER of the certificate it called with. Its key was made for this call and is gone after it. */
  readonly fingerprint: string;
  /** The custom domain that was called. */
  readonly scope: string;
  /** When the call began. */
  readonly at: number;
  readonly outcome: ProbeOutcome;
  /** The ids that the gateway gave the request, from its answer; null until then. */
  readonly requestId: string | null;
  readonly extendedRequestId: string | null;
}

/** The log event that a probe was recognised by, and when. A probe is one call, so it accounts for one event. */
export interface Seen {
  readonly eventId: string;
  readonly at: number;
}

export interface WatchedProbe extends Probe {
  readonly seen: Seen | null;
}

/** A probe whose refusal came in through the logs. */
export interface Sighting {
  readonly probe: Probe;
  readonly seenAt: number;
  /** Whether all came that should come; false where the denial's other half did not. */
  readonly isWhole: boolean;
}

/** One number for CloudWatch. */
export interface Measure {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}
