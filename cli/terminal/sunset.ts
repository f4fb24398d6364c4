/** The section "will lose client authentication at the next renewal", of `expiry` and `audit`. */

import { plural } from '../../shared/x509/format.js';
import { CHROME_DATE, CHROME_SOURCE } from '../../shared/x509/public-cas.js';
import type { CaSunset, ClientSunset } from '../../shared/x509/sunset.js';
import { pc } from './colors.js';
import { heading, ratio, share, table, wrapped } from './table.js';

const ROWS_MAX = 40;
const TITLE = 'Will lose client authentication at the next renewal';
const RUNBOOK = 'runbooks/en/client-authentication-sunset.md';
const WAYS_OUT = `Ways out: a private CA, such as AWS Private CA, or ACM's private roots for client authentication (since November 2026); add its CA to the truststore before the client changes over. ${RUNBOOK}`;

/** Empty if no client is affected. */
export function clientSunsetText(sunsets: readonly ClientSunset[], total: number): string {
  if (sunsets.length === 0) return '';
  const rows = sunsets
    .slice(0, ROWS_MAX)
    .map(({ client, until, successor, ...why }) => [
      share(client.requests, total),
      client.notAfter === null ? 'unknown' : new Date(client.notAfter).toISOString().slice(0, 10),
      until,
      client.subjectDn,
      whyText(why),
      successor === null ? pc.red('none seen') : new Date(successor.firstAt).toISOString().slice(0, 10),
    ]);
  const more = sunsets.length - rows.length;
  return [
    heading(TITLE),
    table(['Requests', 'Ends', 'CA stops', 'Subject', 'Why', 'Moved'], rows, [0]),
    more > 0 ? `  and ${more} more; --json lists them all\n` : '',
    wrapped(
      `Public CAs stop issuing for client authentication, each on its date, Chrome's for all that name none (${CHROME_DATE}); the client goes dark when it renews after that.`,
    ),
    wrapped(WAYS_OUT),
  ].join('');
}

function whyText({ publicCa, usages }: Pick<ClientSunset, 'publicCa' | 'usages'>): string {
  if (publicCa === null) return 'both usages; if its CA is public';
  const name = `${publicCa.name}, by name`;
  if (usages === 'server') return `${name}; has lost it already`;
  return usages === 'client' ? `${name}; clients only: ask the CA` : name;
}

export function clientSunsetLine({ client, publicCa, usages, until, successor }: ClientSunset, total: number) {
  const { subjectDn, issuerDn, serialNumber, requests, notAfter, lastAt, scopes } = client;
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
    lastSeen: new Date(lastAt).toISOString(),
    scopes,
    successor:
      successor === null
        ? null
        : { serialNumber: successor.serialNumber, firstSeen: new Date(successor.firstAt).toISOString() },
  };
}

/** Empty if no CA is public. */
export function caSunsetText(sunsets: readonly CaSunset[]): string {
  if (sunsets.length === 0) return '';
  const rows = sunsets
    .slice(0, ROWS_MAX)
    .map(({ line, certificate, publicCa, until }) => [String(line), until, certificate.subjectDn, publicCa.name]);
  const more = sunsets.length - rows.length;
  return [
    heading(TITLE),
    table(['Line', 'CA stops', 'Clients under', 'Public CA, by name'], rows, [0]),
    more > 0 ? `  and ${more} more; --json lists them all\n` : '',
    wrapped(
      `Clients under ${sunsets.length === 1 ? 'this CA' : `these ${plural(sunsets.length, 'CA')}`} get no certificate for client authentication any more after that date; mtls-watch expiry on the access logs tells who they are.`,
    ),
    wrapped(WAYS_OUT),
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
