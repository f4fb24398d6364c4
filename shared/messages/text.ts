/**
 * A notice as a mail and as an SMS: a subject, and a body whose first two lines are enough to decide. Text from clients
 * passes through `safe.ts`, because mail readers turn everything that looks like a link into one.
 */

import { limits } from '../base/limits.js';
import type { Notice } from '../model/index.js';
import { wholePlaceText } from './names.js';
import { judgedByDoor } from './own-commands.js';
import {
  allRefusedWords,
  clientWords,
  countWords,
  decisiveFinding,
  evidenceOf,
  findingsShown,
  findingWords,
  heldBackWords,
  issuersOf,
  lastHourWords,
  leadOf,
  notesOf,
  percent,
  placeWords,
  sinceWords,
  sumWords,
  titleOf,
  whatWords,
  whoOf,
  whoseOf,
  wordsOf,
} from './parts.js';
import { cut, domainText, mailText } from './safe.js';
import { timeText } from './times.js';
import type { Messages } from './types.js';

/** SNS: one line of text without control characters, under 100 characters (API reference, Publish). */
export function subjectOf(notice: Notice, messages: Messages): string {
  const place = placeWords(notice, ' ');
  const text = fitted(notice, messages, limits.subjectCharsMax);
  // Account and Region stand behind what decides, where there is room.
  const isRoom = place !== '' && text.length + place.length + 3 <= limits.subjectCharsMax;
  return isRoom ? `${text} [${place}]` : text;
}

/** The domain is cut to so many characters before names are cut to fewer than `NAME_WHOLE`, and once more if need be. */
const DOMAINS = [Number.POSITIVE_INFINITY, 40, 24] as const;
const NAME_WHOLE = 40;
const NAME_LEAST = 16;

/** The longest form that has at most so many characters: what is wrong stays whole, the names and the domain give way. */
function fitted(notice: Notice, messages: Messages, charsMax: number): string {
  const severity = messages.severities[notice.severity];
  const why = titleOf(notice, messages, mailText);
  const where = domainText(notice.group.scope, mailText, messages);
  const formOf = (name: number, domain: number): string => {
    const who = whoOf(notice, messages, mailText, name);
    return `[${severity}] ${messages.subject[notice.kind](who, cut(where, domain), why)}`;
  };
  for (const domain of DOMAINS) {
    const least = domain === DOMAINS.at(-1) ? NAME_LEAST : NAME_WHOLE;
    for (let name = limits.nameShownCharsMax; name >= least; name -= 2) {
      const text = formOf(name, domain);
      if (text.length <= charsMax) return text;
    }
  }
  return cut(formOf(NAME_LEAST, DOMAINS[2]), charsMax);
}

/** One SMS; with characters outside of GSM's alphabet, one of two parts. */
export function smsOf(notice: Notice, messages: Messages): string {
  const { stop } = messages;
  const numbers = `${stop}${sumWords(notice, messages)}${stop}${timeText(notice.since, notice.timeZone, 5)}`;
  const plain = withPlainMarks(fitted(notice, messages, limits.smsCharsMax - numbers.length)) + numbers;
  if (/^[\x20-\x7e]*$/.test(plain) && plain.length <= limits.smsCharsMax) return plain;
  return cut(fitted(notice, messages, limits.smsWideCharsMax - numbers.length) + numbers, limits.smsWideCharsMax);
}

/** GSM's alphabet lacks the mark of cut text and curly quotes. */
function withPlainMarks(text: string): string {
  return text.replaceAll('…', '...').replace(/[“”]/g, '"');
}

export function bodyOf(notice: Notice, messages: Messages): string {
  const { labels } = messages;
  const where = domainText(notice.group.scope, mailText, messages);
  const isResolved = notice.kind === 'resolved';
  const headline = messages.headline[notice.kind](whoseOf(notice, messages, mailText), where);
  const heldBack = heldBackWords(notice, messages, mailText);
  const sections = [
    `${headline}\n${leadOf(notice, messages, mailText)}`,
    ...(heldBack === null ? [] : [heldBack]),
    aligned(factsOf(notice, messages, where)),
    ...(isResolved ? [] : actionsOf(notice, messages)),
    linksOf(notice, messages),
    ...(isResolved ? [] : [commandsOf(notice, messages)]),
    `${labels.incident}: ${notice.incidentId} (${notice.kind}, ${notice.noticeId})`,
  ];
  return `${sections.join('\n\n')}\n`;
}

/** Each way has its commands in the same order. */
function commandsOf({ commands }: Notice, { labels }: Messages): string {
  const { silence, acknowledge, cloudShell } = commands;
  const own = `${labels.silence}\n  ${silence}\n${labels.acknowledge}\n  ${acknowledge}`;
  if (cloudShell === undefined) return own;
  return `${own}\n\n${labels.cloudShell}\n  ${cloudShell.silence}\n  ${cloudShell.acknowledge}`;
}

type Field = readonly [label: string, value: string];

function factsOf(notice: Notice, messages: Messages, where: string): Field[] {
  const { labels } = messages;
  const trust = notice.issuerTrusted === null ? '' : ` (${messages.issuerTrusted(notice.issuerTrusted)})`;
  const issuers = issuersOf(notice, messages, mailText).map((issuer, index) =>
    index === 0 ? `${issuer}${trust}` : issuer,
  );
  const allRefused = allRefusedWords(notice, messages);
  return [
    [labels.reason, whatWords(notice, messages, mailText)],
    [labels.domain, wholePlaceText(where, notice.group, messages)],
    ...listed(labels.issuer, issuers),
    ...ownerFields(notice, messages),
    [labels.since, sinceWords(notice, messages)],
    [labels.failures, countWords(notice, messages, mailText)],
    ...(allRefused === null ? [] : [['', allRefused] as const]),
    ...(notice.scopeShare === null ? [] : [['', messages.scopeShare(percent(notice.scopeShare))] as const]),
    [labels.lastHour, lastHourWords(notice, messages)],
    ...listed(labels.clients, clientsOf(notice, messages)),
  ];
}

function ownerFields(notice: Notice, { labels }: Messages): Field[] {
  const { owner } = notice;
  const place = placeWords(notice, ', ');
  return [
    ...(place === '' ? [] : [[labels.account, place] as const]),
    ...(owner == null ? [] : [[labels.owner, `${owner.name}, ${owner.contact}`] as const]),
  ];
}

function clientsOf({ clients, clientCount }: Notice, messages: Messages): string[] {
  if (clients.length === 0) return [];
  const shown = clients.slice(0, limits.clientsShownMax);
  return [
    messages.clientsKnown(clientCount, shown.length, clientCount >= limits.clientHashesMax),
    ...shown.map((one) => clientWords(one, messages, mailText)),
  ];
}

function listed(label: string, values: readonly string[]): Field[] {
  return values.map((value, index) => [index === 0 ? label : '', value]);
}

/** Pads labels to one width; East Asian wide characters count twice, as in a fixed-width font. */
function aligned(fields: readonly Field[]): string {
  const width = Math.max(...fields.map(([label]) => widthOf(label))) + 2;
  return fields.map(([label, value]) => `  ${label}${' '.repeat(width - widthOf(label))}${value}`).join('\n');
}

function widthOf(text: string): number {
  return [...text].reduce((width, char) => width + (/[\u3000-\u9fff\uff00-\uff60]/.test(char) ? 2 : 1), 0);
}

/** What changed, the findings of the diagnosis, and the first steps. */
function actionsOf(notice: Notice, messages: Messages): string[] {
  const { labels } = messages;
  const steps = wordsOf(notice, messages).steps.map(
    (step, index) => `  ${index + 1}. ${judgedByDoor(step, notice.group.door)}`,
  );
  return [...verdictSections(notice, messages), `${labels.firstSteps}\n${steps.join('\n')}`];
}

/** What changed before, each finding with its evidence, and why there is no verdict. */
export function verdictSections(
  notice: Pick<Notice, 'verdict' | 'verdictNote' | 'change' | 'said'>,
  messages: Messages,
): string[] {
  const { labels } = messages;
  const notes = notesOf(notice, messages);
  const decisive = decisiveFinding(notice);
  const findings = findingsShown(notice).map((finding) => {
    const words = findingWords(finding, messages);
    const evidence = evidenceOf(finding, messages).map((line) => `  - ${mailText(line)}`);
    // The remedy of the cause is already at the top, unless a notice of an earlier version has only a short form there.
    const isTold = finding === decisive && (words?.action === null || finding.said !== undefined);
    const remedy = isTold
      ? []
      : [
          labels.remedy,
          `  ${mailText(finding.said === undefined ? finding.remedy : messages.say(finding.said.remedy))}`,
        ];
    return [`${labels.evidence}: ${words?.title ?? finding.code} (${finding.code})`, ...evidence, ...remedy].join('\n');
  });
  return [
    ...(notes.change === null ? [] : [`${labels.change}\n  ${mailText(notes.change)}`]),
    ...findings,
    ...(notes.verdictNote === null ? [] : [`${labels.noVerdict}\n  ${mailText(notes.verdictNote)}`]),
  ];
}

function linksOf({ runbookUrl, links }: Notice, { labels }: Messages): string {
  const all: [string, string | null][] = [
    [labels.runbook, runbookUrl],
    [labels.executionLog, links.executionLog],
    [labels.accessLog, links.accessLog],
    [labels.dashboard, links.dashboard],
  ];
  return all.flatMap(([label, url]) => (url === null ? [] : [`${label}\n  ${url}`])).join('\n');
}
