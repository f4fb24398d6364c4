/** What `expiry` found: its table, and its lines of JSON. */

import { DAY_MS } from '../../shared/base/time.js';
import type { ClientWords } from '../../shared/messages/client-words.js';
import { saySpan } from '../../shared/x509/format.js';
import type { CaExpiry, ClientExpiry, ClientRecord } from '../../shared/x509/observed.js';
import { pc } from './colors.js';
import { lastSeenOf, trafficOf } from './sunset.js';
import { heading, ratio, share, table } from './table.js';

/** A line of `expiry --json`. */
export function expiryLine(expiry: ClientExpiry | CaExpiry, at: number, total: number) {
  const { notAfter } = expiry;
  const dates = { notAfter: new Date(notAfter).toISOString(), daysLeft: Math.floor((notAfter - at) / DAY_MS) };
  if (expiry.kind === 'ca') {
    const { certificate, clients, requests } = expiry;
    const { subjectDn, issuerDn, serialNumber } = certificate;
    return {
      type: 'ca',
      subjectDn,
      issuerDn,
      serialNumber,
      ...dates,
      clients,
      requests,
      share: ratio(requests, total),
    };
  }
  const { client, successor } = expiry;
  const { subjectDn, issuerDn, serialNumber, requests } = client;
  return {
    type: 'client',
    subjectDn,
    issuerDn,
    serialNumber,
    ...dates,
    requests,
    share: ratio(requests, total),
    ...lastSeenOf(client),
    successor:
      successor === null
        ? null
        : {
            serialNumber: successor.serialNumber,
            notAfter: successor.notAfter === null ? null : new Date(successor.notAfter).toISOString(),
            firstSeen: new Date(successor.firstAt).toISOString(),
          },
  };
}

const ROWS_MAX = 40;

interface Shown {
  readonly found: readonly (ClientExpiry | CaExpiry)[];
  readonly clients: readonly ClientRecord[];
  /** Of the logs that were read. */
  readonly requests: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Empty if nothing expires. A column tells where each was seen last, if exported logs of the past tell of any. */
export function expiryTable({ found, clients, requests, at }: Shown, words: ClientWords): string {
  if (found.length === 0) return '';
  const { head, lastSeen, byTraffic } = words.expiry;
  const hasSources = clients.some(({ lastSeenIn }) => lastSeenIn === 'exports');
  const rows = found
    .slice(0, ROWS_MAX)
    .map((one) => [...rowOf(one, at, requests, words), ...(hasSources ? [seenLast(one, words.expiry)] : [])]);
  const more = found.length - rows.length;
  return [
    heading(byTraffic),
    table(hasSources ? [...head, lastSeen] : head, rows, [0]),
    more > 0 ? `  ${words.moreListed(more)}\n` : '',
  ].join('');
}

function seenLast(one: ClientExpiry | CaExpiry, { seenIn }: ClientWords['expiry']): string {
  return one.kind === 'ca' ? '' : seenIn[one.client.lastSeenIn](dayOf(one.client.lastAt));
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function rowOf(one: ClientExpiry | CaExpiry, at: number, total: number, { say, expiry: words }: ClientWords): string[] {
  const { notAfter } = one;
  const span = say(saySpan(notAfter - at));
  const left = notAfter < at ? pc.red(words.ago(span)) : pc.yellow(words.ahead(span));
  const day = dayOf(notAfter);
  if (one.kind === 'ca') {
    return [share(one.requests, total), day, left, words.caOf(one.clients), one.certificate.subjectDn, ''];
  }
  const { client, successor } = one;
  const next = successor === null ? pc.red(words.noneSeen) : words.seenSince(dayOf(successor.firstAt));
  return [trafficOf(client, total), day, left, words.client, client.subjectDn, next];
}
