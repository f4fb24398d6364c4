/** `mtls-watch expiry`: when the certificates that are in use, and the CAs above them, expire. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { DAY_MS } from '../../shared/base/time.js';
import { ACCOUNT_BLANK } from '../../shared/config/qualified-names.js';
import type { Config } from '../../shared/config/settings.js';
import { type AuditWords, auditWords } from '../../shared/messages/audit-words.js';
import { type ClientWords, clientWords } from '../../shared/messages/client-words.js';
import { type EvidenceWords, evidenceWords } from '../../shared/messages/evidence-words.js';
import type { Clock } from '../../shared/ports/index.js';
import { keptObservations } from '../../shared/report/expiring.js';
import {
  type CaExpiry,
  type ClientExpiry,
  type ClientRecord,
  expiries,
  type Observations,
  observations,
  SHORT_LIFE_DAYS_MAX,
  shortLived,
  withoutEnded,
  withoutStrangers,
} from '../../shared/x509/observed.js';
import { clientSunsets } from '../../shared/x509/sunset.js';
import { type Truststore, truststoreOf } from '../../shared/x509/truststore.js';
import { type KeptCallers, keptCallers } from '../deployed/kept-callers.js';
import { settingsOfStack } from '../deployed/settings.js';
import { collectClients, type NotJudged, observeClients } from '../inputs/clients.js';
import { type FormatOption, readFormat, withFormat } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { liveOf, withLive } from '../inputs/live/options.js';
import type { Observed } from '../inputs/observe.js';
import { type NamedTruststore, readUsableTruststore, truststoreErrors } from '../inputs/truststores.js';
import { pc } from '../terminal/colors.js';
import { expiryLine, expiryTable } from '../terminal/expiry-text.js';
import { nothingWords, notJudgedWords, uncertifiedWords } from '../terminal/not-judged.js';
import { note } from '../terminal/notes.js';
import { languageOption, timeOption, withLanguage, withStackSettings } from '../terminal/options.js';
import { clientSunsetLine, clientSunsetText } from '../terminal/sunset.js';
import { daysOption, folded, jsonLine, type Output, wrapped } from '../terminal/table.js';
import type { ObserveClients } from './preflight.js';

export interface ExpiryOptions extends LiveOptions, FormatOption {
  readonly truststore?: string;
  readonly stack?: string;
  readonly lang?: string;
  /** Days. */
  readonly within: string;
  readonly json?: boolean;
}

export function expiryCommand(
  observe: ObserveClients = observeClients,
  output: Output = process.stdout,
  clock: Clock = systemClock,
): Command {
  const command = withLanguage(new Command('expiry'), "that of the stack's settings, and else en")
    .argument('[input...]', 'access logs: a file, a folder, s3://bucket/prefix, or - for standard input')
    .option('--truststore <file>', 'the CA bundle, to see its CAs as well: a file or s3://bucket/key')
    .option('--within <days>', 'list what expires within so many days; what lives shortly, in its last quarter', '90')
    .option('--json', 'one JSON object a line: certificates, then one summary');
  const kept = ', and with whom `backfill` saw let in; alone, it needs no logs';
  withStackSettings(withLive(withFormat(command)), kept).action(async (inputs: string[], options: ExpiryOptions) => {
    const deployed = await settingsOfStack(options, command);
    const accessLogFormats = deployed?.accessLogFormats ?? {};
    const live = await liveOf({ ...options, accessLogFormats }, 'clients', note, clock);
    const formats = { ...live?.found.accessLogFormats, ...accessLogFormats };
    const format = (await readFormat(options.format)) ?? formats;
    // The stack knows who was let in, so that it may be asked alone.
    const isAlone = deployed !== null && inputs.length === 0 && live === null;
    const kept = deployed === null ? undefined : await keptCallers(options, isAlone);
    const observed = isAlone ? none() : observe(inputs, live, format);
    process.exitCode = await runExpiry(observed, options, output, clock, deployed ?? undefined, kept);
  });
  return command;
}

async function* none(): AsyncGenerator<Observed> {}

/**
 * @returns 0 nothing expires; 1 something expires without a successor that was seen calling, or it is uncertain; 2
 * nothing could be judged
 */
export async function runExpiry(
  observed: AsyncIterable<Observed>,
  options: ExpiryOptions,
  output: Output,
  clock: Clock,
  deployed?: Pick<Config, 'language' | 'truststores'>,
  kept: KeptCallers = undefined,
): Promise<number> {
  const at = timeOption(options.at, clock);
  const language = languageOption(options.lang, deployed?.language ?? 'en');
  const spoken = { clients: clientWords[language], evidence: evidenceWords[language], audit: auditWords[language] };
  const withinMs = daysOption(options.within);
  const { read, truststore, perAccount } = await givenTruststores(options, deployed);
  const seen = observations();
  // Kept ones first: they are few, so that none of them is beyond the bound.
  for (const one of keptObservations(kept ?? [])) seen.add(one);
  const notJudged = await collectClients(observed, seen.add);
  const { clients, ended } = withoutEnded(seen.clients(), at);
  const found = expiries(clients, truststore, at, withinMs);
  const open = found.filter((one) => one.kind === 'ca' || one.successor === null);
  const undated = clients.filter(({ notAfter }) => notAfter === null);
  const errors = read.flatMap((one) => truststoreErrors(one, spoken.evidence));
  const limits = [
    ...errors,
    ...perAccount.map(spoken.evidence.perAccount),
    ...notJudgedWords(notJudged, seen.requests(), spoken.evidence),
    ...uncertifiedWords(undated.filter(isInLogs), 'certificate-and-end', spoken.evidence),
    ...keptWords(kept, clients, ended, spoken.clients.expiry),
    ...(seen.leftOut() > 0 ? [spoken.evidence.leftOut(seen.leftOut())] : []),
  ];
  const known = withoutStrangers(clients, truststore);
  const sunsets = clientSunsets(clients, truststore, at);
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
    withinMs / DAY_MS,
    notJudged,
    spoken,
  );
  if (options.json) {
    for (const one of found) output.write(jsonLine(expiryLine(one, at, seen.requests())));
    for (const one of sunsets) output.write(jsonLine(clientSunsetLine(one, seen.requests())));
    const counts = {
      expiring: found.length,
      withoutSuccessor: open.length,
      losingClientAuthentication: sunsets.length,
    };
    output.write(jsonLine(summaryLine(seen, { kept, clients, ended }, undated.length, notJudged, counts)));
  } else {
    const shown = { found, clients, requests: seen.requests(), at };
    const text = [
      `${answer.headline}  ${pc.dim(seenWords(clients, spoken.clients.expiry))}\n`,
      ...limits.map((one) => wrapped(one)),
      expiryTable(shown, spoken.clients),
    ].join('');
    output.write(folded(text + clientSunsetText(sunsets, seen.requests(), spoken.audit.sunset)));
  }
  return answer.code;
}

function summaryLine(
  { requests, leftOut }: Observations,
  { kept, clients, ended }: { kept: KeptCallers; clients: readonly ClientRecord[]; ended: number },
  undated: number,
  notJudged: NotJudged,
  counts: Readonly<Record<string, number>>,
) {
  return {
    type: 'summary',
    clients: clients.length,
    clientsOfExportsOnly: kept == null ? null : clients.filter((client) => !isInLogs(client)).length,
    clientsEndedUnseen: ended,
    clientsWithoutValidity: undated,
    requests: requests(),
    requestsLeftOut: leftOut(),
    requestsWithoutCertificate: notJudged['without-certificate'],
    recordsUnreadable: notJudged.unreadable + notJudged.damaged,
    ...counts,
  };
}

function isInLogs({ requests }: ClientRecord): boolean {
  return requests > 0;
}

/** @param ended those of exported logs who were not seen after their end */
function keptWords(kept: KeptCallers, clients: readonly ClientRecord[], ended: number, words: Words): string[] {
  if (kept === undefined) return [];
  if (kept === null) return [words.keptUnknown];
  const undated = clients.filter((client) => !isInLogs(client) && client.notAfter === null).length;
  return [
    ...(kept.length + clients.length === 0 ? [words.keptNobody] : []),
    ...(undated > 0 ? [words.keptUndated(undated)] : []),
    ...(ended > 0 ? [words.endedUnseen(ended)] : []),
  ];
}

/** How many clients there are, and how far exported logs tell of those that are in no other. */
function seenWords(clients: readonly ClientRecord[], words: Words): string {
  const kept = clients.filter((client) => !isInLogs(client));
  const last = kept.reduce((latest, { lastAt }) => Math.max(latest, lastAt), 0);
  return words.seen(clients.length, kept.length, new Date(last).toISOString().slice(0, 10));
}

/** The truststore asked for, or those of the stack; those with a blank for the account are named and not read. */
async function givenTruststores({ truststore }: ExpiryOptions, deployed: Pick<Config, 'truststores'> | undefined) {
  const named = [...new Set(truststore === undefined ? Object.values(deployed?.truststores ?? {}) : [truststore])];
  // A record does not tell whose account its domain is in.
  const perAccount = named.filter((place) => place.includes(ACCOUNT_BLANK));
  const places = named.filter((place) => !perAccount.includes(place));
  const read = await Promise.all(places.map((place) => readUsableTruststore(place)));
  return { read, truststore: joined(read), perAccount };
}

/** Several truststores of a stack as one: an expiry does not depend on where a CA stands. */
function joined(read: readonly NamedTruststore[]): Truststore | null {
  const [first] = read;
  if (first === undefined || read.length === 1) return first?.truststore ?? null;
  return truststoreOf(read.flatMap(({ truststore }) => truststore.certificates.map(({ certificate }) => certificate)));
}

type Words = ClientWords['expiry'];

interface Spoken {
  readonly clients: ClientWords;
  readonly evidence: EvidenceWords;
  readonly audit: AuditWords;
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
function answerOf(
  seen: Seen,
  days: number,
  notJudged: NotJudged,
  { clients: { expiry: words }, evidence }: Spoken,
): Answer {
  const { found, open, at, clients, strangers, shortLived: brief, undated, isWhole, isSure } = seen;
  const say = (code: 0 | 1 | 2, color: (text: string) => string, text: string): Answer => ({
    code,
    headline: color(pc.bold(text)),
  });
  if (open.length > 0) return say(1, pc.yellow, dueWords(open, at, true, days, words));
  if (found.length > 0)
    return say(0, pc.green, words.withSuccessors(dueWords(found, at, false, days, words), found.length));
  if (clients.length === 0) return say(2, pc.yellow, words.nothingKnown(nothingWords(notJudged, evidence)));
  if (undated.length === clients.length) return say(2, pc.yellow, words.nothingKnown(words.noEnd));
  if (strangers) return say(1, pc.yellow, words.nothingKnown(words.strangers));
  if (!isSure) return say(1, pc.yellow, words.errors);
  return say(0, isWhole ? pc.green : pc.yellow, words.nothing(days, isWhole, brief, SHORT_LIFE_DAYS_MAX));
}

/** What has expired apart from what will. */
function dueWords(due: readonly (ClientExpiry | CaExpiry)[], at: number, isOpen: boolean, days: number, words: Words) {
  const expired = due.filter(({ notAfter }) => notAfter < at).length;
  return words.due({ expired, coming: due.length - expired, isOpen }, days);
}
