/**
 * The meaning of the answer to a call of the canary. Pure. A correct gateway refuses an unknown certificate with a bare
 * 403; the other answers are distinguished, because each has a different remedy.
 */

import { clean } from '../base/text.js';
import type { Answer, ProbeOutcome } from '../model/index.js';

export interface Judgement {
  readonly outcome: Exclude<ProbeOutcome, 'calling'>;
  /** What failed and what to check, in one line; null if the call was refused as expected. */
  readonly trouble: string | null;
}

/** The error type of a refused certificate (AWS's article on 403 errors of mutual TLS); others have other causes. */
const REFUSED_ERROR = 'ForbiddenException';
/** Statuses that the gateway returns without looking at the request, so they say nothing about mutual TLS. */
const UNAVAILABLE: readonly number[] = [429, 503, 504];

export function judgeCall(domain: string, answer: Answer): Judgement {
  if (answer.kind === 'unreachable') {
    return {
      outcome: 'unreachable',
      trouble: `the canary cannot reach ${domain}: ${shown(answer.detail)}. Check its DNS record, that it can be called from the internet, and connectTo of the canary.`,
    };
  }
  if (answer.kind === 'tls-failed') {
    return {
      outcome: 'tls-failed',
      trouble: `the canary reached ${domain}, and TLS failed or was cut: ${shown(answer.detail)}. Check the server certificate of the domain, that TLS 1.2 is allowed, and that nothing in between ends TLS.`,
    };
  }
  const { status } = answer;
  const errorType = shown(answer.errorType?.split(':')[0] ?? REFUSED_ERROR);
  if (UNAVAILABLE.includes(status)) {
    return {
      outcome: 'unavailable',
      trouble: `${domain} answered the canary with ${status}: it is throttled or out of order, so nothing is known about mutual TLS.`,
    };
  }
  if (status !== 403) {
    return {
      outcome: 'accepted',
      trouble: `${domain} answered a self-signed certificate of a stranger with ${status} instead of 403: mutual TLS does not refuse it. Check that the domain has a truststore, that the truststore holds nothing but your partners' CAs, and where the name leads.`,
    };
  }
  if (errorType !== REFUSED_ERROR) {
    return {
      outcome: 'other-forbidden',
      trouble: `${domain} answered the canary with 403 ${errorType} instead of ${REFUSED_ERROR}: something else than mutual TLS refused it. Check that the domain has a truststore, and the path of the canary.`,
    };
  }
  return { outcome: 'refused', trouble: null };
}

/** The text comes from the server that answered, so it is cleaned. */
function shown(text: string): string {
  return clean(text, 200);
}
