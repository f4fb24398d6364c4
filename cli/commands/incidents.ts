/** `mtls-watch incidents`: lists firing incidents, their notices, acknowledgements and silences. */

import { Command } from 'commander';
import pMap from 'p-map';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import type { Config } from '../../shared/config/settings.js';
import { silenceOf } from '../../shared/incidents/silence.js';
import { type IncidentWords, incidentWords } from '../../shared/messages/incident-words.js';
import { messagesIn } from '../../shared/messages/index.js';
import { issuerText, nameWords, placeText, reasonText } from '../../shared/messages/names.js';
import { reasonRow } from '../../shared/messages/parts.js';
import {
  countOf,
  type EndedIncident,
  type GroupKey,
  type Incident,
  isSeveral,
  type Notice,
  type Severity,
  type Silence,
} from '../../shared/model/index.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import { endedIn } from '../deployed/incident.js';
import { settingsHere } from '../deployed/settings.js';
import { storesHere, type TableOptions, withTable } from '../deployed/stack.js';
import { createTruststores } from '../inputs/file-truststores.js';
import { amountText, inAll } from '../terminal/amounts.js';
import { pc } from '../terminal/colors.js';
import { warning } from '../terminal/notes.js';
import { clockAt, languageOption, withAt, withLanguage } from '../terminal/options.js';
import { heading, jsonLine, type Output, table } from '../terminal/table.js';
import { type ShowOptions, type ShowWorld, showIncident, withShow } from './show-incident.js';

export interface IncidentsWorld {
  readonly stores: Pick<Stores, 'incidents' | 'outbox' | 'silences' | 'facts'>;
  readonly clock: Clock;
  readonly output: Output;
}

interface Options extends TableOptions {
  readonly ended: string;
  readonly at?: string;
  readonly lang?: string;
  readonly json?: boolean;
}

export function incidentsCommand(): Command {
  const command = new Command('incidents')
    .argument('[id]', 'one incident, as `incidents show` shows it')
    .option('--ended <days>', 'list those that ended in the last days as well', '0')
    .option('--json', 'one JSON object a line: incidents, then one summary');
  withTable(withAt(withLanguage(command, "en; of one incident the stack's"))).action(
    async (id: string | undefined, options: Options) => {
      if (id === undefined) await listIncidents(options, { stores: await storesHere(options), ...hereAt(options) });
      else await showIncident(id, options, await showWorld(options));
    },
  );
  const show = new Command('show').description('one incident: its alert, who has it in hand, silences, notices');
  withTable(withAt(withLanguage(withShow(show), "the stack's"))).action(async (id: string, options: ShowOptions) => {
    await showIncident(id, options, await showWorld(options));
  });
  return command.addCommand(show);
}

function hereAt({ at }: Pick<ShowOptions, 'at'>): Pick<ShowWorld, 'clock' | 'output'> {
  return { clock: clockAt(at, systemClock), output: process.stdout };
}

async function showWorld(options: ShowOptions): Promise<ShowWorld> {
  return {
    stores: await storesHere(options),
    config: () => settingsHere(options, warning),
    truststores: createTruststores(),
    ...hereAt(options),
  };
}

/** The displayed data of a firing incident. */
interface Shown {
  readonly incident: Incident;
  /** The silence that currently holds back its notices. */
  readonly silence: Silence | null;
  /** Notices that wait to be sent, the oldest first. */
  readonly waiting: readonly Notice[];
  /** The newest notice, sent or not; null where none is kept. */
  readonly newest: Notice | null;
}

/** @throws MtlsWatchError `usage` */
export async function listIncidents(
  options: Pick<Options, 'ended' | 'json' | 'lang'>,
  { stores, clock, output }: IncidentsWorld,
): Promise<void> {
  const spoken = spokenIn(languageOption(options.lang, 'en'));
  const now = clock.now();
  const [firing, pending, silences] = await Promise.all([
    stores.incidents.firing(limits.firingPerSweepMax),
    stores.outbox.pending(limits.noticesPerRunMax),
    stores.silences.list(),
  ]);
  const noticesOf = async (incidentId: string) => {
    const waiting = pending.filter((notice) => notice.incidentId === incidentId);
    return { waiting, newest: waiting.at(-1) ?? (await stores.outbox.sent(incidentId)).at(-1) ?? null };
  };
  const concurrency = limits.storeConcurrencyMax;
  const shown = await pMap(
    [...firing].sort((a, b) => a.since - b.since),
    async (incident) => {
      const silence = silenceOf(incident.group, silences, now);
      return { incident, silence, ...(await noticesOf(incident.incidentId)) };
    },
    { concurrency },
  );
  const ended = await endedIn(daysOf(options.ended), now, stores);
  if (options.json) {
    for (const one of shown) output.write(jsonLine(lineOf(one)));
    for (const one of ended) output.write(jsonLine(endedLine(one)));
    output.write(jsonLine({ type: 'summary', firing: shown.length, ended: ended.length }));
    return;
  }
  const { list } = spoken.words;
  output.write(shown.length === 0 ? pc.green(`${list.nothing}\n`) : firingTable(shown, now, spoken));
  if (ended.length === 0) return;
  const told = await pMap(
    ended,
    async (one) => ({ ...one, newest: one.announced ? (await noticesOf(one.incidentId)).newest : null }),
    { concurrency },
  );
  output.write(heading(list.ended) + endedTable(told, spoken));
}

interface Spoken {
  readonly language: Config['language'];
  readonly words: IncidentWords;
  readonly names: (typeof nameWords)['en'];
}

function spokenIn(language: Config['language']): Spoken {
  return { language, words: incidentWords[language], names: nameWords[language] };
}

/** In English the word of --json. */
function severityText(severity: Severity, { language, words }: Spoken): string {
  return language === 'en' ? severity : words.severities[severity];
}

function lineOf({ incident, silence, waiting, newest }: Shown) {
  const { incidentId, group, severity, since, lastNoticeAt, flaps, acknowledged, announced } = incident;
  const told = { count: newest && countOf(newest), windowMinutes: newest?.windowMinutes ?? null };
  return {
    type: 'incident',
    state: 'firing',
    incidentId,
    ...group,
    severity,
    since: iso(since),
    /** Null if it is held back, or if the incident of its scope is reported instead. */
    lastNotice: announced ? { at: iso(lastNoticeAt), ...told } : null,
    waitingNotices: waiting.map(({ noticeId, kind, at }) => ({ noticeId, kind, at })),
    acknowledged,
    silencedBy: silence?.id ?? null,
    flaps,
  };
}

function endedLine(ended: EndedIncident) {
  const { incidentId, group, severity, since, firstFailureAt, endedAt, count, reasons = [], flaps } = ended;
  return {
    type: 'incident',
    state: 'ended',
    incidentId,
    ...group,
    severity,
    since: iso(since),
    endedAt: iso(endedAt),
    firstFailureAt: firstFailureAt === null ? null : iso(firstFailureAt),
    count,
    reasons,
    flaps,
  };
}

function firingTable(shown: readonly Shown[], now: number, spoken: Spoken): string {
  const { words, names } = spoken;
  const rows = shown.map(({ incident, silence, waiting, newest }) => [
    incident.incidentId,
    pc.red(severityText(incident.severity, spoken)),
    ageText(now - incident.since, words),
    placeText(clean(incident.group.scope, 60), incident.group, names),
    issuerOf(incident.group, spoken),
    reasonIn(incident.group, newest, spoken),
    newest === null ? '' : amountText(newest, words),
    toldText(incident, waiting, now, words),
    handText(incident, silence, words),
  ]);
  return table(words.list.firingHead, rows);
}

function reasonIn(group: GroupKey, newest: Notice | null, { language, names }: Spoken): string {
  const title = reasonText(group, names);
  return newest === null
    ? title
    : reasonRow(newest, title, messagesIn[language], (text) => clean(text, limits.reasonWordsCharsMax));
}

/** Those who only use an issuer's name are a group of their own beside its clients. */
function issuerOf({ issuerDn, isUnverified }: GroupKey, { language, words, names }: Spoken): string {
  if (isSeveral(issuerDn)) return messagesIn[language].otherIssuers;
  const issuer = clean(issuerText(issuerDn, names), limits.dnCharsMax);
  return isUnverified ? words.unverified(issuer) : issuer;
}

function toldText(incident: Incident, waiting: readonly Notice[], now: number, words: IncidentWords): string {
  const { list } = words;
  const untold = incident.heldBack ? list.heldBack : list.withDomain;
  const told = incident.announced ? list.toldAgo(ageText(now - incident.lastNoticeAt, words)) : untold;
  return waiting.length === 0 ? told : list.waiting(told, waiting.length);
}

function handText({ acknowledged }: Incident, silence: Silence | null, { list, comma }: IncidentWords): string {
  return [acknowledged ? list.acknowledged : '', silence === null ? '' : list.silence(silence.id)]
    .filter(Boolean)
    .join(comma);
}

function endedTable(ended: readonly (EndedIncident & Pick<Shown, 'newest'>)[], spoken: Spoken): string {
  const { words, names } = spoken;
  const rows = ended.map(({ incidentId, group, severity, since, endedAt, count, newest }) => [
    incidentId,
    severityText(severity, spoken),
    iso(since).slice(0, 16).replace('T', ' '),
    iso(endedAt).slice(0, 16).replace('T', ' '),
    placeText(clean(group.scope, 60), group, names),
    issuerOf(group, spoken),
    reasonIn(group, newest, spoken),
    count === null ? '' : inAll(count, words),
  ]);
  return table(words.list.endedHead, rows);
}

const iso = (at: number): string => new Date(at).toISOString();

function ageText(ms: number, { list }: IncidentWords): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return list.age(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? list.age(hours, 'hour') : list.age(Math.floor(hours / 24), 'day');
}

function daysOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new MtlsWatchError('usage', `--ended got ${clean(text, 80)}; expected a number of days such as 7`);
}
