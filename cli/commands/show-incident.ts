/** `mtls-watch incidents show ID`: an incident with its alert as it was sent, and what was done about it. */

import type { Command } from 'commander';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { MINUTES_PER_HOUR, minuteOf } from '../../shared/base/time.js';
import { readableScope } from '../../shared/config/readable-scope.js';
import type { Config } from '../../shared/config/settings.js';
import { type Diagnosed, diagnoseClients } from '../../shared/diagnosis/diagnosis.js';
import { clientsOf } from '../../shared/incidents/notice.js';
import { isInForce } from '../../shared/incidents/silence.js';
import { messagesIn } from '../../shared/messages/index.js';
import { issuerText, nameWords, reasonText, wholePlaceText } from '../../shared/messages/names.js';
import { bodyOf, subjectOf, verdictSections } from '../../shared/messages/text.js';
import {
  countOf,
  type EndedIncident,
  type Fact,
  isSeveral,
  type Notice,
  type Silence,
} from '../../shared/model/index.js';
import { english, say } from '../../shared/model/phrases.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { type FoundIncident, findIncident, tellingNotice } from '../inputs/incident.js';
import type { TableOptions } from '../inputs/stack.js';
import { amountText, inAll } from '../terminal/amounts.js';
import { pc } from '../terminal/colors.js';
import { configOption, languageOption } from '../terminal/options.js';
import { folded, heading, jsonLine, type Output, pairs } from '../terminal/table.js';

export interface ShowOptions extends TableOptions {
  readonly lang?: string;
  readonly at?: string;
  readonly config?: string;
  readonly diagnose?: boolean;
  readonly json?: boolean;
}

export interface ShowWorld {
  readonly stores: Stores;
  readonly clock: Clock;
  readonly output: Output;
  /** Asked for only where something is diagnosed, or no language is named: it reads the stack's settings. */
  readonly config: () => Promise<Config>;
  readonly truststores: TruststoreSource;
}

export function withShow(command: Command): Command {
  return command
    .argument('<id>', 'the incident, as the alert shows its id')
    .option('--diagnose', 'look at the refused certificate and the truststore once more, as they are now')
    .addOption(configOption('the settings, in place of the deployed ones'))
    .option('--json', 'one line of JSON, with the notice as it was published');
}

/** @throws MtlsWatchError `not-found`, with the incidents that are there */
export async function showIncident(id: string, options: ShowOptions, world: ShowWorld): Promise<void> {
  const { stores, clock, output } = world;
  const given = options.lang === undefined ? null : languageOption(options.lang, 'en');
  const now = clock.now();
  const known = await findIncident(id, now, stores);
  const facts = await factsOf(known, now, world);
  const notice = tellingNotice(known);
  const lastHour = isSeveral(known.group.issuerDn) ? null : refusedSince(facts, minuteOf(now) - MINUTES_PER_HOUR + 1);
  const diagnosed = options.diagnose === true ? await diagnoseAnew(known, facts, world) : null;
  if (options.json) {
    output.write(jsonLine({ ...lineOf(known, now), lastHour, notice, ...(diagnosed && { diagnosis: diagnosed }) }));
    return;
  }
  const messages = messagesIn[given ?? (await world.config()).language];
  const alert =
    notice === null ? [] : [heading('The alert'), `${subjectOf(notice, messages)}\n\n${bodyOf(notice, messages)}`];
  const verdict =
    diagnosed === null
      ? []
      : [heading('The verdict now'), `${verdictSections(diagnosed, messages).join('\n\n') || 'No diagnosis'}\n`];
  output.write(`${describe(known, lastHour, now)}${folded([...alert, ...verdict].join(''))}`);
}

/** In the running incident, or before its end; of one that goes on for months, the last days. */
async function factsOf(
  { group, since, ended }: FoundIncident,
  now: number,
  { stores }: ShowWorld,
): Promise<readonly Fact[]> {
  if (isSeveral(group.issuerDn)) return [];
  const until = minuteOf(ended?.endedAt ?? now);
  const from = Math.max(minuteOf(since) - MINUTES_PER_HOUR, until - limits.detectorLookbackMinutes);
  return stores.facts.window(group, from, minuteOf(now));
}

function refusedSince(facts: readonly Fact[], from: number): number {
  return facts.reduce((sum, { minute, count }) => (minute >= from ? sum + count : sum), 0);
}

/** @throws MtlsWatchError `usage` for the incident of a whole domain */
async function diagnoseAnew(
  { group }: FoundIncident,
  facts: readonly Fact[],
  world: ShowWorld,
): Promise<Pick<Diagnosed, 'verdict' | 'verdictNote' | 'change' | 'said' | 'issuerTrusted'>> {
  if (isSeveral(group.issuerDn)) {
    throw new MtlsWatchError('usage', '--diagnose got the incident of a whole domain; expected one of a single issuer');
  }
  if (facts.length === 0) {
    const note = say`Nothing that was refused in this incident is kept any more.`;
    return {
      verdict: null,
      verdictNote: english(note),
      change: null,
      said: { verdictNote: note },
      issuerTrusted: null,
    };
  }
  const { stores, clock, truststores } = world;
  const publisher = { publish: async () => {} };
  const config = await world.config();
  const { verdict, verdictNote, change, said, issuerTrusted } = await diagnoseClients(clientsOf(facts), group, facts, {
    ...{ stores, clock, truststores, config, publisher },
  });
  return { verdict, verdictNote, change, said, issuerTrusted };
}

function lineOf({ incidentId, group, since, firing, ended, sent, waiting, silences }: FoundIncident, now: number) {
  const told = (wasSent: boolean) => (notice: Notice) => {
    const { noticeId, kind, at, since, severity, windowMinutes } = notice;
    return { noticeId, kind, at, since, severity, count: countOf(notice), windowMinutes, isSent: wasSent };
  };
  return {
    type: 'incident',
    state: firing?.state ?? 'ended',
    incidentId,
    ...group,
    severity: (firing ?? ended)?.severity,
    since: iso(since),
    endedAt: ended === null ? null : iso(ended.endedAt),
    count: ended?.count ?? null,
    firstFailureAt: ended?.firstFailureAt == null ? null : iso(ended.firstFailureAt),
    acknowledged: firing?.acknowledged ?? false,
    acknowledgedBy: (firing?.acknowledged ? firing.acknowledgedBy : null) ?? null,
    silencedBy: silences.find((silence) => isInForce(silence, now))?.id ?? null,
    silences: silences.map((silence) => ({
      ...silence,
      startsAt: iso(silence.startsAt),
      endsAt: iso(silence.endsAt),
      createdAt: iso(silence.createdAt),
      isInForce: isInForce(silence, now),
    })),
    flaps: (firing ?? ended)?.flaps,
    notices: [...sent.map(told(true)), ...waiting.map(told(false))],
  };
}

function describe(known: FoundIncident, lastHour: number | null, now: number): string {
  const { incidentId, group, since, firing, ended, sent, waiting, silences } = known;
  const issuer = clean(issuerText(group.issuerDn, nameWords.en), limits.dnCharsMax);
  const lines: [string, string][] = [
    ['domain', wholePlaceText(readableScope(clean(group.scope, limits.scopeCharsMax)), group, nameWords.en)],
    ['issuer', group.isUnverified ? `${issuer} (unverified)` : issuer],
    ['reason', reasonText(group, nameWords.en)],
    ['severity', (firing ?? ended)?.severity ?? ''],
    ['since', iso(since)],
    ended === null ? ['calm since', calmText(firing?.calmSince ?? null)] : ['ended', iso(ended.endedAt)],
    ...(ended?.count == null ? [] : [['refused', wholeText(ended, ended.count)] satisfies [string, string]]),
    ...(lastHour === null ? [] : [['refused in the last hour', String(lastHour)] satisfies [string, string]]),
    ['acknowledged', acknowledgedText(known)],
    ...listed(
      'silences',
      silences.map((one) => silenceText(one, now)),
      'none',
    ),
    ...listed(
      'notices',
      [
        ...sent.map((one) => `${noticeText(one)}, sent`),
        ...waiting.map((one) => `${noticeText(one)}, waits to be sent`),
      ],
      untoldText(known),
    ),
  ];
  return `${pc.bold(`incident ${incidentId}`)}\n${pairs(lines, 24)}`;
}

function wholeText({ firstFailureAt, calmAt, reasons = [] }: EndedIncident, count: number): string {
  const span = firstFailureAt === null ? '' : `, ${iso(firstFailureAt)} to ${iso(calmAt)}`;
  const each = reasons.map((one) => `${one.count} ${one.reason}`).join(', ');
  return `${inAll(count)}${span}${each && ` (${each})`}`;
}

function listed(name: string, values: readonly string[], none: string): [string, string][] {
  return (values.length === 0 ? [none] : values).map((value, index) => [index === 0 ? name : '', value]);
}

function calmText(calmSince: number | null): string {
  return calmSince === null ? 'it goes on' : iso(calmSince);
}

function acknowledgedText({ firing, incidentId }: FoundIncident): string {
  if (firing === null) return 'it is over';
  if (!firing.acknowledged) return `no; mtls-watch ack ${incidentId}`;
  const by = firing.acknowledgedBy === undefined ? '' : ` by ${clean(firing.acknowledgedBy, limits.authorCharsMax)}`;
  return `yes${by}: not repeated unless it escalates`;
}

function silenceText(silence: Silence, now: number): string {
  const state = now >= silence.endsAt ? 'over since' : isInForce(silence, now) ? 'in force until' : 'waits, until';
  const by = silence.author === undefined ? '' : `, by ${silence.author}`;
  return `${silence.id} ${state} ${iso(silence.endsAt)}${by}: ${silence.comment}`;
}

function noticeText(notice: Notice): string {
  const { kind, at, severity } = notice;
  return `${at}  ${kind}, ${severity}, ${amountText(notice)}`;
}

/** Notices are kept for some weeks, so that there may be none although it was told. */
function untoldText({ firing, ended }: FoundIncident): string {
  if ((firing ?? ended)?.heldBack) return 'none: held back by a silence or the budget for strangers';
  return (firing ?? ended)?.announced
    ? 'none that is kept'
    : 'none of its own: told by the incident of its domain or cause';
}

const iso = (at: number): string => new Date(at).toISOString();
