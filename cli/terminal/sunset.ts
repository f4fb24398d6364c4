/** The section "will lose client authentication at the next renewal", of `expiry` and `audit`. */

import type { AuditWords } from '../../shared/messages/audit-words.js';
import { CHROME_DATE, CHROME_SOURCE } from '../../shared/x509/public-cas.js';
import type { CaSunset, ClientSunset } from '../../shared/x509/sunset.js';
import { pc } from './colors.js';
import { heading, ratio, share, table, wrapped } from './table.js';

const ROWS_MAX = 40;

type Words = AuditWords['sunset'];

/** Empty if no client is affected. */
export function clientSunsetText(sunsets: readonly ClientSunset[], total: number, words: Words): string {
  if (sunsets.length === 0) return '';
  const rows = sunsets
    .slice(0, ROWS_MAX)
    .map(({ client, until, successor, ...why }) => [
      trafficOf(client, total),
      client.notAfter === null ? words.unknown : new Date(client.notAfter).toISOString().slice(0, 10),
      until,
      client.subjectDn,
      whyText(why, words),
      successor === null ? pc.red(words.noneSeen) : new Date(successor.firstAt).toISOString().slice(0, 10),
    ]);
  const more = sunsets.length - rows.length;
  return [
    heading(words.title),
    table(words.clientHead, rows, [0]),
    more > 0 ? `  ${words.moreListed(more)}\n` : '',
    wrapped(words.ofClients(CHROME_DATE)),
    wrapped(words.waysOut),
  ].join('');
}

/** How often those called whom exported logs alone know is not kept. */
export function trafficOf({ requests }: ClientSunset['client'], total: number): string {
  return requests === 0 ? '–' : share(requests, total);
}

/** When a client was seen last, and where, as lines of JSON say it. */
export function lastSeenOf({ lastAt, lastSeenIn, scopes }: ClientSunset['client']) {
  return { lastSeen: new Date(lastAt).toISOString(), lastSeenIn, scopes };
}

function whyText({ publicCa, usages }: Pick<ClientSunset, 'publicCa' | 'usages'>, words: Words): string {
  if (publicCa === null) return words.bothUsages;
  if (usages === 'server') return words.lostAlready(publicCa.name);
  return usages === 'client' ? words.clientsOnly(publicCa.name) : words.byName(publicCa.name);
}

export function clientSunsetLine({ client, publicCa, usages, until, successor }: ClientSunset, total: number) {
  const { subjectDn, issuerDn, serialNumber, requests, notAfter } = client;
  return {
    type: 'sunset',
    subjectDn,
    issuerDn,
    serialNumber,
    notAfter: notAfter === null ? null : new Date(notAfter).toISOString(),
    requests,
    share: ratio(requests, total),
    publicCa: publicCa?.name ?? null,
    usages,
    until,
    source: publicCa?.source ?? CHROME_SOURCE,
    ...lastSeenOf(client),
    successor:
      successor === null
        ? null
        : { serialNumber: successor.serialNumber, firstSeen: new Date(successor.firstAt).toISOString() },
  };
}

/** Empty if no CA is public. */
export function caSunsetText(sunsets: readonly CaSunset[], words: Words): string {
  if (sunsets.length === 0) return '';
  const rows = sunsets
    .slice(0, ROWS_MAX)
    .map(({ line, certificate, publicCa, until }) => [String(line), until, certificate.subjectDn, publicCa.name]);
  const more = sunsets.length - rows.length;
  return [
    heading(words.title),
    table(words.caHead, rows, [0]),
    more > 0 ? `  ${words.moreListed(more)}\n` : '',
    wrapped(words.ofCas(sunsets.length)),
    wrapped(words.waysOut),
  ].join('');
}

export function caSunsetLine({ line, certificate, publicCa, until }: CaSunset) {
  return {
    type: 'sunset',
    line,
    subjectDn: certificate.subjectDn,
    publicCa: publicCa.name,
    until,
    source: publicCa.source,
  };
}
