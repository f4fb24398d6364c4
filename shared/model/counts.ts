/** What is counted and measured. */

import type { ForbiddenCause, ReasonId } from './reasons.js';

/** The issuer of a failure whose client is not known. */
export const UNKNOWN_ISSUER = 'unknown';
/** Where issuers beyond the bound per scope are counted together. */
export const OTHER_ISSUERS = '(other issuers)';
/** Issuer of the incident of a scope in which several partners fail together. */
export const SEVERAL_ISSUERS = '(several issuers)';
/** Issuer of the incident of a scope in which strangers try the door. */
export const SEVERAL_STRANGERS = '(several strangers)';

/** Whether the name stands for an incident of a whole scope. */
export function isSeveral(issuerDn: string): boolean {
  return issuerDn === SEVERAL_ISSUERS || issuerDn === SEVERAL_STRANGERS;
}

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

/** One number for CloudWatch. */
export interface Measure {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds';
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
}
