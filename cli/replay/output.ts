/**
 * The output of `replay` for people: the most important spike as the mail that on-call gets, the incidents, the groups,
 * the next steps.
 */

import columns from 'string-width';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import { runbookIds } from '../../shared/config/runbooks.js';
import type { Config } from '../../shared/config/settings.js';
import { quote } from '../../shared/discovery/shell.js';
import { type EvidenceWords, evidenceWords } from '../../shared/messages/evidence-words.js';
import { incidentWords } from '../../shared/messages/incident-words.js';
import { doorName, issuerText, placeText } from '../../shared/messages/names.js';
import { doorOption } from '../../shared/messages/own-commands.js';
import { reasonRow } from '../../shared/messages/parts.js';
import { type ReplayWords, replayWords } from '../../shared/messages/replay-words.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import type { Messages } from '../../shared/messages/types.js';
import {
  countOf,
  type GroupKey,
  isSeveral,
  type Notice,
  type NoticeKind,
  type Severity,
  UNKNOWN_ISSUER,
} from '../../shared/model/index.js';
import { FIRST_DOOR } from '../../shared/report/doors.js';
import type { FormatOption } from '../inputs/format.js';
import type { LiveOptions } from '../inputs/live/find.js';
import { amountText } from '../terminal/amounts.js';
import { pc } from '../terminal/colors.js';
import { folded, heading, pairs, table, terminalWidth, wrapped } from '../terminal/table.js';
import type { Replayed } from './types.js';

const GROUPS_SHOWN_MAX = 12;

/** What the run was given, as it was given. */
export interface Given extends LiveOptions, FormatOption {
  readonly inputs: readonly string[];
  /** The certificate of the client that the alert is about, where it was written. */
  readonly client?: string | null;
  readonly config?: string | undefined;
  readonly truststore?: string | undefined;
  readonly lang?: string | undefined;
  readonly stack?: string | undefined;
  /** Of `--lang`, and else of the settings; English where it is not given. */
  readonly language?: Config['language'];
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** @param report the path of the report, if it was written */
export function printReplay(
  { notices, summary }: Pick<Replayed, 'notices' | 'summary'>,
  messages: Messages,
  out: NodeJS.WritableStream,
  report: string | null,
  given: Given = { inputs: [] },
): void {
  const language = given.language ?? 'en';
  const words = replayWords[language];
  const worst = mostTelling(notices);
  if (worst !== null) {
    out.write(heading(words.alert));
    const subject = `  ${words.subject}: ${subjectOf(worst, messages)}`;
    out.write(`${pc.bold(folded(subject))}\n\n${folded(indent(bodyOf(worst, messages)))}\n`);
  }
  const isJudged = wasJudged(summary);
  out.write(heading(!isJudged ? pc.yellow(words.nothing) : notices.length === 0 ? words.noIncidents : words.incidents));
  for (const sentence of notJudged(summary, evidenceWords[language])) out.write(wrapped(sentence));
  if (notices.length > 0) out.write(incidentTable(notices, messages, language));
  if (isJudged) out.write(refusals(summary, messages, words));
  out.write(heading(words.read));
  out.write(pairs(totals({ notices, summary }, words), 36));
  out.write(otherCauses(summary, words));
  out.write(rejects(summary, words));
  out.write(heading(words.next));
  out.write(nextSteps(worst, report, given, summary, words));
}

/** False if no refusal could have been seen. */
export function wasJudged({ accessRecords, executionLines, connectionRecords }: Replayed['summary']): boolean {
  return accessRecords || executionLines || connectionRecords;
}

/** What the result does not cover, and what input is missing. */
function notJudged(summary: Replayed['summary'], words: EvidenceWords): string[] {
  const { events, rejected, failures, groups, accessRecords, executionLines } = summary;
  if (!wasJudged(summary)) {
    return [words.nothingRead(count(events))];
  }
  const nameless = groups.filter(({ issuerDn }) => issuerDn === UNKNOWN_ISSUER);
  // Other doors have no such format.
  const unknown = nameless.reduce((sum, group) => sum + group.failures, 0);
  const isCurable = unknown === failures && nameless.some(({ door }) => door === undefined);
  return [
    ...(rejected > 0 ? [words.rejected(count(rejected), count(events))] : []),
    ...(accessRecords || !executionLines ? [] : [words.noAccessRecord]),
    ...(accessRecords && unknown > 0
      ? [words.join([words.ofUnknown(count(unknown), count(failures)), ...(isCurable ? [words.addPem] : [])])]
      : []),
  ];
}

function refusals(summary: Replayed['summary'], messages: Messages, words: ReplayWords): string {
  const more = summary.groups.length - GROUPS_SHOWN_MAX;
  return [
    heading(words.groups(count(summary.failures), count(summary.groups.length))),
    doorTable(summary, messages, words),
    groupTable(summary, messages, words),
    more > 0 ? pc.dim(`  ${words.smaller(count(more))}\n`) : '',
  ].join('');
}

/** The spike to show in full: the most severe, then the one with most failures. */
export function mostTelling(notices: readonly Notice[]): Notice | null {
  const rank: Record<Severity, number> = { low: 0, medium: 1, high: 2, critical: 3 };
  const spikes = notices.filter((notice) => notice.kind === 'spike');
  return spikes.sort((a, b) => rank[b.severity] - rank[a.severity] || countOf(b) - countOf(a))[0] ?? null;
}

const COLOURS: Readonly<Record<NoticeKind, (text: string) => string>> = {
  spike: pc.red,
  escalated: pc.red,
  ongoing: pc.yellow,
  resolved: pc.green,
};

function incidentTable(notices: readonly Notice[], messages: Messages, language: Config['language']): string {
  const words = replayWords[language];
  // In English these are the words of --json.
  const { kinds } = incidentWords[language];
  const rows = notices.map((notice) => {
    const { group } = notice;
    return [
      notice.at.slice(0, 16).replace('T', ' '),
      COLOURS[notice.kind](language === 'en' ? notice.kind : kinds[notice.kind]),
      language === 'en' ? notice.severity : messages.severities[notice.severity],
      placeText(group.scope, group, messages),
      issuerIn(group.issuerDn, messages),
      reasonRow(notice, titleOf(group, messages), messages, inert),
      amountText(notice, incidentWords[language]),
    ];
  });
  return table([words.time, words.what, words.severity, words.domain, words.issuer, words.reason, words.refused], rows);
}

/** Names are what certificates say, and a terminal acts on some letters. */
const inert = (text: string): string => clean(text, limits.reasonWordsCharsMax);

/** Nothing where API Gateway is the only door. */
function doorTable({ doors }: Replayed['summary'], messages: Messages, words: ReplayWords): string {
  if (doors.every(({ door }) => door === FIRST_DOOR)) return '';
  const rows = doors.map((one) => [
    count(one.failures),
    doorName(one.door, messages),
    count(one.groups),
    count(one.otherForbidden),
  ]);
  return `${table([words.refused, words.door, words.groupCount, words.otherCauses], rows, [0, 2, 3])}\n`;
}

/** Those who stand for several issuers are no name of one. */
function issuerIn(issuerDn: string, messages: Messages): string {
  return isSeveral(issuerDn) ? messages.otherIssuers : issuerText(issuerDn, messages);
}

function groupTable(summary: Replayed['summary'], messages: Messages, words: ReplayWords): string {
  const rows = summary.groups.slice(0, GROUPS_SHOWN_MAX).map((group) => {
    const [first = '', last = ''] = [group.firstSeen, group.lastSeen].map((iso) => iso.slice(5, 16).replace('T', ' '));
    const { issuerDn, reason, isUnverified } = group;
    const where = placeText(group.scope, group, messages);
    // The gateway's own reason: two groups of one claim would look the same otherwise.
    const issuer = isUnverified ? messages.who.claimant(issuerDn) : issuerIn(issuerDn, messages);
    const { title } = isSeveral(issuerDn) ? messages.severalIssuers : messages.reasons[reason];
    return [count(group.failures), where, issuer, saidOf(group, messages) ?? title, first, last];
  });
  return table([words.refused, words.domain, words.issuer, words.reason, words.firstSeen, words.lastSeen], rows, [0]);
}

/** What the door said for a reason without a name; null for any other. */
function saidOf(
  { reason, words, reasonTexts = [], hasMoreReasons }: Replayed['summary']['groups'][number],
  messages: Messages,
): string | null {
  const texts = words === undefined ? reasonTexts : [words];
  const said = texts.map((text) => messages.unknownReason(clean(text, limits.reasonWordsCharsMax)));
  if (said.length > 1) return messages.severalReasons(messages.reasons[reason].title, said, hasMoreReasons === true);
  return said[0] ?? null;
}

/** The command with which the user runs the tool: in a checkout, where it runs from its sources, through npm. */
const SELF = import.meta.url.endsWith('.ts') ? 'npm run -s mtls-watch --' : 'mtls-watch';

/**
 * The next steps: the runbook page for the worst incident, and the verbs to continue with. With the files of this run, so
 * that they run when pasted; what only the user has is in capitals.
 */
function nextSteps(
  worst: Notice | null,
  report: string | null,
  given: Given,
  { accessRecords, doors }: Replayed['summary'],
  { steps }: ReplayWords,
): string {
  const { inputs, truststore } = given;
  // A truststore of several doors is judged by the rules of the first.
  const ofDoor = doors.length === 1 ? doorOption(doors[0]?.door) : [];
  const files = inputs.includes('-') ? ['LOGS'] : inputs.map(quote);
  const isNamed = files.length > 0 || given.logGroup !== undefined || given.domain !== undefined;
  const logs = [...(isNamed ? files : ['LOGS']), ...optionsOf(given, SEARCH)].join(' ');
  const settings = optionsOf({ ...given, config: given.config === '-' ? 'mtls-watch.json' : given.config }, [
    'config',
    'stack',
  ]);
  const bundle = truststore === undefined || truststore === '-' ? 'truststore.pem' : quote(truststore);
  const bundled = truststore === undefined ? [] : ['--truststore', bundle];
  const whole = ['replay', logs, ...settings, ...bundled, ...optionsOf(given, ['lang']), '--json'];
  const asOf = given.at === undefined ? timeOf(worst) : [];
  const verb = (text: string): string => pc.cyan(`${SELF} ${text}`);
  const lines = [
    ...(report === null ? [] : [[steps.report, report]]),
    ...(worst === null ? [] : [[steps.page, pageOf(worst, given, verb)]]),
    [steps.diagnose, verb(diagnoseOf(worst, given, bundle))],
    [steps.audit, verb(['audit', bundle, ...ofDoor].join(' '))],
    ...(accessRecords ? [[steps.preflight, verb(['preflight', '--truststore', bundle, logs, ...asOf].join(' '))]] : []),
    [steps.expiry, verb(['expiry', logs, ...bundled, ...asOf].join(' '))],
    [steps.json, verb(whole.join(' '))],
  ];
  const width = terminalWidth();
  const isNarrow = width !== null && lines.some(([, how = '']) => 38 + columns(how) > width);
  return lines
    .map(
      ([what = '', how]) =>
        `  ${isNarrow ? `${what}\n    ` : `${what}${' '.repeat(Math.max(36 - columns(what), 1))}`}${how}\n`,
    )
    .join('');
}

/** The page in the package, which is there whether or not somebody serves the pages; a team's own is somewhere else. */
function pageOf({ runbookUrl, group }: Notice, given: Given, verb: (text: string) => string): string {
  const [, id = ''] = /\/(?:en|ja)\/([a-z0-9-]+)\.md$/.exec(runbookUrl) ?? [];
  if (!runbookIds.includes(id)) return runbookUrl;
  return verb(['runbook', id, ...doorOption(group.door), ...optionsOf(given, ['lang'])].join(' '));
}

/** As of the alert: a certificate of old logs may have expired since. */
function timeOf(worst: Notice | null): string[] {
  return worst === null ? [] : ['--at', `${worst.at.slice(0, 19)}Z`];
}

function diagnoseOf(worst: Notice | null, { client = null }: Given, bundle: string): string {
  const [file, asOf] = worst === null || client === null ? ['CLIENT.pem', []] : [quote(client), timeOf(worst)];
  const words = ['diagnose --client', file, '--truststore', bundle, ...asOf, ...doorOption(worst?.group.door)];
  return words.join(' ');
}

/** The options that say which logs are read, and how. */
const SEARCH = ['logGroup', 'domain', 'since', 'from', 'to', 'at', 'format', 'region', 'profile'] as const;

/** Options as words of a command. */
function optionsOf(given: Given, names: readonly (keyof Given)[]): string[] {
  return names.flatMap((name) => {
    const values = [given[name] ?? []].flat();
    const option = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return values.length === 0 ? [] : [option, ...values.map(quote)];
  });
}

function titleOf({ issuerDn, reason, isUnverified, words }: GroupKey, messages: Messages): string {
  if (isUnverified) return messages.claims.title;
  if (words !== undefined) return messages.unknownReason(words);
  return isSeveral(issuerDn) ? messages.severalIssuers.title : messages.reasons[reason].title;
}

function totals(
  { summary, notices }: Pick<Replayed, 'notices' | 'summary'>,
  { totals: labels }: ReplayWords,
): [string, string][] {
  const forbidden = Object.values(summary.otherForbidden).reduce((sum, n) => sum + n, 0);
  return [
    [labels.events, count(summary.events)],
    [labels.duplicates, count(summary.duplicates)],
    [labels.rejected, count(summary.rejected)],
    [labels.recovered, count(summary.recovered)],
    [labels.problems, count(summary.unreadableFiles)],
    [labels.unattributed, count(summary.unattributed)],
    [labels.forbidden, count(forbidden)],
    [labels.notices, count(notices.length)],
  ];
}

/** Why requests were answered with a 403 that is not about their certificate, the most frequent first. */
function otherCauses({ otherForbidden }: Replayed['summary'], words: ReplayWords): string {
  const rows = Object.entries(otherForbidden)
    .sort(([, a], [, b]) => b - a)
    .map(([cause, n]) => [count(n), named(cause, words.causes)]);
  return rows.length === 0 ? '' : heading(words.otherForbidden) + table([words.requests, words.cause], rows, [0]);
}

/** What an id means, and the id. */
function named(id: string, names: Readonly<Record<string, string>> | null): string {
  const name = names !== null && Object.hasOwn(names, id) ? names[id] : undefined;
  return name === undefined ? id : `${name} (${id})`;
}

/** The reasons why records could not be read, the most frequent first, each with an example. */
function rejects({ rejectedBy, rejectedExamples }: Replayed['summary'], words: ReplayWords): string {
  const rows = Object.entries(rejectedBy)
    .sort(([, a], [, b]) => b - a)
    .map(([code, n]) => [count(n), named(code, words.rejected), words.suchAs(rejectedExamples[code] ?? '')]);
  return rows.length === 0
    ? ''
    : heading(words.notRead) + table([words.records, words.reason, words.example], rows, [0]);
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function count(n: number): string {
  return n.toLocaleString('en');
}
