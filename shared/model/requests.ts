/**
 * Refused requests: their two halves (one in each log), the cell where the halves meet, and the failure that they make.
 */

import type { Rejected } from './logs.js';
import type { ForbiddenCause, ReasonId } from './reasons.js';

/** The API and stage of a record; either may be unknown. */
export interface ApiRef {
  readonly apiId: string | null;
  readonly stage: string | null;
}

/** The execution log's half of a refused request. It says why. */
export interface Denial {
  readonly kind: 'denial';
  /** Identifies the log event among those of all streams: the stream's digest, then CloudWatch's id. */
  readonly eventId: string;
  readonly at: number;
  /**
   * A client can choose it, so it is never trusted alone. Empty where the log ties no request id to the denial. Where
   * accounts are told apart it begins with the account; otherwise a client of one account could send the id of another
   * account's request.
   */
  readonly requestId: string;
  /** True where the request id comes from another log event, which a second delivery of the denial may lack. */
  readonly isIdBorrowed?: true;
  /** The id that the gateway itself makes, where the log ties one to the denial. */
  readonly extendedRequestId: string | null;
  readonly reason: ReasonId;
  /** The gateway's words, cleaned and cut. */
  readonly reasonText: string;
  /** As in `GroupKey`, from when the denial first came. */
  readonly words?: string;
  readonly api: ApiRef;
  readonly scope: string;
  /** The share of requests that were joined when this one came: 1, or less in a storm. */
  readonly rate: number;
}

/** Who called, as the access log says. DNs are canonical; every text is cut to its bound. */
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

/**
 * The access log's half of a refused request. It says who called. Only records that may be mutual-TLS failures become
 * one.
 */
export interface AccessRecord {
  readonly kind: 'access';
  readonly eventId: string;
  readonly at: number;
  /** Empty where the format lacks it; then the record has an extended id. */
  readonly requestId: string;
  readonly extendedRequestId: string | null;
  readonly api: ApiRef;
  readonly scope: string;
  /** True where the record names neither its domain nor its API, and `scope` is the name of its log group. */
  readonly isScopeGuessed?: true;
  /** Null where the format logs no `clientCert` fields. */
  readonly client: Client | null;
  /**
   * For an API without an execution log: the finding that refused the certificate when it was first verified; null for
   * none.
   */
  readonly inferred?: string | null;
  /** As in `GroupKey`, from when the record first came. */
  readonly isUnverified?: true;
  /** As in `GroupKey`: the half is a whole connection of this door. */
  readonly door?: string;
  /** As in `GroupKey`, of a connection or of what was inferred. */
  readonly words?: string;
  /** As in `Denial`. */
  readonly rate: number;
}

/** One half of a request. */
export type Half = Denial | AccessRecord;

/** A half as it stands in a cell: which batch brought it first, and whether the other half was already there. */
export interface HeldHalf<T extends Half = Half> {
  readonly half: T;
  readonly batchId: string;
  /** True when this half found the other one waiting. At most one half of a cell has it. */
  readonly second: boolean;
}

/** The stored item in which the two halves of a request meet. */
export interface Cell {
  readonly denial: HeldHalf<Denial> | null;
  readonly access: HeldHalf<AccessRecord> | null;
  /** The batch that claimed a half whose other half did not come, or null. */
  readonly claimedBy: string | null;
}

/** A half that was left waiting, and the key of the cell in which it stands. */
export interface WaitingHalf {
  readonly key: string;
  readonly kind: Half['kind'];
  /** The digest of its event's id, which is shorter than the id. */
  readonly event: string;
}

/** A 403 whose cause is not a refused certificate. */
export interface OtherForbidden {
  readonly kind: 'other-forbidden';
  readonly eventId: string;
  readonly at: number;
  readonly cause: ForbiddenCause;
  readonly scope: string;
  /**
   * The certificate's fingerprint, only for a record with the canary's name; other certificates are not read for it.
   */
  readonly fingerprint?: string;
}

/** A line of a domain that is no refusal. It shows that the domain's logs had arrived up to its time. */
export interface HeardLine {
  readonly scope: string;
  readonly at: number;
}

/**
 * A connection that failed at a door whose one record says both who called and why. It needs no other half.
 */
export interface Connection {
  readonly kind: 'connection';
  /** The id of the front door that wrote the record. */
  readonly door: string;
  /** As in `AccessRecord`. */
  readonly eventId: string;
  /** The door's id and the id that the door gave the connection, with its account; empty where the log holds none. */
  readonly connectionId: string;
  readonly at: number;
  readonly scope: string;
  /** What the record itself says was called, before the settings gave it another name; `scope` where absent. */
  readonly called?: string;
  /** Null where the record says nothing of the client, not even its address. */
  readonly client: Client | null;
  /** As in `GroupKey`. */
  readonly words?: string;
  readonly outcome:
    | {
        readonly reason: ReasonId;
        /** The door's own code, cleaned and cut. */
        readonly reasonText: string;
      }
    /** It failed for a cause that has nothing to do with the certificate. */
    | { readonly cause: ForbiddenCause };
}

/** What `parse` finds in one batch. */
export interface Parsed {
  readonly denials: readonly Denial[];
  readonly accesses: readonly AccessRecord[];
  /** Connections that failed, of doors that need no join. */
  readonly connections: readonly Connection[];
  readonly otherForbidden: readonly OtherForbidden[];
  readonly rejected: readonly Rejected[];
  /** The distinct certificates of the access records, as PEM by fingerprint. */
  readonly certificates: ReadonlyMap<string, string>;
  /** How many events are neither a denial, nor a 403, nor broken: successes and the gateway's other lines. */
  readonly passed: number;
  /** Of the records of requests that were not refused, one for each span of `PULSE_MINUTES` or so. */
  readonly heard: readonly HeardLine[];
  /** How many of the access records were broken or cut off and could be read all the same. */
  readonly recovered: number;
}

/** How the issuer of a failure became known. */
export type Attribution =
  /** Both halves met. */
  | 'joined'
  /** The access log's half did not arrive within the grace period. */
  | 'unpaired'
  /** Another denial had used the request id before, and no id of the gateway ties this one to a client. */
  | 'reused-request-id'
  /** There is no execution log; the certificate was verified against the truststore instead. */
  | 'inferred'
  /** One record of the door says both who called and why. */
  | 'whole'
  /** A storm: the request is not in the sample that is joined, so it is counted from its denial alone. */
  | 'not-sampled';

/** One refused request, counted exactly once. */
export interface Failure {
  /** The log event that is counted: the denial's, or the access record's where there is no execution log. */
  readonly eventId: string;
  /** As in `Denial`. */
  readonly requestId: string;
  /** The gateway's own id, where either half carries it. */
  readonly extendedRequestId: string | null;
  readonly at: number;
  readonly scope: string;
  /** Canonical DN, or one of `UNKNOWN_ISSUER` and `OTHER_ISSUERS`. */
  readonly issuerDn: string;
  /** As in `GroupKey`. */
  readonly isUnverified?: true;
  /** As in `GroupKey`. */
  readonly door?: string;
  readonly reason: ReasonId;
  readonly reasonText: string;
  /** As in `GroupKey`. */
  readonly words?: string;
  readonly attribution: Attribution;
  readonly client: Client | null;
  /** 1; in a storm, the inverse of the rate at which requests were joined: how many requests this one stands for. */
  readonly weight: number;
  /**
   * The scope that the denial alone would give. The other requests that this one stands for are counted there, without
   * an issuer.
   */
  readonly denialScope: string;
}
