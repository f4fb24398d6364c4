/**
 * `mtls-watch silence` and `mtls-watch ack`: hold back notices, and stop reminders. Both write to the stack's table,
 * which is read for every notice, so that they take effect at once.
 */

import { userInfo } from 'node:os';
import { Command } from 'commander';
import { systemClock } from '../../shared/adapters/clock.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { MINUTES_PER_DAY } from '../../shared/base/time.js';
import {
  acknowledgeIncident,
  durationOf,
  endSilence,
  firingIncident,
  saveSilence,
  selectorsFor,
} from '../../shared/incidents/operate.js';
import { isInForce, matches, reasonSelector, type Selectors } from '../../shared/incidents/silence.js';
import { incidentWords } from '../../shared/messages/incident-words.js';
import { issuerText, nameWords, placeText } from '../../shared/messages/names.js';
import { groupId } from '../../shared/model/group-id.js';
import type { GroupKey, Silence, SilenceWindow } from '../../shared/model/index.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import { knownGroups, reasonOption, selectorsOf } from '../deployed/issuers.js';
import { storesHere, type TableOptions, withTable } from '../deployed/stack.js';
import { clockAt, languageOption, withAt, withLanguage } from '../terminal/options.js';
import { folded, jsonLine, type Output, table } from '../terminal/table.js';

export type SilenceWorld = {
  readonly stores: Pick<Stores, 'silences' | 'incidents' | 'rollups'>;
  readonly clock: Clock;
  readonly output: Output;
};

const deployed = async (options: TableOptions & { at?: string }): Promise<SilenceWorld> => ({
  stores: await storesHere(options),
  clock: clockAt(options.at, systemClock),
  output: process.stdout,
});

export interface AddOptions {
  readonly issuer?: string;
  readonly reason?: string;
  readonly scope?: string;
  readonly incident?: string;
  readonly for?: string;
  readonly until?: string;
  readonly daily?: string;
  readonly days?: string;
  readonly comment: string;
  readonly author?: string;
  readonly unseen?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

type WorldOf = (options: TableOptions & { at?: string }) => Promise<SilenceWorld>;

export function silenceCommand(world: WorldOf = deployed): Command {
  const command = new Command('silence');
  withTable(command.command('add'))
    .description('add a silence; patterns may hold * and ?, [*] and [?] stand for themselves')
    .option('--issuer <glob>', 'issuer DNs, in any spelling')
    .option(
      '--reason <id>',
      'a reason id, such as expired; of one without a name its other-… or its text, as they are shown',
    )
    .option('--scope <name>', 'custom domains')
    .option('--incident <id>', 'exactly the group of a firing incident')
    .option('--for <duration>', 'for how long from now: 30m, 2h, 5d')
    .option('--until <time>', 'until an ISO time')
    .option('--daily <window>', 'only in this window of every day, UTC: 02:00-02:30')
    .option('--days <days>', 'with --daily, only on these days: mon,tue,wed,thu,fri,sat,sun')
    .requiredOption('--comment <text>', 'why, for whoever looks at it next')
    .option('--author <name>', 'who asks for it; default: the user of this machine')
    .option('--yes', 'also for longer than 30 days')
    .option('--unseen', 'also where nothing of that was refused yet')
    .option('--json', 'print the silence as one line of JSON')
    .action(async (options: AddOptions & TableOptions) => {
      await addSilence(options, await world(options));
    });
  withTable(withAt(withLanguage(command.command('list'), 'en')))
    .description('the silences in force, to come and lately over')
    .option('--json', 'one JSON object a line')
    .action(async (options: TableOptions & ListOptions) => listSilences(options, await world(options)));
  withTable(command.command('expire'))
    .description('end a silence now')
    .argument('<id>')
    .option('--json', 'print the silence as one line of JSON')
    .action(async (id: string, options: TableOptions & { json?: boolean }) =>
      expireSilence(id, await world(options), options.json),
    );
  return command;
}

export function ackCommand(world: WorldOf = deployed): Command {
  return withTable(new Command('ack'))
    .argument('<incident>', 'the id that the alert shows')
    .option('--undo', 'take the acknowledgement back')
    .option('--author <name>', 'who takes charge; default: the user of this machine')
    .option('--json', 'print the incident as one line of JSON')
    .action(async (id: string, options: TableOptions & AckOptions) => acknowledge(id, options, await world(options)));
}

/** @throws MtlsWatchError `usage` */
export async function addSilence(options: AddOptions, { stores, clock, output }: SilenceWorld): Promise<Silence> {
  const now = clock.now();
  const time = { startsAt: now, endsAt: endOf(options, now), window: windowOf(options) };
  const selectors = await selected(options, stores, now);
  const author = options.author ?? userInfo().username;
  const silence = await saveSilence({ ...selectors, ...time, comment: options.comment, author }, now, stores);
  output.write(
    options.json
      ? jsonLine(lineOf(silence, now))
      : folded(
          `silence ${silence.id} until ${new Date(silence.endsAt).toISOString()};\nend it with: mtls-watch silence expire ${silence.id}\n`,
        ),
  );
  return silence;
}

async function selected(options: AddOptions, stores: SilenceWorld['stores'], now: number): Promise<Selectors> {
  if (options.incident !== undefined) {
    return selectorsFor((await firingIncident(options.incident, stores)).group);
  }
  const typed = {
    scope: pattern(options.scope),
    issuerDn: pattern(options.issuer, limits.typedDnCharsMax),
    reason: pattern(options.reason),
  };
  if (Object.values(typed).every((selector) => selector === null)) {
    throw usage('nothing to silence; expected --issuer, --reason, --scope or --incident');
  }
  const [known, isUnseen] = [await knownGroups(stores, now), options.unseen === true];
  return selectorsOf({ ...typed, reason: reasonOption(typed.reason, known, isUnseen) }, known, isUnseen);
}

interface ListOptions {
  readonly lang?: string;
  readonly json?: boolean;
}

/** @throws MtlsWatchError `usage` */
export async function listSilences(
  { json = false, lang }: ListOptions,
  { stores, clock, output }: SilenceWorld,
): Promise<void> {
  const language = languageOption(lang, 'en');
  const [words, names] = [incidentWords[language].silenceList, nameWords[language]];
  const now = clock.now();
  const silences = [...(await stores.silences.list())].sort((a, b) => b.endsAt - a.endsAt);
  const [known, firing] =
    silences.length === 0
      ? [[], []]
      : await Promise.all([knownGroups(stores, now), stores.incidents.firing(limits.firingPerSweepMax)]);
  const distinct = [...new Map(known.map((group) => [groupId(group), group])).values()];
  const shown = silences.map((silence) => ({
    silence,
    groups: distinct.filter((group) => matches(silence, group)).length,
    incidents: firing.filter(({ group }) => matches(silence, group)).length,
  }));
  if (json) {
    for (const { silence, groups, incidents } of shown)
      output.write(jsonLine({ ...lineOf(silence, now), groups, incidents }));
    return;
  }
  const rows = shown.map(({ silence: one, groups, incidents }) => [
    one.id,
    words.states[now >= one.endsAt ? 'over' : isInForce(one, now) ? 'in-force' : 'waits'],
    `${new Date(one.endsAt).toISOString().slice(0, 16)}Z`,
    one.window === null ? '' : windowText(one.window),
    String(groups),
    String(incidents),
    clean(placeText(one.scope ?? '*', one, names), limits.dnCharsMax),
    ...[issuerText(one.issuerDn ?? '*', names), reasonText(one, distinct, names)].map((text) =>
      clean(text, limits.dnCharsMax),
    ),
    one.author ?? '',
    one.comment,
  ]);
  output.write(rows.length === 0 ? `${words.nothing}\n` : table(words.head, rows, [4, 5]));
}

/** The reason of a silence, of a kind of sentence with its words. */
function reasonText({ reason }: Silence, known: readonly GroupKey[], { withNote }: (typeof nameWords)['en']): string {
  const words = known.find((group) => group.words && reasonSelector(group) === reason)?.words;
  return words === undefined ? (reason ?? '*') : withNote(reason ?? '', words);
}

/** A silence for programs: times in ISO 8601. */
function lineOf({ startsAt, endsAt, createdAt, ...silence }: Silence, now: number) {
  const [from, to, made] = [startsAt, endsAt, createdAt].map((at) => new Date(at).toISOString());
  const inForce = isInForce({ startsAt, endsAt, createdAt, ...silence }, now);
  return { type: 'silence', inForce, ...silence, startsAt: from, endsAt: to, createdAt: made };
}

/** @throws MtlsWatchError `usage` */
export async function expireSilence(
  id: string,
  { stores, clock, output }: SilenceWorld,
  isJson = false,
): Promise<void> {
  const silence = await endSilence(id, clock.now(), stores);
  output.write(
    isJson
      ? jsonLine(lineOf({ ...silence, endsAt: Math.min(silence.endsAt, clock.now()) }, clock.now()))
      : folded(`silence ${silence.id} is over; what still fires is told within a minute\n`),
  );
}

interface AckOptions {
  readonly undo?: boolean;
  readonly author?: string;
  readonly json?: boolean;
}

/** @throws MtlsWatchError `usage` if no incident with this id is firing */
export async function acknowledge(
  id: string,
  { undo: isUndo = false, author = userInfo().username, json = false }: AckOptions,
  { stores, output }: SilenceWorld,
): Promise<void> {
  const { incidentId } = await acknowledgeIncident(id, !isUndo, author, stores);
  if (json) {
    output.write(jsonLine({ type: 'incident', incidentId, acknowledged: !isUndo }));
    return;
  }
  output.write(
    folded(
      isUndo
        ? `incident ${incidentId} is no longer in hand: it is repeated\n`
        : `incident ${incidentId} is in hand: not repeated unless it escalates\n`,
    ),
  );
}

function pattern(text: string | undefined, charsMax: number = limits.silencePatternCharsMax): string | null {
  if (text === undefined) return null;
  if (text === '' || text.length > charsMax) {
    throw usage(`a pattern has ${text.length} characters; expected 1 to ${charsMax}`);
  }
  return text;
}

const DAY_NAMES = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

function endOf({ for: duration, until, yes }: AddOptions, now: number): number {
  if ((duration === undefined) === (until === undefined)) throw usage('expected either --for or --until');
  const end = until === undefined ? now + durationOf(duration ?? '') : Date.parse(until);
  if (Number.isFinite(end) && end > now) {
    if (end - now <= limits.silenceMsMax || yes === true) return end;
    throw usage('the silence would last longer than 30 days; expected at most that, or --yes');
  }
  throw usage(
    until === undefined
      ? `--for got ${clean(duration ?? '', 80)}; expected a duration such as 30m, 2h or 5d`
      : `--until got ${clean(until, 80)}; expected an ISO time to come, such as 2027-01-31T08:00:00Z`,
  );
}

function windowOf({ daily, days }: AddOptions): SilenceWindow | null {
  if (daily === undefined) {
    if (days !== undefined) throw usage('--days goes with --daily');
    return null;
  }
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(daily);
  if (match === null) throw usage(`--daily got ${clean(daily, 80)}; expected a window in UTC such as 02:00-02:30`);
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const from = fromHour * 60 + fromMinute;
  const minutes = (toHour * 60 + toMinute - from + MINUTES_PER_DAY) % MINUTES_PER_DAY || MINUTES_PER_DAY;
  const named = (days?.toLowerCase().split(',') ?? []).map((name) => DAY_NAMES.indexOf(name.trim()));
  if (named.includes(-1)) throw usage(`--days got ${clean(days ?? '', 80)}; expected days such as mon,tue`);
  return { days: named, fromMinute: from, minutes };
}

function windowText({ days, fromMinute, minutes }: SilenceWindow): string {
  const at = (minute: number): string =>
    `${String(Math.floor(minute / 60) % 24).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${at(fromMinute)}-${at(fromMinute + minutes)} ${days.map((day) => DAY_NAMES[day]).join(',')}`.trim();
}

function usage(message: string): MtlsWatchError {
  return new MtlsWatchError('usage', message);
}
