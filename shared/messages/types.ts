/** The texts that every language provides. */

import type { FindingCode } from '../model/finding-codes.js';
import type { NoticeKind, Severity } from '../model/index.js';
import type { Phrase } from '../model/phrases.js';
import type { ReasonId } from '../model/reasons.js';

/** Texts for the incident of a whole domain, in which no single certificate is the cause. */
export interface SeveralMessages {
  /** A few words, for a subject. */
  readonly title: string;
  readonly meaning: string;
  /** What to do first, in order. */
  readonly steps: readonly string[];
}

export interface ReasonMessages extends SeveralMessages {
  /** What to do, in one or two sentences, for a list of many. */
  readonly remedy: string;
}

export interface FindingMessages {
  /** What is wrong: a short sentence without its full stop. */
  readonly title: string;
  /** The same in a few words, for a subject. */
  readonly short: string;
  /** What to do first, in order. */
  readonly steps: readonly string[];
  /** What to do, where the finding's own remedy is in another language; null where that says it. */
  readonly action: string | null;
}

/** What to say where the gateway's own sentence and the diagnosis contradict each other. */
export interface ContradictionMessages {
  /** The certificate would pass. The reasons that are not named here have `trustedOtherwise`. */
  readonly trusted: Readonly<Partial<Record<ReasonId, string>>>;
  readonly trustedOtherwise: string;
  /** The diagnosis names another cause. @param reason the title of the gateway's reason */
  readonly refused: (reason: string) => string;
}

export interface WhoMessages {
  /** @param others how many clients of other names fail with it */
  readonly client: (name: string, others: number) => string;
  /** Nobody but the client itself says that this is its name. */
  readonly claimed: (name: string, others: number) => string;
  readonly clientsOf: (issuer: string) => string;
  /** Whoever uses the name of an issuer that did not sign. */
  readonly claimant: (issuer: string) => string;
}

export interface WhoseMessages {
  /** @param issuer null where it is not in the log */
  readonly client: (name: string, others: number, issuer: string | null) => string;
  readonly claimed: (name: string, others: number, issuer: string | null) => string;
  readonly clientsOf: (issuer: string) => string;
  /** Whoever uses the name of an issuer that did not sign. */
  readonly claimant: (issuer: string) => string;
  /** All refused certificates of the issuer bear the name. */
  readonly oneClientOf: (issuer: string, name: string, isProven: boolean) => string;
}

/** Names that alerts, tables and the report share. */
export interface NameMessages {
  /** A name, and behind it what has to be known of it. */
  readonly withNote: (name: string, note: string) => string;
  /** In place of a domain that no log names, such as that of an execution log without its access log. */
  readonly domainUnknown: string;
  /** In place of an issuer, where no certificate is known. */
  readonly issuerUnknown: string;
  /** In place of clients and their issuer, where no certificate was presented; the reason is said with it. */
  readonly withoutIssuer: string;
  /** For a client whose door does not log who issued its certificate. */
  readonly issuerNotLogged: string;
  /** In place of the title of a reason without a name: what the door said. */
  readonly unknownReason: (text: string) => string;
  /** Kinds of sentences that are counted together. */
  readonly severalReasons: (title: string, texts: readonly string[], hasMore: boolean) => string;
  /** Front doors by their id. */
  readonly doors: Readonly<Record<string, string>>;
}

export const labelIds = [
  'reason',
  'domain',
  'issuer',
  'account',
  'owner',
  'since',
  'failures',
  'lastHour',
  'clients',
  'firstSteps',
  'evidence',
  'remedy',
  'noVerdict',
  'change',
  'executionLog',
  'accessLog',
  'dashboard',
  'runbook',
  'silence',
  'acknowledge',
  'cloudShell',
  'incident',
] as const;

export interface Messages extends NameMessages {
  readonly reasons: Readonly<Record<ReasonId, ReasonMessages>>;
  /** For the incident of a whole domain, in place of a reason. */
  readonly severalIssuers: SeveralMessages;
  /** In place of a reason, where no CA of the issuer's name signed the certificates. */
  readonly claims: SeveralMessages;
  readonly findings: Readonly<Record<FindingCode, FindingMessages>>;
  /** A sentence of a finding, a note or a change in this language, with its values. */
  readonly say: (phrase: Phrase) => string;
  /** Null where the finding's own evidence and remedy say it in this language. */
  readonly contradiction: ContradictionMessages | null;
  readonly severities: Readonly<Record<Severity, string>>;
  readonly unknownIssuer: string;
  readonly otherIssuers: string;
  /** Who is refused, for a subject: what `subject` takes. */
  readonly who: WhoMessages;
  /** The same in full, for the first line: what `headline` takes. */
  readonly whose: WhoseMessages;
  /** @param why null where `who` says it */
  readonly subject: Readonly<Record<NoticeKind, (who: string, where: string, why: string | null) => string>>;
  readonly headline: Readonly<Record<NoticeKind, (whose: string, where: string) => string>>;
  /** The title, with the gateway's own words beside it, or the code in another door's log. */
  readonly besideGateway: (title: string, text: string, isGateway: boolean) => string;
  /** Ends a sentence that another one follows. */
  readonly stop: string;
  /** In place of a verdict when it is over. */
  readonly over: string;
  readonly labels: Readonly<Record<(typeof labelIds)[number], string>>;
  readonly since: (time: string, minutes: number) => string;
  readonly failures: (count: string, minutes: number, expected: string) => string;
  readonly failuresInAll: (count: string) => string;
  /** How many the gateway refused with one of its reasons. */
  readonly ofWhich: (count: string, reason: string) => string;
  /** The sum of several reasons, and each of them. */
  readonly together: (sum: string, each: readonly string[]) => string;
  /** The most failures in so many minutes of the last hour. */
  readonly peak: (count: string, minutes: number) => string;
  readonly scopeShare: (percent: string) => string;
  /** So many calls of so many since a time, and when one was let in for the last time. */
  readonly allRefused: (refused: string, since: string, letInAt: string) => string;
  /** No further notice about strangers of the domain is sent until then. @param until UTC */
  readonly heldBackUntil: (where: string, until: string) => string;
  /** `isEstimate` where the number may be off by a quarter or so. */
  readonly clientsKnown: (count: number, shown: number, isEstimate: boolean) => string;
  readonly issuerTrusted: (isTrusted: boolean) => string;
  readonly client: (subject: string, serial: string, sources: string, count: string) => string;
  /** A finding's title and its remedy; `isCertain` is false where the rule is not known to be the gateway's. */
  readonly verdict: (title: string, remedy: string, isCertain: boolean) => string;
  /** Stands before a verdict whose rule probes showed at this gateway, on a UTC day such as `2026-06-15`. */
  readonly seenHere: (day: string) => string;
  /** Stands behind a verdict for which nobody has the certificate. */
  readonly fromLogFields: string;
  readonly presentedBefore: (before: PresentedWords) => string;
  /** Stands behind what was presented before. */
  readonly mayLackPurpose: string;
  /** In place of a client, for those who present no certificate. */
  readonly withoutCertificate: (sources: string, count: string) => string;
}

/** Names as they may be shown; times as UTC days. */
export interface PresentedWords {
  readonly address: string;
  readonly name: string;
  readonly serial: string;
  /** Null where it is not known. */
  readonly ends: string | null;
  readonly isExpired: boolean;
  readonly until: string;
}
