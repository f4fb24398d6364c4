/**
 * Tells the canary's refusals from everybody else's. Pure; `shared/canary/exclude.ts` asks the store and marks.
 *
 * Proof is the certificate: its key was made for one call and is gone, so nobody else can call with it. Its name proves
 * nothing, for anybody can write it into a certificate; it only says where a look at the store is worth its price. Where a
 * refusal has no certificate, the gateway's own id of the request ties it to the call, or the request id, which only the
 * canary, the gateway and the logs know. As a last line, a probe accounts for one log event: whoever finds a way to
 * pass for the canary hides one refusal and has the canary's own counted in its place.
 */

import { CANARY_DN } from '../model/canary.js';
import type { AccessRecord, Client, Failure, Parsed, Probe } from '../model/index.js';

/** The identifying fields of a refused request or an access record. */
export type Trace = Pick<Failure, 'requestId' | 'extendedRequestId' | 'client'>;

/**
 * A failure that may be the canary's. The gateway's documented message for its certificate is "self signed"; probes are
 * refused for other reasons.
 */
export function isSuspect({ client, reason }: Failure, isProbed: boolean): boolean {
  return client === null ? isProbed || reason === 'self-signed' : hasCanaryName(client);
}

export function hasCanaryName(client: Client | null): boolean {
  return client !== null && (client.subjectDn === CANARY_DN || client.issuerDn === CANARY_DN);
}

/** The probe that matches a request, or null. */
export function probeOf<T extends Probe>(
  { requestId, extendedRequestId, client }: Trace,
  probes: readonly T[],
): T | null {
  const fingerprint = client?.fingerprint ?? null;
  const isIt = (probe: T): boolean => {
    if (fingerprint !== null) return probe.fingerprint === fingerprint;
    if (extendedRequestId !== null && probe.extendedRequestId !== null) {
      return probe.extendedRequestId === extendedRequestId;
    }
    return requestId !== '' && probe.requestId === requestId;
  };
  return probes.find(isIt) ?? null;
}

/**
 * Whether all halves of the request arrived that can be expected. In a storm, the other half is left out on purpose.
 */
export function isWhole({ attribution }: Failure): boolean {
  return attribution === 'joined' || attribution === 'inferred' || attribution === 'not-sampled';
}

/** The requests with the canary's name in the access log, refused for any reason. */
export function namedInAccessLog({ accesses, otherForbidden }: Parsed): readonly { readonly at: number }[] {
  const named: { readonly at: number }[] = accesses.filter(({ client }: AccessRecord) => hasCanaryName(client));
  return [...named, ...otherForbidden.filter(({ fingerprint }) => fingerprint !== undefined)];
}

/** Removes the certificates and the other 403s of these probes. Their halves stay, because they have to be joined. */
export function withoutProbes(parsed: Parsed, probes: readonly Probe[]): Parsed {
  const ours = new Set(probes.map(({ fingerprint }) => fingerprint));
  return {
    ...parsed,
    otherForbidden: parsed.otherForbidden.filter(({ fingerprint = '' }) => !ours.has(fingerprint)),
    certificates: new Map([...parsed.certificates].filter(([fingerprint]) => !ours.has(fingerprint))),
  };
}
