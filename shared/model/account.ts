/**
 * What was found in one account and Region: the custom domains with mutual TLS, the stages behind them, their logs and
 * filters. Filled by `adapters/aws/discovery.ts`; read by the checks of `doctor`, by the reconciler, which subscribes, and by
 * whoever needs to know which domain a log belongs to. `FoundWatch` is what runs there of mtls-watch itself, for `doctor`.
 */

export interface FoundAccount {
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

export interface KnownStage {
  readonly apiId: string;
  readonly stage: string;
  /** False for HTTP APIs. */
  readonly hasExecutionLog: boolean;
}

/** A custom domain that is watched. */
export interface KnownDomain {
  readonly name: string;
  /** `s3://bucket/key`; null where we may not read it. */
  readonly truststoreUri: string | null;
  /** At most `limits.inventoryStagesMax`. */
  readonly stages: readonly KnownStage[];
  /**
   * By log group, the access-log formats that are needed to read their records: no JSON, or keys that do not tell what they
   * hold. Absent where there is none; at most `limits.inventoryFormatsMax`.
   */
  readonly accessLogFormats?: Readonly<Record<string, string>> | undefined;
}
