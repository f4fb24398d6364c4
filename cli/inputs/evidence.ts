/**
 * What of the logs could not be judged: an answer that rests on nothing must not sound like "all is well", and one that rests on a
 * share of the requests says so. For `preflight` and `expiry`, which judge by the certificates that the access log holds.
 */

import { plural } from '../../shared/x509/format.js';
import type { ClientRecord, ObservedClient } from '../../shared/x509/observed.js';
import type { Observed, Unjudged } from './clients.js';

/** Numbers of requests, and of records that may be requests, by the reason why they are not judged. */
export type NotJudged = Readonly<Record<Unjudged, number>>;

/** Counts what is not judged, and passes the clients on. */
export async function collectClients(
  observed: AsyncIterable<Observed>,
  add: (client: ObservedClient) => void,
): Promise<NotJudged> {
  const counts = { 'without-certificate': 0, 'none-presented': 0, unreadable: 0, damaged: 0 };
  for await (const one of observed) {
    if ('unjudged' in one) counts[one.unjudged] += 1;
    else add(one);
  }
  return counts;
}

export const ADD_PEM =
  'Add $context.identity.clientCert.clientCertPem to the access-log format of the stage: mtls-watch doctor prints the format and the command.';
const ASK_CLIENT =
  'CloudFront and load balancers log no certificate: ask the client for it, and give it to mtls-watch diagnose --client.';

/**
 * Sentences about clients that are not judged because their certificate is not in the log, with what to do about it by the kind of log.
 * @param lacks what the log does not have of them
 */
export function uncertifiedWords(clients: readonly ClientRecord[], lacks: string): string[] {
  const wordsOf = (some: readonly ClientRecord[], unit: string, cure: string): string[] => {
    if (some.length === 0) return [];
    const calls = some.reduce((sum, { requests }) => sum + requests, 0);
    return [
      `${plural(some.length, 'client')} with ${plural(calls, unit)} had ${lacks} in the log: not judged. ${cure}`,
    ];
  };
  return [
    ...wordsOf(
      clients.filter(({ isConnection }) => !isConnection),
      'request',
      ADD_PEM,
    ),
    ...wordsOf(
      clients.filter(({ isConnection }) => isConnection),
      'connection',
      ASK_CLIENT,
    ),
  ];
}

const READABLE =
  'Give their format with --format, or set one in JSON, which mtls-watch doctor prints: text alone does not tell which value is the certificate.';

/**
 * Sentences about what is not judged, to print with the answer; empty if everything was judged.
 * @param requests the number of requests with a certificate
 */
export function notJudgedWords(
  { 'without-certificate': without, unreadable, damaged }: NotJudged,
  requests: number,
): string[] {
  return [
    ...(without > 0
      ? [`${without} of ${plural(requests + without, 'request')} had no certificate in the log: not judged. ${ADD_PEM}`]
      : []),
    ...(unreadable > 0
      ? [`${plural(unreadable, 'record')} could not be read as access records: not judged. ${READABLE}`]
      : []),
    ...(damaged > 0 ? [`${plural(damaged, 'log event')} cut off or damaged: not judged.`] : []),
  ];
}

/** Why nothing at all was judged, as a clause. */
export function nothingWords({
  'without-certificate': without,
  'none-presented': none,
  unreadable,
  damaged,
}: NotJudged): string {
  const records = without + unreadable + damaged;
  if (records === 0 && none > 0) return `no certificate was presented in ${plural(none, 'connection')}`;
  return records === 0 ? 'no access record was read' : `no client certificate was seen in ${plural(records, 'record')}`;
}
