/** What runs of mtls-watch itself in one account and Region, for `doctor`. Filled by `adapters/aws/watch.ts`. */

import type { Config } from '../config/settings.js';
import type { KnownDomain, Unreadable } from '../model/account.js';

/** The deployed stack, as far as it could be looked at. Filled by `adapters/aws/watch.ts`. */
export interface FoundWatch {
  /** After which the subscription filters are named. */
  readonly stackName: string;
  /** Null where it could not be read. */
  readonly target: FilterTarget | null;
  readonly topics: readonly FoundTopic[];
  /** The log of the function that runs every minute; null where it is not known or could not be read. */
  readonly heartbeat: FoundHeartbeat | null;
  /** The deployed settings; null where they are another account's or could not be read. */
  readonly coverage: Coverage | null;
  /** What the reconciler found and the functions know besides; null where nothing is discovered or it could not be read. */
  readonly known: readonly KnownDomain[] | null;
  /** Whom the weekly report is mailed to; null where nobody is, or it could not be read. */
  readonly reportMail: ReportMail | null;
  readonly unreadable: readonly Unreadable[];
}

/** Where the subscription filters of an account lead. */
export type FilterTarget =
  /** To the ingest function, here. */
  | { readonly kind: 'function'; readonly arn: string }
  /** To the destination of a central account. By `roleArn` CloudWatch Logs acts for this account; null where it is not known. */
  | { readonly kind: 'destination'; readonly arn: string; readonly roleArn: string | null };

/** What the settings say of APIs without an execution log. */
export type Coverage = Pick<Config, 'domains' | 'apisWithoutExecutionLog' | 'truststores' | 'central' | 'discover'> &
  Partial<Pick<Config, 'accessLogFormats' | 'accessLogGroups' | 'successes' | 'runbooks' | 'language' | 'report'>>;

/** Whom the weekly report comes from and goes to. */
export type ReportMail = NonNullable<NonNullable<Config['report']>['mail']>;

/** What SES says of those whom the report comes from and goes to. Filled by `adapters/aws/mail-identities.ts`. */
export interface FoundMail {
  readonly mail: ReportMail;
  /** Of the account in this Region; null where it could not be read. */
  readonly account: { readonly isSandbox: boolean; readonly isSendingPaused: boolean } | null;
  /** By address or domain; null where it could not be read. */
  readonly identities: ReadonlyMap<string, IdentityState | null>;
  readonly unreadable: readonly Unreadable[];
}

/** `pending`: SES knows the identity, and waits for the link in its mail or for the records of the domain. */
export type IdentityState = 'verified' | 'pending' | 'absent';

export interface FoundTopic {
  readonly arn: string;
  /** Null where they could not be read. */
  readonly subscriptions: readonly FoundSubscription[] | null;
}

export interface FoundSubscription {
  readonly protocol: string;
  readonly endpoint: string;
  readonly isConfirmed: boolean;
}

export interface FoundHeartbeat {
  readonly logGroup: string;
  /** Of some event of the last minutes, or of the last event; milliseconds since the epoch. Null where it never had one. */
  readonly lastEventAt: number | null;
}
