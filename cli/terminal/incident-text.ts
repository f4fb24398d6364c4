/** One incident with what was done about it, as a list of labels and values. */

import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { readableScope } from '../../shared/config/readable-scope.js';
import { isInForce } from '../../shared/incidents/silence.js';
import type { IncidentWords } from '../../shared/messages/incident-words.js';
import { issuerText, wholePlaceText } from '../../shared/messages/names.js';
import type { Messages } from '../../shared/messages/types.js';
import { reasonName } from '../../shared/model/group-id.js';
import { countOf, type EndedIncident, isSeveral, type Notice, type Silence } from '../../shared/model/index.js';
import type { FoundIncident } from '../deployed/incident.js';
import { pc } from './colors.js';
import { pairs } from './table.js';

/** @param lastHour how many it refused in the last hour; null where that is not known */
export function incidentText(
  known: FoundIncident,
  lastHour: number | null,
  now: number,
  words: IncidentWords,
  messages: Messages,
): string {
  const { labels } = words;
  const { incidentId, group, since, firing, ended, sent, waiting, silences } = known;
  const named = clean(issuerText(group.issuerDn, messages), limits.dnCharsMax);
  const issuer = isSeveral(group.issuerDn) ? messages.otherIssuers : named;
  const lines: [string, string][] = [
    [labels.domain, wholePlaceText(readableScope(clean(group.scope, limits.scopeCharsMax)), group, messages)],
    [labels.issuer, group.isUnverified ? words.unverified(issuer) : issuer],
    [labels.reason, reasonText(known, messages)],
    [labels.severity, words.severities[(firing ?? ended)?.severity ?? 'low']],
    [labels.since, iso(since)],
    ended === null
      ? [labels.calmSince, firing?.calmSince == null ? words.goesOn : iso(firing.calmSince)]
      : [labels.ended, iso(ended.endedAt)],
    ...(ended?.count == null
      ? []
      : [[labels.refused, wholeText(ended, ended.count, words, messages)] satisfies [string, string]]),
    ...(lastHour === null ? [] : [[labels.lastHour, String(lastHour)] satisfies [string, string]]),
    [labels.acknowledged, acknowledgedText(known, words)],
    ...listed(
      labels.silences,
      silences.map((one) => silenceText(one, now, words)),
      words.noSilence,
    ),
    ...listed(
      labels.notices,
      [
        ...sent.map((one) => noticeText(one, words.sent, words)),
        ...waiting.map((one) => noticeText(one, words.waiting, words)),
      ],
      untoldText(known, words),
    ),
  ];
  return `${pc.bold(words.incident(incidentId))}\n${pairs(lines, 24)}`;
}

function wholeText(
  { firstFailureAt, calmAt, reasons = [] }: EndedIncident,
  count: number,
  words: IncidentWords,
  messages: Messages,
): string {
  const span = firstFailureAt === null ? '' : words.span(iso(firstFailureAt), iso(calmAt));
  const each = reasons.map((one) => messages.ofWhich(wholeNumber(one.count), messages.reasons[one.reason].title));
  const sum = `${words.inAll(wholeNumber(count))}${span}`;
  return each.length === 0 ? sum : messages.together(sum, each);
}

function listed(name: string, values: readonly string[], none: string): [string, string][] {
  return (values.length === 0 ? [none] : values).map((value, index) => [index === 0 ? name : '', value]);
}

function acknowledgedText({ firing, incidentId }: FoundIncident, words: IncidentWords): string {
  if (firing === null) return words.over;
  if (!firing.acknowledged) return words.notAcknowledged(`mtls-watch ack ${incidentId}`);
  const { acknowledgedBy: by } = firing;
  return words.acknowledgedBy(by === undefined ? null : clean(by, limits.authorCharsMax));
}

function silenceText(silence: Silence, now: number, words: IncidentWords): string {
  const state = now >= silence.endsAt ? 'over' : isInForce(silence, now) ? 'in-force' : 'waits';
  const told = words.silence(state, iso(silence.endsAt), silence.author ?? null);
  return `${silence.id} ${told}${words.colon}${silence.comment}`;
}

function noticeText(notice: Notice, state: string, words: IncidentWords): string {
  const { kind, at, severity, windowMinutes } = notice;
  const count = wholeNumber(countOf(notice));
  const amount = kind === 'resolved' ? words.inAll(count) : words.inMinutes(count, windowMinutes);
  return `${at}  ${[words.kinds[kind], words.severities[severity], amount, state].join(words.comma)}`;
}

/** Notices are kept for some weeks, so that there may be none although it was told. */
function untoldText({ firing, ended }: FoundIncident, words: IncidentWords): string {
  if ((firing ?? ended)?.heldBack) return words.heldBack;
  return (firing ?? ended)?.announced ? words.noneKept : words.toldByAnother;
}

/** The title in the words of alerts and report, and the id. */
function reasonText({ group }: FoundIncident, messages: Messages): string {
  if (group.words !== undefined) return messages.withNote(messages.unknownReason(group.words), reasonName(group));
  const { title } = isSeveral(group.issuerDn) ? messages.severalIssuers : messages.reasons[group.reason];
  return messages.withNote(title, group.reason);
}

function wholeNumber(count: number): string {
  return Math.round(count).toLocaleString('en');
}

const iso = (at: number): string => new Date(at).toISOString();
