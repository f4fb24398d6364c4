/** Refused requests: their halves, as the two logs tell them, where these meet, and the failure that they make. */

import type { Rejected } from './logs.js';
import type { ForbiddenCause, ReasonId } from './reasons.js';

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
  /** Empty where the format lacks it; then it has an extended id. */
  readonly requestId: string;
  readonly extendedRequestId: string | null;
  readonly api: ApiRef;
  readonly scope: string;
  /** True where the record names neither its domain nor its API, and `scope` is the log group that it came from. */
  readonly isScopeGuessed?: true;
  /** Null where the format logs no `clientCert` fields. */
  readonly client: Client | null;
  /** Of an API without an execution log: the finding that refused the certificate when it was looked at first; null for none. */
  readonly inferred?: string | null;
  /** As in `Denial`. */
  readonly rate: number;
}

/** One half of a request. */
export type Half = Denial | AccessRecord;

/** A half as it stands in a cell: who brought it first, and whether the other half was there already. */
export interface HeldHalf<T extends Half = Half> {
  readonly half: T;
  readonly batchId: string;
  /** True when this half found the other one waiting. At most one half of a cell has it. */
  readonly second: boolean;
}

/** Where the two halves of a request meet. */
export interface Cell {
  readonly denial: HeldHalf<Denial> | null;
  readonly access: HeldHalf<AccessRecord> | null;
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
  /** Of the access records, those that were broken or cut off, and were read in spite of it. */
  readonly recovered: number;
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
