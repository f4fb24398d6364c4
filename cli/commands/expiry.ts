/** `mtls-watch expiry`: when the certificates that are in use, and the CAs above them, expire. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { Clock } from '../../shared/ports/index.js';
import { plural, span } from '../../shared/x509/format.js';
import {
  type CaExpiry,
  type ClientExpiry,
  type ClientRecord,
  expiries,
  observations,
  SHORT_LIFE_DAYS_MAX,
  shortLived,
  withoutStrangers,
} from '../../shared/x509/observed.js';
import { clientSunsets } from '../../shared/x509/sunset.js';
import { type Observed, observeClients } from '../inputs/clients.js';
import { collectClients, type NotJudged, nothingWords, notJudgedWords, uncertifiedWords } from '../inputs/evidence.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf, say, withLive } from '../inputs/live/options.js';
import { readUsableTruststore, truststoreErrors } from '../inputs/truststores.js';
import { withAccount } from '../terminal/account.js';
import { pc } from '../terminal/colors.js';
import { timeOption } from '../terminal/options.js';
import { clientSunsetLine, clientSunsetText } from '../terminal/sunset.js';
import { daysOption, folded, heading, jsonLine, type Output, ratio, share, table, wrapped } from '../terminal/table.js';
import type { ObserveClients } from './preflight.js';

export interface ExpiryOptions extends LiveOptions, FormatOption {
  readonly truststore?: string;
  /** Days. */
  readonly within: string;
  readonly json?: boolean;
}

export function expiryCommand(
  observe: ObserveClients = observeClients,
  output: Output = process.stdout,
  clock: Clock = systemClock,
): Command {
  const command = new Command('expiry')
    .argument('[input...]', 'access logs: a file, a folder, s3://bucket/prefix, or - for standard input')
    .option('--truststore <file>', 'the CA bundle, to see its CAs as well: a file or s3://bucket/key')
    .option('--within <days>', 'list what expires within so many days; what lives shortly, in its last quarter', '90')
    .option('--json', 'one JSON object a line: certificates, then one summary');
  return withAccount(withLive(withFormat(command))).action(async (inputs: string[], options: ExpiryOptions) => {
    const live = await liveOf(options, 'clients', say, clock);
    process.exitCode = await runExpiry(observe(inputs, live, await readFormat(options.format)), options, output, clock);
  });
}

/**
 * @returns 0 nothing expires; 1 something expires without a successor that was seen calling, or it is uncertain; 2
 * nothing could be judged
 */
export async function runExpiry(
  observed: AsyncIterable<Observed>,
  options: ExpiryOptions,
  output: Output,
  clock: Clock,
): Promise<number> {
  const at = timeOption(options.at, clock);
  const withinMs = daysOption(options.within);
  const truststore = options.truststore === undefined ? null : await readUsableTruststore(options.truststore, clock);
  const seen = observations();
  const notJudged = await collectClients(observed, seen.add);
  const clients = seen.clients();
  const found = expiries(clients, truststore?.truststore ?? null, at, withinMs);
  const open = found.filter((one) => one.kind === 'ca' || one.successor === null);
  const undated = clients.filter(({ notAfter }) => notAfter === null);
  const errors = truststore === null ? [] : truststoreErrors(truststore);
  const limits = [
    ...errors,
    ...notJudgedWords(notJudged, seen.requests()),
    ...uncertifiedWords(undated, 'no readable certificate and no end of validity'),
    ...(seen.leftOut() > 0 ? [`${plural(seen.leftOut(), 'request')} of further clients were not looked at.`] : []),
  ];
  const known = withoutStrangers(clients, truststore?.truststore ?? null);
  const sunsets = clientSunsets(clients, truststore?.truststore ?? null, at);
  const answer = answerOf(
    {
      found,
      open,
      at,
      clients,
      strangers: known.length === 0,
      shortLived: shortLived(known, at, withinMs).length,
      undated,
      isWhole: limits.length === 0,
      isSure: errors.length === 0,
    },
    plural(withinMs / DAY_MS, 'day'),
    notJudged,
  );
  if (options.json) {
    for (const one of found) output.write(jsonLine(lineOf(one, at, seen.requests())));
    for (const one of sunsets) output.write(jsonLine(clientSunsetLine(one, seen.requests())));
    output.write(
      jsonLine({
        type: 'summary',
        clients: clients.length,
        clientsWithoutValidity: undated.length,
        requests: seen.requests(),
        requestsLeftOut: seen.leftOut(),
        requestsWithoutCertificate: notJudged['without-certificate'],
        recordsUnreadable: notJudged.unreadable + notJudged.damaged,
        expiring: found.length,
        withoutSuccessor: open.length,
        losingClientAuthentication: sunsets.length,
      }),
    );
  } else {
    const text = describe(found, answer, limits, clients.length, at, seen.requests());
    output.write(folded(text + clientSunsetText(sunsets, seen.requests())));
  }
  return answer.code;
}

interface Seen {
  readonly found: readonly (ClientExpiry | CaExpiry)[];
  /** Those of `found` without a successor. */
  readonly open: readonly (ClientExpiry | CaExpiry)[];
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly clients: readonly ClientRecord[];
  /** Whether only refused clients were seen. */
  readonly strangers: boolean;
  /** Clients whose certificates end within the time and are not due. */
  readonly shortLived: number;
  /** Clients whose certificate's end is not in the log. */
  readonly undated: readonly ClientRecord[];
  /** Whether everything was judged. */
  readonly isWhole: boolean;
  /** Whether the truststore was read completely. */
  readonly isSure: boolean;
}

interface Answer {
  readonly code: 0 | 1 | 2;
  readonly headline: string;
}

/** "Nothing expires" requires that the end of at least one certificate was seen. */
function answerOf(seen: Seen, days: string, notJudged: NotJudged): Answer {
  const { found, open, at, clients, strangers, shortLived: brief, undated, isWhole, isSure } = seen;
  const say = (code: 0 | 1 | 2, color: (text: string) => string, text: string): Answer => ({
    code,
    headline: color(pc.bold(text)),
  });
  if (open.length > 0) return say(1, pc.yellow, dueWords(open, at, days, ' without a successor'));
  if (found.length > 0) return say(0, pc.green, `${dueWords(found, at, days, '')}, each with a successor that calls`);
  const nothing = 'nothing can be said of what expires';
  if (clients.length === 0) return say(2, pc.yellow, `${nothing}: ${nothingWords(notJudged)}`);
  if (undated.length === clients.length) return say(2, pc.yellow, `${nothing}: no end of validity was seen`);
  if (strangers) return say(1, pc.yellow, `${nothing}: no client was seen that is let in`);
  if (!isSure) return say(1, pc.yellow, 'it is not sure what expires: the truststore has errors');
  const nothingElse =
    brief === 0
      ? ''
      : ` but ${plural(brief, 'certificate')} of a life of ${SHORT_LIFE_DAYS_MAX} days or less, not yet in the last quarter`;
  if (!isWhole) return say(0, pc.yellow, `nothing of what was judged expires within ${days}${nothingElse}`);
  return say(0, pc.green, `nothing expires within ${days}${nothingElse}`);
}

/** What has expired apart from what will. @param which what is said of the certificates, with a space before it */
function dueWords(due: readonly (ClientExpiry | CaExpiry)[], at: number, days: string, which: string): string {
  const expired = due.filter(({ notAfter }) => notAfter < at).length;
  const coming = due.length - expired;
  const certificates = `${plural(due.length, 'certificate')}${which}`;
  if (expired === 0) return `${certificates} expiring within ${days}`;
  if (coming === 0) return `${certificates} expired`;
  return `${certificates}: ${expired} expired, ${coming} expiring within ${days}`;
}

function lineOf(expiry: ClientExpiry | CaExpiry, at: number, total: number) {
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
  const { subjectDn, issuerDn, serialNumber, requests, lastAt, scopes } = client;
  return {
    type: 'client',
    subjectDn,
    issuerDn,
    serialNumber,
    ...dates,
    requests,
    share: ratio(requests, total),
    lastSeen: new Date(lastAt).toISOString(),
    scopes,
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

function describe(
  found: readonly (ClientExpiry | CaExpiry)[],
  { headline }: Answer,
  limits: readonly string[],
  clients: number,
  at: number,
  requests: number,
): string {
  const rows = found.slice(0, ROWS_MAX).map((one) => rowOf(one, at, requests));
  const more = found.length - rows.length;
  return [
    `${headline}  ${pc.dim(`${plural(clients, 'client')} seen calling`)}\n`,
    limits.map((one) => wrapped(one)).join(''),
    rows.length > 0
      ? heading('By traffic') + table(['Requests', 'Expires', '', 'What', 'Subject', 'Successor'], rows, [0])
      : '',
    more > 0 ? `  and ${more} more; --json lists them all\n` : '',
  ].join('');
}

function rowOf(one: ClientExpiry | CaExpiry, at: number, total: number): string[] {
  const { notAfter } = one;
  const left = notAfter < at ? pc.red(`${span(at - notAfter)} ago`) : pc.yellow(`in ${span(notAfter - at)}`);
  const day = new Date(notAfter).toISOString().slice(0, 10);
  if (one.kind === 'ca') {
    return [
      share(one.requests, total),
      day,
      left,
      `CA of ${plural(one.clients, 'client')}`,
      one.certificate.subjectDn,
      '',
    ];
  }
  const { client, successor } = one;
  const next =
    successor === null ? pc.red('none seen') : `seen since ${new Date(successor.firstAt).toISOString().slice(0, 10)}`;
  return [share(client.requests, total), day, left, 'client', client.subjectDn, next];
}
