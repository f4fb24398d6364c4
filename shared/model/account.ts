/**
 * What was found in one account and Region: the custom domains with mutual TLS, the stages behind them, their logs and
 * filters. Filled by `adapters/aws/discovery.ts`; read by the checks of `doctor`, by the reconciler, which subscribes, and by
 * whoever needs to know which domain a log belongs to. `FoundWatch` is what runs there of mtls-watch itself, for `doctor`.
 */

import type { Config } from '../config/settings.js';
import type { KnownDomain } from '../ports/inventory.js';

export interface Found {
  readonly accountId: string;
  readonly region: string;
  /**
   * The role with which API Gateway writes to CloudWatch Logs, a setting of the account; empty where none is set, null where
   * it could not be read.
   */
  readonly gatewayLoggingRoleArn: string | null;
  readonly domains: readonly FoundDomain[];
  /** By name, each log group that a stage of `domains` writes to; without those that could not be looked at. */
  readonly logGroups: ReadonlyMap<string, FoundLogGroup>;
  /** What could not be looked at, and why: a missing permission makes an answer incomplete, never wrong. */
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  /** Such as `the versions of s3://bucket/truststore.pem`. */
  readonly what: string;
  readonly why: string;
  /** Set where no stage and no log can hide behind it, as with the versions of a truststore. */
  readonly isDetail?: true;
}

/** A custom domain with mutual TLS. */
export interface FoundDomain {
  readonly name: string;
  /** As API Gateway says it: `AVAILABLE`, `UPDATING`, `PENDING_OWNERSHIP_VERIFICATION`, … */
  readonly status: string;
  readonly statusMessage: string | null;
  /** The security policy, such as `TLS_1_2`. */
  readonly tlsPolicy: string;
  readonly endpointType: string;
  readonly truststore: FoundTruststore;
  readonly stages: readonly FoundStage[];
}

export interface FoundTruststore {
  /** `s3://bucket/key`. */
  readonly uri: string;
  /** The object version that the domain uses; null where the domain names none. */
  readonly versionInUse: string | null;
  /** Null where it could not be read. */
  readonly isVersioned: boolean | null;
  /** S3's own `null`, in letters, for an object that was put before its bucket was versioned. Null where unknown. */
  readonly newestVersion: string | null;
  /** What API Gateway said of the truststore when the domain was last updated. */
  readonly warnings: readonly string[];
}

export type ApiKind = 'REST' | 'HTTP' | 'WEBSOCKET';

/**
 * A stage that a domain's mapping or routing rule leads to. A stage that is mapped twice is listed once; a mapping that leaves
 * the stage to the caller's URL leads to every stage of its API.
 */
export interface FoundStage {
  readonly apiId: string;
  readonly apiName: string;
  readonly kind: ApiKind;
  readonly stage: string;
  /** Null where it could not be read. */
  readonly isDefaultEndpointDisabled: boolean | null;
  readonly executionLog: ExecutionLog;
  readonly accessLog: AccessLog | null;
}

export type ExecutionLog =
  /** The group that API Gateway makes and writes itself. */
  | { readonly kind: 'managed'; readonly logGroup: string; readonly level: 'ERROR' | 'INFO' }
  /** Delivered to a place of the user's own; `logGroup` is null where that is not a log group that can be told. */
  | {
      readonly kind: 'vended';
      readonly logGroup: string | null;
      readonly destinationArn: string;
      /** The stage's level rules the delivered lines as well. */
      readonly level: 'OFF' | 'ERROR' | 'INFO';
    }
  /** A REST API that writes none. */
  | { readonly kind: 'off' }
  /** A REST API of which it could not be read whether its log goes to the managed group or elsewhere. */
  | { readonly kind: 'unknown' }
  /** HTTP and WebSocket APIs have none. */
  | { readonly kind: 'unsupported' };

export interface AccessLog {
  readonly destinationArn: string;
  /** Null where it goes to Firehose. */
  readonly logGroup: string | null;
  readonly format: string;
}

export interface FoundLogGroup {
  readonly name: string;
  /** False where a stage is set to write to it and nothing has made it yet. */
  readonly exists: boolean;
  /** Null where they could not be read. */
  readonly filters: readonly FoundFilter[] | null;
  /** Milliseconds since the epoch, as CloudWatch Logs knows it, up to an hour late; null where it never had an event. */
  readonly lastEventAt: number | null;
}

export interface FoundFilter {
  readonly name: string;
  readonly pattern: string;
  readonly destinationArn: string;
}

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
  readonly unreadable: readonly Unreadable[];
}

/** Where the subscription filters of an account lead. */
export type FilterTarget =
  /** To the ingest function, here. */
  | { readonly kind: 'function'; readonly arn: string }
  /** To the destination of a central account. By `roleArn` CloudWatch Logs acts for this account; null where it is not known. */
  | { readonly kind: 'destination'; readonly arn: string; readonly roleArn: string | null };

/** What the settings say of APIs without an execution log. */
export type Coverage = Pick<Config, 'domains' | 'apisWithoutExecutionLog' | 'truststores' | 'central' | 'discover'>;

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
