/** `mtls-watch incidents [ID]`: lists firing incidents, their notices, acknowledgements and silences. */

import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { DAY_MS, MINUTES_PER_HOUR, minuteOf } from '../../shared/base/time.js';
import { silenceOf } from '../../shared/incidents/silence.js';
import { issuerText, nameWords, placeText } from '../../shared/messages/names.js';
import {
  type EndedIncident,
  type GroupKey,
  type Incident,
  type Notice,
  SEVERAL_ISSUERS,
  type Silence,
} from '../../shared/model/index.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import { storesHere, type TableOptions, withTable } from '../inputs/stack.js';
import { pc } from '../terminal/colors.js';
import { clockAt, withAt } from '../terminal/options.js';
import { heading, jsonLine, type Output, pairs, table } from '../terminal/table.js';

export interface IncidentsWorld {
  readonly stores: Pick<Stores, 'incidents' | 'outbox' | 'silences' | 'facts'>;
  readonly clock: Clock;
  readonly output: Output;
}

interface Options extends TableOptions {
  readonly ended: string;
  readonly at?: string;
  readonly json?: boolean;
}

const deployed = async (options: Options): Promise<IncidentsWorld> => ({
  stores: await storesHere(options),
  clock: clockAt(options.at, systemClock),
  output: process.stdout,
});

export function incidentsCommand(world: (options: Options) => Promise<IncidentsWorld> = deployed): Command {
  const command = new Command('incidents')
    .argument('[id]', 'one incident, as the alert shows its id: with its last hour')
    .option('--ended <days>', 'list those that ended in the last days as well', '0')
    .option('--json', 'one JSON object a line: incidents, then one summary');
  return withTable(withAt(command)).action(async (id: string | undefined, options: Options) => {
    await listIncidents(id ?? null, options, await world(options));
  });
}

/** The displayed data of a firing incident. */
interface Shown {
  readonly incident: Incident;
  /** The silence that currently holds back its notices. */
  readonly silence: Silence | null;
  /** Notices that wait to be sent, the oldest first. */
  readonly waiting: readonly Notice[];
}

/** @throws MtlsWatchError `usage` */
export async function listIncidents(
  id: string | null,
  options: Pick<Options, 'ended' | 'json'>,
  { stores, clock, output }: IncidentsWorld,
): Promise<void> {
  const now = clock.now();
  const [firing, pending, silences] = await Promise.all([
    stores.incidents.firing(limits.firingPerSweepMax),
    stores.outbox.pending(limits.noticesPerRunMax),
    stores.silences.list(),
  ]);
  const shown = [...firing]
    .sort((a, b) => a.since - b.since)
    .map((incident) => ({
      incident,
      silence: silenceOf(incident.group, silences, now),
      waiting: pending.filter((notice) => notice.incidentId === incident.incidentId),
    }));
  if (id !== null) {
    await showOne(id, shown, { stores, clock, output }, options.json === true);
    return;
  }
  const ended = await endedIn(daysOf(options.ended), now, stores);
  if (options.json) {
    for (const one of shown) output.write(jsonLine(lineOf(one)));
    for (const one of ended) output.write(jsonLine(endedLine(one)));
    output.write(jsonLine({ type: 'summary', firing: shown.length, ended: ended.length }));
    return;
  }
  output.write(shown.length === 0 ? pc.green('nothing fires\n') : firingTable(shown, now));
  if (ended.length > 0) output.write(heading('Ended') + endedTable(ended));
}

async function endedIn(days: number, now: number, stores: IncidentsWorld['stores']): Promise<readonly EndedIncident[]> {
  if (days === 0) return [];
  return stores.incidents.ended(now - days * DAY_MS, now + 1, limits.reportIncidentsMax);
}

async function showOne(
  id: string,
  shown: readonly Shown[],
  { stores, clock, output }: IncidentsWorld,
  json: boolean,
): Promise<void> {
  const now = clock.now();
  const one = shown.find(({ incident }) => incident.incidentId === id);
  if (one === undefined) {
    const past = (await endedIn(limits.keptDaysMax, now, stores)).find(({ incidentId }) => incidentId === id);
    if (past === undefined) {
      throw new MtlsWatchError('usage', `no incident ${clean(id, 80)}; expected the id that the alert shows`);
    }
    output.write(json ? jsonLine(endedLine(past)) : endedTable([past]));
    return;
  }
  const minute = minuteOf(now);
  const { group } = one.incident;
  const facts =
    group.issuerDn === SEVERAL_ISSUERS ? [] : await stores.facts.window(group, minute - MINUTES_PER_HOUR + 1, minute);
  const lastHour = facts.reduce((sum, { count }) => sum + count, 0);
  if (json) output.write(jsonLine({ ...lineOf(one), lastHour: group.issuerDn === SEVERAL_ISSUERS ? null : lastHour }));
  else output.write(describe(one, group.issuerDn === SEVERAL_ISSUERS ? null : lastHour, now));
}

function lineOf({ incident, silence, waiting }: Shown) {
  const { incidentId, group, severity, since, lastNoticeAt, noticedCount, flaps, acknowledged, announced } = incident;
  return {
    type: 'incident',
    state: 'firing',
    incidentId,
    ...group,
    severity,
    since: iso(since),
    /** Null if it is held back, or if the incident of its scope is reported instead. */
    lastNotice: announced ? { at: iso(lastNoticeAt), count: noticedCount } : null,
    waitingNotices: waiting.map(({ noticeId, kind, at }) => ({ noticeId, kind, at })),
    acknowledged,
    silencedBy: silence?.id ?? null,
    flaps,
  };
}

function endedLine({ incidentId, group, severity, since, endedAt, count, flaps }: EndedIncident) {
  return {
    type: 'incident',
    state: 'ended',
    incidentId,
    ...group,
    severity,
    since: iso(since),
    endedAt: iso(endedAt),
    count,
    flaps,
  };
}

function firingTable(shown: readonly Shown[], now: number): string {
  const rows = shown.map(({ incident, silence, waiting }) => [
    incident.incidentId,
    pc.red(incident.severity),
    minutesText(now - incident.since),
    placeText(clean(incident.group.scope, 60), incident.group, nameWords.en),
    issuerOf(incident.group),
    incident.group.reason,
    toldText(incident, waiting, now),
    handText(incident, silence),
  ]);
  return table(['Id', 'Severity', 'For', 'Domain', 'Issuer', 'Reason', 'Told', 'In hand'], rows);
}

/** Those who only use an issuer's name are a group of their own beside its clients. */
function issuerOf({ issuerDn, isUnverified }: GroupKey): string {
  const issuer = clean(issuerText(issuerDn, nameWords.en), limits.dnCharsMax);
  return isUnverified ? `${issuer} (unverified)` : issuer;
}

function toldText(incident: Incident, waiting: readonly Notice[], now: number): string {
  const untold = incident.heldBack ? 'held back' : "with its domain's";
  const told = incident.announced ? `${minutesText(now - incident.lastNoticeAt)} ago` : untold;
  return waiting.length === 0 ? told : `${told}, ${waiting.length} waiting`;
}

function handText({ acknowledged }: Incident, silence: Silence | null): string {
  return [acknowledged ? 'acknowledged' : '', silence === null ? '' : `silence ${silence.id}`]
    .filter(Boolean)
    .join(', ');
}

function endedTable(ended: readonly EndedIncident[]): string {
  const rows = ended.map(({ incidentId, group, severity, since, endedAt, count }) => [
    incidentId,
    severity,
    iso(since).slice(0, 16).replace('T', ' '),
    iso(endedAt).slice(0, 16).replace('T', ' '),
    placeText(clean(group.scope, 60), group, nameWords.en),
    issuerOf(group),
    group.reason,
    count === null ? '' : String(count),
  ]);
  return table(['Id', 'Severity', 'Began (UTC)', 'Ended (UTC)', 'Domain', 'Issuer', 'Reason', 'Refused'], rows);
}

function untoldText({ heldBack }: Incident): string {
  return heldBack ? 'no: held back by a silence or the budget for strangers' : 'by the incident of its domain';
}

function describe({ incident, silence, waiting }: Shown, lastHour: number | null, now: number): string {
  const { incidentId, group, severity, since, calmSince, noticedCount, flaps } = incident;
  const lines: [string, string][] = [
    ['domain', placeText(clean(group.scope, 268), group, nameWords.en)],
    ['issuer', issuerOf(group)],
    ['reason', group.reason],
    ['severity', severity],
    ['since', `${iso(since)}, ${minutesText(now - since)}`],
    ...(lastHour === null ? [] : [['refused in the last hour', String(lastHour)] satisfies [string, string]]),
    ['told', incident.announced ? `${iso(incident.lastNoticeAt)}, of ${noticedCount}` : untoldText(incident)],
    ...waiting.map(({ kind, at }): [string, string] => ['waits to be sent', `${kind}, ${at}`]),
    [
      'acknowledged',
      incident.acknowledged ? 'yes: not repeated unless it escalates' : `no; mtls-watch ack ${incidentId}`,
    ],
    ['silence', silence === null ? 'none' : `${silence.id} until ${iso(silence.endsAt)}: ${silence.comment}`],
    ['calm since', calmSince === null ? 'it goes on' : iso(calmSince)],
    ...(flaps === 0 ? [] : [['came back', `${flaps} times`] satisfies [string, string]]),
  ];
  return `${pc.bold(`incident ${incidentId}`)}\n${pairs(lines, 24)}`;
}

const iso = (at: number): string => new Date(at).toISOString();

function minutesText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2 * 24 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60 / 24)} days`;
}

function daysOf(text: string): number {
  if (/^\d{1,3}$/.test(text)) return Number(text);
  throw new MtlsWatchError('usage', `--ended got ${clean(text, 80)}; expected a number of days such as 7`);
}
