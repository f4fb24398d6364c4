/** `mtls-watch preflight`: which clients would be refused or admitted if a new truststore replaced the current one. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import type { FormatsByLogGroup } from '../../shared/logs/formats-by-group.js';
import { type ClientWords, clientWords } from '../../shared/messages/client-words.js';
import { type EvidenceWords, evidenceWords } from '../../shared/messages/evidence-words.js';
import { issuerText, nameWords } from '../../shared/messages/names.js';
import type { Clock } from '../../shared/ports/index.js';
import {
  type ClientChange,
  type ClientRecord,
  observations,
  type PreflightResult,
  preflight,
} from '../../shared/x509/observed.js';
import {
  type DomainsHere,
  type DoorOptions,
  domainsHere,
  knownDoors,
  rulesOf,
  withDoor,
} from '../deployed/known-door.js';
import { collectClients, type NotJudged, observeClients } from '../inputs/clients.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { type Live, liveOf, withLive } from '../inputs/live/options.js';
import type { Observed } from '../inputs/observe.js';
import { readUsableTruststore, truststoreErrors } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { nothingWords, notJudgedWords, uncertifiedWords } from '../terminal/not-judged.js';
import { note } from '../terminal/notes.js';
import { languageOption, timeOption, withLanguage } from '../terminal/options.js';
import { folded, heading, jsonLine, type Output, ratio, share, table, wrapped } from '../terminal/table.js';

export interface PreflightOptions extends LiveOptions, FormatOption, DoorOptions {
  readonly truststore: string;
  readonly current?: string;
  readonly lang?: string;
  readonly json?: boolean;
}

/** Reads the certificates of callers from recorded logs: files, folders, S3, `-`, and log groups. */
export type ObserveClients = (
  inputs: readonly string[],
  live?: Live | null,
  format?: string | FormatsByLogGroup,
) => AsyncIterable<Observed>;

export function preflightCommand(
  observe: ObserveClients = observeClients,
  output: Output = process.stdout,
  clock: Clock = systemClock,
): Command {
  const command = withLanguage(new Command('preflight'), 'en')
    .argument('[input...]', 'access logs: a file, a folder, s3://bucket/prefix, or - for standard input')
    .requiredOption('--truststore <file>', 'the new CA bundle: a file or s3://bucket/key')
    .option('--current <file>', 'the bundle in use; without it, what happened to the last recorded request counts')
    .option('--json', 'one JSON object a line: clients, then one summary');
  return withDoor(withLive(withFormat(command))).action(async (inputs: string[], options: PreflightOptions) => {
    const live = await liveOf(options, 'clients', note, clock);
    process.exitCode = await runPreflight(
      observe(inputs, live, await readFormat(options.format)),
      options,
      output,
      clock,
    );
  });
}

/** @returns 0 no client would newly be refused; 1 some would, or it is uncertain; 2 nothing could be judged */
export async function runPreflight(
  observed: AsyncIterable<Observed>,
  options: PreflightOptions,
  output: Output,
  clock: Clock,
  open: () => Promise<DomainsHere> = () => domainsHere(options),
): Promise<number> {
  const at = timeOption(options.at, clock);
  const language = languageOption(options.lang, 'en');
  const spoken = { clients: clientWords[language], evidence: evidenceWords[language], names: nameWords[language] };
  const next = await readUsableTruststore(options.truststore);
  const current = options.current === undefined ? null : await readUsableTruststore(options.current);
  const seen = observations();
  const notJudged = await collectClients(observed, seen.add);
  const clients = seen.clients();
  const knownOf = await knownDoors(clients, options, open);
  const results = preflight(clients, next.truststore, current?.truststore ?? null, at, knownOf);
  const errors = [next, current].flatMap((one) =>
    one === null ? [] : truststoreErrors(one, spoken.evidence, rulesOf(options)),
  );
  const summary = summarise(results, seen.requests(), seen.leftOut(), notJudged, errors.length);
  const uncertified = results.flatMap(({ change, client }) => (change === 'unknown' ? [client] : []));
  const answer = answerOf(summary, notJudged, uncertified, errors, spoken);
  if (options.json) {
    for (const result of results) output.write(jsonLine(lineOf(result, seen.requests())));
    output.write(jsonLine(summary));
  } else {
    output.write(
      folded(
        describe(results, summary, answer, spoken.clients.preflight.against(next.name, current?.name ?? null), spoken),
      ),
    );
  }
  return answer.code;
}

interface Spoken {
  readonly clients: ClientWords;
  readonly evidence: EvidenceWords;
  readonly names: (typeof nameWords)['en'];
}

interface Answer {
  readonly code: 0 | 1 | 2;
  readonly headline: string;
  /** What the answer does not cover, and what input is missing. */
  readonly limits: readonly string[];
}

/** "Nobody" requires that at least one client was seen that could have been refused. */
function answerOf(
  summary: PreflightSummary,
  notJudged: NotJudged,
  uncertified: readonly ClientRecord[],
  errors: readonly string[],
  { clients: { preflight: words }, evidence }: Spoken,
): Answer {
  const { changes, clients, requests, requestsLeftOut } = summary;
  const unknown = changes.unknown.clients;
  const bad = changes['newly-refused'].clients;
  const letIn = bad + changes['still-trusted'].clients;
  const undecided = changes.undecided.clients;
  const limits = [
    ...errors,
    ...notJudgedWords(notJudged, requests, evidence),
    ...uncertifiedWords(uncertified, 'certificate', evidence),
    ...(requestsLeftOut > 0 ? [evidence.leftOut(requestsLeftOut)] : []),
  ];
  if (bad > 0) return { code: 1, headline: pc.red(pc.bold(words.newlyRefused(bad))), limits };
  const open = (code: 1 | 2, why: string): Answer => ({ code, headline: pc.yellow(pc.bold(why)), limits });
  if (clients === 0) return open(2, words.nothingKnown(nothingWords(notJudged, evidence)));
  if (unknown === clients) return open(2, words.nothingKnown(evidence.noneReadable));
  if (undecided > 0) return open(1, words.undecided(undecided));
  if (letIn === 0) return open(1, words.noneLetIn);
  if (errors.length > 0) return open(1, words.errors);
  const whole = limits.length === 0;
  const nobody = whole ? words.nobody : words.nobodyJudged;
  return { code: 0, headline: (whole ? pc.green : pc.yellow)(pc.bold(nobody)), limits };
}

const CHANGES = [
  'newly-refused',
  'newly-trusted',
  'still-refused',
  'still-trusted',
  'not-valid-itself',
  'undecided',
  'unknown',
] as const satisfies readonly ClientChange[];

interface PreflightSummary {
  readonly type: 'summary';
  readonly clients: number;
  readonly requests: number;
  readonly requestsLeftOut: number;
  /** Requests whose access record contains no certificate, and records that cannot be read. */
  readonly requestsWithoutCertificate: number;
  readonly recordsUnreadable: number;
  /** The reasons why the truststores may not be read completely. */
  readonly truststoreErrors: number;
  readonly changes: Record<ClientChange, { clients: number; requests: number }>;
}

function summarise(
  results: readonly PreflightResult[],
  requests: number,
  requestsLeftOut: number,
  notJudged: NotJudged,
  truststoreErrors: number,
): PreflightSummary {
  const changes = Object.fromEntries(
    CHANGES.map((change) => [change, { clients: 0, requests: 0 }]),
  ) as PreflightSummary['changes'];
  for (const { change, client } of results) {
    changes[change].clients++;
    changes[change].requests += client.requests;
  }
  return {
    type: 'summary',
    clients: results.length,
    requests,
    requestsLeftOut,
    requestsWithoutCertificate: notJudged['without-certificate'],
    recordsUnreadable: notJudged.unreadable + notJudged.damaged,
    truststoreErrors,
    changes,
  };
}

function lineOf({ client, change, verdict }: PreflightResult, total: number) {
  const { subjectDn, issuerDn, serialNumber, notAfter, requests, refused, lastAt, scopes } = client;
  return {
    type: 'client',
    change,
    subjectDn,
    issuerDn,
    serialNumber,
    notAfter: notAfter === null ? null : new Date(notAfter).toISOString(),
    requests,
    share: ratio(requests, total),
    refused,
    lastSeen: new Date(lastAt).toISOString(),
    scopes,
    verdict,
  };
}

const ROWS_MAX = 30;

function describe(
  results: readonly PreflightResult[],
  { changes, requests }: PreflightSummary,
  { headline, limits }: Answer,
  against: string,
  { clients: { preflight: words, moreListed }, names }: Spoken,
): string {
  const rows = CHANGES.filter((change) => changes[change].clients > 0).map((change) => [
    String(changes[change].clients),
    share(changes[change].requests, requests),
    words.meaning[change],
  ]);
  const listed = results.filter(({ change }) => change === 'newly-refused' || change === 'newly-trusted');
  const more = listed.length - ROWS_MAX;
  return [
    `${headline}  ${pc.dim(against)}\n`,
    limits.map((one) => wrapped(one)).join(''),
    // Of those who cannot be judged the headline tells all.
    rows.length > 0 && changes.unknown.clients < results.length
      ? heading(words.clients) + table(words.clientHead, rows, [0, 1])
      : '',
    listed.length > 0 ? heading(words.changes) + changeTable(listed.slice(0, ROWS_MAX), requests, words, names) : '',
    more > 0 ? `  ${moreListed(more)}\n` : '',
  ].join('');
}

function changeTable(
  results: readonly PreflightResult[],
  requests: number,
  words: ClientWords['preflight'],
  names: Spoken['names'],
): string {
  const rows = results.map(({ client, change, verdict }) => [
    change === 'newly-refused' ? pc.red(words.refused) : pc.green(words.letIn),
    share(client.requests, requests),
    client.subjectDn,
    issuerText(client.issuerDn, names),
    verdict?.reason ?? '',
  ]);
  return table(words.changeHead, rows, [1]);
}
