/** How many were refused, in the words that every verb shares. */

import { countOf, type Notice } from '../../shared/model/index.js';

/** As the notice says it: in its window, or in all where it is over. */
export function amountText(notice: Pick<Notice, 'kind' | 'count' | 'toldWith' | 'windowMinutes'>): string {
  const count = countOf(notice);
  return notice.kind === 'resolved' ? inAll(count) : `${wholeText(count)} in ${notice.windowMinutes} min`;
}

export function inAll(count: number): string {
  return `${wholeText(count)} in all`;
}

function wholeText(count: number): string {
  return Math.round(count).toLocaleString('en');
}
