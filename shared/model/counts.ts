/** What is counted and measured. */

import type { ForbiddenCause, ReasonId } from './reasons.js';

/** The issuer of a failure whose client is not known. */
export const UNKNOWN_ISSUER = 'unknown';
/** The issuers of a scope beyond the bound are counted together under this name. */
export const OTHER_ISSUERS = '(other issuers)';
/** The custom domains of an account beyond the bound are counted together under this name. */
export const OTHER_DOMAINS = '(other domains)';
/** Issuer of a scope's incident: several partners fail together. */
export const SEVERAL_ISSUERS = '(several issuers)';
/** Issuer of a scope's incident: issuers that the truststore does not know try to connect. */
export const SEVERAL_STRANGERS = '(several strangers)';

/** Last part of the name under which clients are counted whose door does not log the issuer, behind whom they say they are. */
export const UNLOGGED_ISSUER = '(issuer not in the log)';

/** Such as `O=Acme Logistics Inc.,(issuer not in the log)`. No DN has a part without a type, and commas in values are escaped. */
export function isUnloggedIssuer(issuerDn: string): boolean {
  return issuerDn === UNLOGGED_ISSUER || /(?:^|[^\\])(?:\\\\)*,\(issuer not in the log\)$/.test(issuerDn);
}

/** Who clients say they are whose issuer is not logged; '' where they do not say, null for every other issuer. */
export function unloggedClient(issuerDn: string): string | null {
  if (!isUnloggedIssuer(issuerDn)) return null;
  const [, name = ''] = /^[A-Z0-9.]{1,40}=(.*),\(issuer not in the log\)$/s.exec(issuerDn) ?? [];
  return name.replace(/\\([ ",+;<>\\#=])/g, '$1');
}

/** Whether the issuer stands for an incident of a whole scope. */
export function isSeveral(issuerDn: string): boolean {
  return issuerDn === SEVERAL_ISSUERS || issuerDn === SEVERAL_STRANGERS;
}

/** The key by which failures are counted. */
export interface GroupKey {
  readonly scope: string;
  readonly issuerDn: string;
  readonly reason: ReasonId;
  /**
   * Set where the truststore holds a CA of the issuer's name, and no such CA signed the certificates: then the name is a
   * claim, and such refusals are not the partner's.
   */
  readonly isUnverified?: true;
  /** The id of the front door that refused; absent for API Gateway. Several doors may serve one name, and are never counted together. */
  readonly door?: string;
  /**
   * Of the reason `other`: the kind of sentence that the door wrote (`reason-words.ts`). Absent where it wrote none, beyond the kinds
   * that a scope and day have places for, and in what an earlier release counted.
   */
  readonly words?: string;
}

/** How often one client failed. All lists are bounded: `sourceIps` holds at most a handful. */
export interface ClientTally {
  readonly subjectDn: string;
  readonly serialNumber: string;
  readonly fingerprint: string | null;
  readonly sourceIps: readonly string[];
  readonly count: number;
  /** Its validity, in milliseconds since the epoch, where the log says both and nobody keeps the certificate. */
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
}

/** What was counted of one group in a span of time. */
export interface Counts {
  readonly group: GroupKey;
  /**
   * How many records were counted. The number only grows, so of two counts of the same thing the one with more records
   * is the more complete.
   */
  readonly requests: number;
  /**
   * Refused requests. In a storm this is an estimate for named issuers, and what they are estimated at is subtracted
   * from the unknown issuers. A single count may therefore be negative; sums over all issuers are exact.
   */
  readonly count: number;
  /** Of `count`: how many have no known client, and how many have an inferred reason. */
  readonly unattributed: number;
  readonly inferred: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly reasonText: string;
  readonly clients: readonly ClientTally[];
  /** The smallest hashes of all clients, where `clients` does not name each of them. See `count/distinct.ts`. */
  readonly clientHashes?: readonly number[];
}

/**
 * How many failures of one group one batch brought for one minute. A fact is put, never added to: writing it again
 * changes nothing. It is replaced only by a fact with more records.
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

/** Other 403s of one batch, by scope, door, cause and minute. */
export interface ForbiddenFact {
  readonly scope: string;
  /** As in `GroupKey`. */
  readonly door?: string;
  readonly cause: ForbiddenCause;
  readonly minute: number;
  readonly batchId: string;
  /** Equals `count`. A stored fact of either kind is replaced only by one with more `requests`. */
  readonly requests: number;
  readonly count: number;
  /** Marks of the events, one after the other (`event-marks.ts`), so that a store can tell those that another batch brought. */
  readonly events?: string;
}

/** One value of a CloudWatch metric. */
export interface Measure {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}
