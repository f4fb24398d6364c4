/** How many were refused, in the words that every verb shares. */

import { type IncidentWords, incidentWords } from '../../shared/messages/incident-words.js';
import { countOf, type Notice } from '../../shared/model/index.js';

type Words = Pick<IncidentWords, 'inAll' | 'inMinutes'>;

/** As the notice says it: in its window, or in all where it is over. */
export function amountText(
  notice: Pick<Notice, 'kind' | 'count' | 'toldWith' | 'windowMinutes'>,
  words: Words = incidentWords.en,
): string {
  const count = countOf(notice);
  return notice.kind === 'resolved' ? inAll(count, words) : words.inMinutes(wholeText(count), notice.windowMinutes);
}

export function inAll(count: number, words: Words = incidentWords.en): string {
  return words.inAll(wholeText(count));
}

function wholeText(count: number): string {
  return Math.round(count).toLocaleString('en');
}
