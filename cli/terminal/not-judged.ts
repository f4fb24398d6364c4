/**
 * What of the logs could not be judged, in sentences: an answer that rests on nothing must not sound like "all is well", and one that
 * rests on a share of the requests says so. For `preflight` and `expiry`, which judge by the certificates that the access log holds.
 */

import type { EvidenceWords, Lacking } from '../../shared/messages/evidence-words.js';
import type { ClientRecord } from '../../shared/x509/observed.js';
import type { NotJudged } from '../inputs/clients.js';

/**
 * Sentences about clients that are not judged because their certificate is not in the log, with what to do about it by the kind of log.
 * @param lacks what the log does not have of them
 */
export function uncertifiedWords(clients: readonly ClientRecord[], lacks: Lacking, words: EvidenceWords): string[] {
  return (['request', 'connection'] as const).flatMap((unit) => {
    const some = clients.filter(({ isConnection }) => isConnection === (unit === 'connection'));
    const calls = some.reduce((sum, { requests }) => sum + requests, 0);
    const cure = unit === 'request' ? words.addPem : words.askClient;
    return some.length === 0 ? [] : [words.join([words.lacking(some.length, calls, unit, lacks), cure])];
  });
}

/**
 * Sentences about what is not judged, to print with the answer; empty if everything was judged.
 * @param requests the number of requests with a certificate
 */
export function notJudgedWords(
  { 'without-certificate': without, unreadable, damaged }: NotJudged,
  requests: number,
  words: EvidenceWords,
): string[] {
  return [
    ...(without > 0 ? [words.join([words.withoutCertificate(without, requests + without), words.addPem])] : []),
    ...(unreadable > 0 ? [words.join([words.unreadable(unreadable), words.giveFormat])] : []),
    ...(damaged > 0 ? [words.damaged(damaged)] : []),
  ];
}

/** Why nothing at all was judged, as a clause. */
export function nothingWords(
  { 'without-certificate': without, 'none-presented': none, unreadable, damaged }: NotJudged,
  words: EvidenceWords,
): string {
  const records = without + unreadable + damaged;
  if (records === 0 && none > 0) return words.nonePresented(none);
  return records === 0 ? words.noRecord : words.noneSeen(records);
}
