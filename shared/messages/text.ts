/**
 * A notice as a mail: the subject that SNS allows, and a body whose first two lines are enough to decide. Texts that a
 * client sent are cleaned before they come here (`text.ts`, `x509/dn.ts`); here their links are taken apart, for mail
 * readers make a link of whatever looks like one.
 */

import { limits } from '../limits.js';
import { type ClientTally, type Notice, OTHER_ISSUERS, SEVERAL_ISSUERS, UNKNOWN_ISSUER } from '../model.js';
import type { Messages, ReasonMessages } from './index.js';

/** SNS: ASCII without line breaks or control characters, under 100 characters. */
export function subjectOf(notice: Notice, messages: Messages): string {
  const { group, kind, severity } = notice;
  const what = messages.subject[kind](
    issuerName(group.issuerDn, messages),
    group.scope,
    wordsOf(notice, messages).title,
  );
  const ascii = `[${severity.toUpperCase()}] ${what}`.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length <= limits.subjectCharsMax ? ascii : `${ascii.slice(0, limits.subjectCharsMax - 3)}...`;
}

export function bodyOf(notice: Notice, messages: Messages): string {
  const { labels } = messages;
  const reason = wordsOf(notice, messages);
  const isResolved = notice.kind === 'resolved';
  const count = notice.count.toLocaleString('en');
  const fields: [string, string][] = [
    [labels.reason, notice.reasonText === '' ? reason.title : `${reason.title} (“${inert(notice.reasonText)}”)`],
    [labels.domain, inert(notice.group.scope)],
    ...issuersOf(notice, labels.issuer),
    [labels.since, `${minuteText(notice.since)} UTC`],
    [
      labels.failures,
      isResolved
        ? notice.group.issuerDn === SEVERAL_ISSUERS
          ? messages.failuresAtWorst(count, notice.windowMinutes)
          : messages.failuresInAll(count)
        : messages.failures(
            count,
            notice.windowMinutes,
            notice.expected.toLocaleString('en', { maximumFractionDigits: 1 }),
          ),
    ],
    ...notice.clients.map((client, index): [string, string] => [
      index === 0 ? labels.clients : '',
      clientText(client, messages),
    ]),
  ];
  const width = Math.max(...fields.map(([label]) => label.length)) + 2;
  const sections = [
    `${messages.headline[notice.kind](issuerName(notice.group.issuerDn, messages), inert(notice.group.scope), reason.title)}\n${leadOf(notice, messages)}`,
    fields.map(([label, value]) => `  ${label.padEnd(width)}${value}`).join('\n'),
    ...(isResolved ? [] : actionsOf(notice, messages)),
    `${labels.runbook}: ${notice.runbookUrl}\n${labels.incident}: ${notice.incidentId} (${notice.kind}, ${notice.noticeId})`,
  ];
  return `${sections.join('\n\n')}\n`;
}

function wordsOf({ group }: Notice, messages: Messages): ReasonMessages {
  return group.issuerDn === SEVERAL_ISSUERS ? messages.severalIssuers : messages.reasons[group.reason];
}

/** The issuer, or for an incident of a whole domain those that fail together. */
function issuersOf({ group, groups }: Notice, label: string): [string, string][] {
  const issuers = groups.length === 0 ? [group.issuerDn] : [...new Set(groups.map((one) => one.issuerDn))];
  const shown = issuers.slice(0, ISSUERS_SHOWN_MAX).map((issuer) => inert(issuer));
  if (issuers.length > shown.length) shown.push('…');
  return shown.map((issuer, index) => [index === 0 ? label : '', issuer]);
}

const ISSUERS_SHOWN_MAX = 6;

/** The diagnosis in a sentence where there is one, else what the reason means. */
function leadOf(notice: Notice, messages: Messages): string {
  const decisive = notice.verdict?.findings.find((finding) => finding.code === notice.verdict?.reason);
  return decisive === undefined ? wordsOf(notice, messages).meaning : inert(decisive.remedy);
}

function actionsOf(notice: Notice, messages: Messages): string[] {
  const { labels } = messages;
  const { verdict, verdictNote, change } = notice;
  const sections: string[] = [];
  for (const finding of verdict?.findings ?? []) {
    if (finding.severity === 'info') continue;
    const evidence = finding.evidence.map((line) => `  - ${inert(line)}`).join('\n');
    // The remedy of the finding that decides stands at the top already.
    const remedy = finding.code === verdict?.reason ? '' : `\n${labels.remedy}\n  ${inert(finding.remedy)}`;
    sections.push(`${labels.evidence} (${finding.code})\n${evidence}${remedy}`);
  }
  if (verdictNote !== null) sections.push(`${labels.noVerdict}\n  ${inert(verdictNote)}`);
  if (change !== null) sections.unshift(`${labels.change}\n  ${inert(change)}`);
  const steps = wordsOf(notice, messages)
    .steps.map((step, index) => `  ${index + 1}. ${step}`)
    .join('\n');
  return [...sections.slice(0, 4), `${labels.firstSteps}\n${steps}`];
}

function clientText(client: ClientTally, messages: Messages): string {
  const { subjectDn, serialNumber, sourceIps, count } = client;
  return messages.client(
    inert(subjectDn),
    inert(serialNumber),
    inert(sourceIps.join(', ')),
    count.toLocaleString('en'),
  );
}

/** The organisation or common name of an issuer, for a sentence; the whole DN stands below it. */
function issuerName(issuerDn: string, messages: Messages): string {
  if (issuerDn === UNKNOWN_ISSUER) return messages.unknownIssuer;
  if (issuerDn === SEVERAL_ISSUERS || issuerDn === OTHER_ISSUERS) return messages.otherIssuers;
  const name = /(?:^|,)O=((?:\\.|[^,\\+])+)/.exec(issuerDn)?.[1] ?? /(?:^|,)CN=((?:\\.|[^,\\+])+)/.exec(issuerDn)?.[1];
  return inert((name ?? issuerDn).slice(0, 60));
}

function minuteText(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** A link that cannot be followed by accident. */
function inert(text: string): string {
  return text.replaceAll('://', '[:]//');
}
