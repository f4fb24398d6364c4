/** `mtls-watch expiry`: which certificates that really call, and which CAs above them, expire when. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { DAY_MS } from '../../shared/base/time.js';
import type { Clock } from '../../shared/ports/index.js';
import { plural, span } from '../../shared/x509/format.js';
import {
  type CaExpiry,
  type ClientExpiry,
  expiries,
  type ObservedClient,
  observations,
} from '../../shared/x509/observed.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import { type LiveOptions, liveOf, say, withLive } from '../inputs/live/options.js';
import { readUsableTruststore } from '../inputs/truststores.js';
import { withAccount } from '../terminal/account.js';
import { pc } from '../terminal/colors.js';
import {
  daysOption,
  heading,
  jsonLine,
  type Output,
  ratio,
  share,
  short,
  table,
  timeOption,
} from '../terminal/table.js';
import type { ObserveClients } from './preflight.js';

export interface ExpiryOptions extends LiveOptions, FormatOption {
  readonly truststore?: string;
  readonly at?: string;
  /** Days. */
  readonly within: string;
  readonly json?: boolean;
}

export function expiryCommand(
  observe: ObserveClients,
  output: Output = process.stdout,
  clock: Clock = systemClock,
): Command {
  const command = new Command('expiry')
    .description('tell which certificates in use expire when, the busiest first')
    .argument('[input...]', 'access logs: a file, a folder, s3://bucket/prefix, or - for standard input')
    .option('--truststore <file>', 'the CA bundle, to see its CAs as well: a file or s3://bucket/key')
    .option('--within <days>', 'list what expires within so many days', '90')
    .option('--at <time>', 'count from this ISO time instead of now')
    .option('--json', 'one JSON object a line: certificates, then one summary');
  return withAccount(withLive(withFormat(command))).action(async (inputs: string[], options: ExpiryOptions) => {
    const live = await liveOf(options, 'clients', say, clock);
    process.exitCode = await runExpiry(observe(inputs, live, await readFormat(options.format)), options, output, clock);
  });
}

/** @returns 0 nothing expires, 1 something does and no successor has called yet */
export async function runExpiry(
  observed: AsyncIterable<ObservedClient>,
  options: ExpiryOptions,
  output: Output,
  clock: Clock,
): Promise<number> {
  const at = timeOption(options.at, clock);
  const withinMs = daysOption(options.within);
  const truststore = options.truststore === undefined ? null : await readUsableTruststore(options.truststore, clock);
  const seen = observations();
  for await (const one of observed) seen.add(one);
  const clients = seen.clients();
  const found = expiries(clients, truststore?.truststore ?? null, at, withinMs);
  const open = found.filter((one) => one.kind === 'ca' || one.successor === null).length;
  if (options.json) {
    for (const one of found) output.write(jsonLine(lineOf(one, at, seen.requests())));
    output.write(
      jsonLine({
        type: 'summary',
        clients: clients.length,
        requests: seen.requests(),
        requestsLeftOut: seen.leftOut(),
        expiring: found.length,
        withoutSuccessor: open,
      }),
    );
  } else {
    output.write(describe(found, open, clients.length, at, seen.requests(), withinMs));
  }
  return open > 0 ? 1 : 0;
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
  open: number,
  clients: number,
  at: number,
  requests: number,
  withinMs: number,
): string {
  const days = plural(withinMs / DAY_MS, 'day');
  const result =
    found.length === 0
      ? pc.green(pc.bold(`nothing expires within ${days}`))
      : open === 0
        ? pc.green(
            pc.bold(`${plural(found.length, 'certificate')} expiring within ${days}, each with a successor that calls`),
          )
        : pc.yellow(
            pc.bold(
              `${plural(open, 'certificate')} without a successor ${open === 1 ? 'expires' : 'expire'} within ${days}`,
            ),
          );
  const rows = found.slice(0, ROWS_MAX).map((one) => rowOf(one, at, requests));
  const more = found.length - rows.length;
  return [
    `${result}  ${pc.dim(`${plural(clients, 'client')} seen calling`)}\n`,
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
      short(one.certificate.subjectDn, 50),
      '',
    ];
  }
  const { client, successor } = one;
  const next =
    successor === null ? pc.red('none seen') : `seen since ${new Date(successor.firstAt).toISOString().slice(0, 10)}`;
  return [share(client.requests, total), day, left, 'client', short(client.subjectDn, 50), next];
}
