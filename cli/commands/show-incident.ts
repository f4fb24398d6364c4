/** `mtls-watch incidents show ID`: an incident with its alert as it was sent, and what was done about it. */

import type { Command } from 'commander';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { MINUTES_PER_HOUR, minuteOf } from '../../shared/base/time.js';
import type { Config } from '../../shared/config/settings.js';
import { type Diagnosed, diagnoseClients } from '../../shared/diagnosis/diagnosis.js';
import { clientsOf } from '../../shared/incidents/notice.js';
import { isInForce } from '../../shared/incidents/silence.js';
import { incidentWords } from '../../shared/messages/incident-words.js';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, subjectOf, verdictSections } from '../../shared/messages/text.js';
import { countOf, type Fact, isSeveral, type Notice } from '../../shared/model/index.js';
import { english, say } from '../../shared/model/phrases.js';
import type { Clock, Stores } from '../../shared/ports/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { type FoundIncident, findIncident, tellingNotice } from '../deployed/incident.js';
import type { TableOptions } from '../deployed/stack.js';
import { incidentText } from '../terminal/incident-text.js';
import { configOption, languageOption } from '../terminal/options.js';
import { folded, heading, jsonLine, type Output } from '../terminal/table.js';

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
  const language = given ?? (await world.config()).language;
  const [messages, words] = [messagesIn[language], incidentWords[language]];
  const alert =
    notice === null ? [] : [heading(words.alert), `${subjectOf(notice, messages)}\n\n${bodyOf(notice, messages)}`];
  const verdict =
    diagnosed === null
      ? []
      : [heading(words.verdictNow), `${verdictSections(diagnosed, messages).join('\n\n') || words.noDiagnosis}\n`];
  output.write(`${incidentText(known, lastHour, now, words, messages)}${folded([...alert, ...verdict].join(''))}`);
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

const iso = (at: number): string => new Date(at).toISOString();
