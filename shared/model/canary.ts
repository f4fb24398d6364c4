/** The calls of the canary, and what came of them. */

/** How a call of the canary ended. */
export const probeOutcomes = [
  /** The call has not ended yet, or its result was not stored. */
  'calling',
  /** A 403 as the gateway gives to a refused certificate. */
  'refused',
  /**
   * The gateway did not stop at the certificate: mutual TLS accepts a certificate that the truststore does not hold.
   */
  'accepted',
  /** A 403 whose cause is not the certificate. */
  'other-forbidden',
  /** The gateway answered that it throttles the call or is out of order. */
  'unavailable',
  'unreachable',
  'tls-failed',
] as const;

export type ProbeOutcome = (typeof probeOutcomes)[number];

/** The rules of the gateway that probes can settle: whether it lets in a certificate of each of these kinds. */
export const probedKinds = ['chain-of-five', 'server-only', 'p521', 'pss'] as const;
export type ProbedKind = (typeof probedKinds)[number];

/**
 * The kinds of certificates that probes call with. An ordinary one and a chain of four, which the gateway is known to
 * take, show that a refusal of the others is not due to the truststore.
 */
export const probeCertificateKinds = ['ordinary', 'chain-of-four', ...probedKinds] as const;
export type ProbeCertificateKind = (typeof probeCertificateKinds)[number];

/** What probes showed of one kind of certificate. */
export interface ProbedOutcome {
  readonly outcome: 'let-in' | 'refused' | 'undecided';
  /** Why it is undecided, in a sentence; null otherwise. */
  readonly because: string | null;
}

/** What probes showed at the gateway of one custom domain, beside an ordinary certificate that it let in. */
export interface ProbedGateway {
  readonly domain: string;
  /** When the last probe was answered. */
  readonly at: number;
  readonly outcomes: Readonly<Record<ProbedKind, ProbedOutcome>>;
}

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
  /** The connection was given up or cut before an answer; also when the server's certificate cannot be trusted. */
  | { readonly kind: 'tls-failed'; readonly detail: string };

/**
 * One call of the canary. It is made to be refused, so that its refusal can be followed through the logs into the
 * table.
 */
export interface Probe {
  /** SHA-256 of the DER of the client certificate. Its key was made for this call and is deleted after it. */
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

/** The log event by which a probe was recognised, and when. A probe is one call, so it accounts for one event. */
export interface ProbeSeen {
  readonly eventId: string;
  readonly at: number;
}

export interface WatchedProbe extends Probe {
  readonly seen: ProbeSeen | null;
}

/** A probe whose refusal arrived through the logs. */
export interface Sighting {
  readonly probe: Probe;
  readonly seenAt: number;
  /** Whether both halves of the refusal arrived; false where the denial's other half did not. */
  readonly isWhole: boolean;
}

/**
 * Subject and issuer of every certificate of the canary. The name never changes, so that the canary is never more than
 * one group.
 */
export const CANARY_DN = 'CN=mtls-watch canary';
