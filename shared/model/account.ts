/**
 * What was found in one account and Region: the custom domains with mutual TLS, the stages behind them, their logs and
 * filters. Filled by `adapters/aws/discovery/`. Read by the checks of `doctor`, by the reconciler, and by all code that
 * needs to know which domain a log belongs to.
 */

export interface FoundAccount {
  readonly accountId: string;
  readonly region: string;
  /**
   * The role with which API Gateway writes to CloudWatch Logs, a setting of the account. Empty where none is set, null
   * where it could not be read.
   */
  readonly gatewayLoggingRoleArn: string | null;
  readonly domains: readonly FoundDomain[];
  /** The front doors besides API Gateway that verify client certificates. Distributions of CloudFront are found from every Region. */
  readonly doors: readonly FoundDoor[];
  /** Every log group of this Region that a stage of `domains` or one of `doors` writes to, by name. Groups that could not be read are left out. */
  readonly logGroups: ReadonlyMap<string, FoundLogGroup>;
  /** The account's policies for log groups that decide over the functions' own logs; null where they could not be read. */
  readonly logPolicies: readonly FoundLogPolicy[] | null;
  /** What could not be read, and why. A missing permission makes an answer incomplete, never wrong. */
  readonly unreadable: readonly Unreadable[];
}

export interface Unreadable {
  /** Such as `the versions of s3://bucket/truststore.pem`. */
  readonly what: string;
  readonly why: string;
  /** Set where no stage and no log can be missing because of it, as with the versions of a truststore. */
  readonly isDetail?: true;
}

/** A policy of the account for many log groups. */
export interface FoundLogPolicy {
  /** `metric-extraction` keeps metrics from being made of logs; `retention` decides how long logs are kept. */
  readonly kind: 'metric-extraction' | 'retention';
  readonly name: string;
  /** Such as `LogGroupNamePrefix NOT IN ["/aws/ecs"]`; empty for all log groups. */
  readonly selection: string;
  /** JSON. */
  readonly document: string;
}

/** A custom domain with mutual TLS. */
export interface FoundDomain {
  readonly name: string;
  /** As API Gateway reports it: `AVAILABLE`, `UPDATING`, `PENDING_OWNERSHIP_VERIFICATION`, … */
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
  /** The object version that the domain uses; null where the domain names no version. */
  readonly versionInUse: string | null;
  /** Null where it could not be read. */
  readonly isVersioned: boolean | null;
  /**
   * The text `null`, which is S3's own version id, for an object that was put before its bucket was versioned. Null
   * where unknown.
   */
  readonly newestVersion: string | null;
  /** The warnings about the truststore that API Gateway gave when the domain was last updated. */
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
  /** The security policy of the REST API itself, which may be stricter than that of the domain. Absent if it has none. */
  readonly apiTlsPolicy?: string | undefined;
  readonly executionLog: ExecutionLog;
  readonly accessLog: AccessLog | null;
}

export type ExecutionLog =
  /** The log group that API Gateway itself creates and writes. */
  | { readonly kind: 'managed'; readonly logGroup: string; readonly level: 'ERROR' | 'INFO' }
  /**
   * Vended logs, delivered to a destination that the user chose. `logGroup` is null where the destination is not a log
   * group, or not one whose name is known.
   */
  | {
      readonly kind: 'vended';
      readonly logGroup: string | null;
      readonly destinationArn: string;
      /** The stage's log level decides which lines are delivered. */
      readonly level: 'OFF' | 'ERROR' | 'INFO';
    }
  /** A REST API that writes no execution log. */
  | { readonly kind: 'off' }
  /** A REST API for which it could not be read whether its log goes to the managed group or elsewhere. */
  | { readonly kind: 'unknown' }
  /** HTTP and WebSocket APIs have no execution log. */
  | { readonly kind: 'unsupported' };

export interface AccessLog {
  readonly destinationArn: string;
  /** Null where the log goes to Firehose. */
  readonly logGroup: string | null;
  readonly format: string;
}

/** A CloudFront distribution with viewer mutual TLS, or an Application Load Balancer with a listener that verifies. */
export interface FoundDoor {
  readonly kind: DoorKind;
  /** The distribution's id, or the load balancer's name. */
  readonly id: string;
  readonly arn: string;
  /** The first of `hosts` that its owner chose; else the id. */
  readonly name: string;
  /** The names under which clients may call it, as far as its own API knows them. */
  readonly hosts: readonly string[];
  /** Null where the deliveries could not be read. */
  readonly connectionLogs: readonly ConnectionLogDelivery[] | null;
}

/** The ids of `shared/doors/`, without API Gateway. */
export type DoorKind = 'cloudfront' | 'load-balancer';

/** A delivery of a door's connection log. */
export interface ConnectionLogDelivery {
  readonly deliveryId: string;
  readonly sourceName: string;
  /** The Region in which the delivery was made. */
  readonly region: string;
  /** The log group, bucket or stream; the delivery destination itself where it belongs to another account. */
  readonly destinationArn: string;
  /** Null where it is not delivered to a log group. */
  readonly logGroup: string | null;
  /** Empty for the default of the log type. */
  readonly recordFields: readonly string[];
}

export interface FoundLogGroup {
  readonly name: string;
  /** Absent where it is not known. Only `STANDARD` takes subscription filters; a class is fixed when the group is made. */
  readonly logClass?: string | undefined;
  /** Whether data protection, of the group or of the account, masks what its filters deliver. Absent where it does not. */
  readonly isMasked?: true | undefined;
  /** False where a stage is set to write to the group and nothing has created it yet. */
  readonly exists: boolean;
  /** Null where they could not be read. */
  readonly filters: readonly FoundFilter[] | null;
  /**
   * Time of the last event in milliseconds since the epoch, as CloudWatch Logs reports it (up to an hour late); null
   * where the group never had an event.
   */
  readonly lastEventAt: number | null;
}

export interface FoundFilter {
  readonly name: string;
  readonly pattern: string;
  readonly destinationArn: string;
  /** It sees and delivers what a transformer made of the events, not what the gateway wrote. Absent where it does not. */
  readonly isOnTransformed?: true | undefined;
  /** What is told of each event's origin, such as `@source.log`. Absent where nothing is. */
  readonly systemFields?: readonly string[] | undefined;
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
  /** `s3://bucket/key`; null where it may not be read. */
  readonly truststoreUri: string | null;
  /** At most `limits.inventoryStagesMax`. */
  readonly stages: readonly KnownStage[];
  /**
   * The access-log formats that are needed to read the records, by log group: formats that are not JSON, or whose keys
   * do not tell what they hold. Absent where there is none; at most `limits.inventoryFormatsMax`.
   */
  readonly accessLogFormats?: Readonly<Record<string, string>> | undefined;
  /** The log groups that its stages write their access logs to. Absent where there is none; at most `limits.inventoryAccessLogsMax`. */
  readonly accessLogGroups?: readonly string[] | undefined;
  /** Some of its stages log elsewhere or not at all, or are not known, or have more log groups than are kept. Absent where none is so. */
  readonly hasOtherCalls?: true | undefined;
}
