/**
 * A notice as a custom notification of Amazon Q Developer in chat applications (Slack, Microsoft Teams); anything else on
 * its topic is dropped there. All notices of an incident carry one `threadId`, so that they land in one thread. Texts that
 * a client sent go through `chatText`: they become neither markup nor a mention, a link or an emoji.
 * Source: administrator guide, "Custom notifications".
 */

import { limits } from '../base/limits.js';
import * as z from '../base/zod.js';
import { countOf, type Notice } from '../model/index.js';
import { wholePlaceText } from './names.js';
import { judgedByDoor } from './own-commands.js';
import {
  allRefusedWords,
  clientWords,
  countWords,
  heldBackWords,
  issuersOf,
  lastHourWords,
  leadOf,
  notesOf,
  percent,
  placeWords,
  sinceWords,
  titleOf,
  whatWords,
  whoOf,
  whoseOf,
  wordsOf,
} from './parts.js';
import { chatText, cut, domainText } from './safe.js';
import type { Messages } from './types.js';

const text = (max: number) => z.string().check(z.minLength(1), z.maxLength(max));

/** The fields of the service's schema that are used, with their maximum lengths. */
export const chatSchema = z.strictObject({
  version: z.literal('1.0'),
  source: z.literal('custom'),
  id: text(200),
  content: z.strictObject({
    textType: z.literal('client-markdown'),
    title: text(limits.chatTitleCharsMax),
    description: text(limits.chatDescriptionCharsMax),
    nextSteps: z.array(text(limits.chatStepCharsMax)).check(z.minLength(1), z.maxLength(limits.chatStepsMax)),
    keywords: z.array(text(limits.chatKeywordCharsMax)).check(z.minLength(1), z.maxLength(5)),
  }),
  metadata: z.strictObject({
    threadId: text(100),
    summary: text(limits.chatTitleCharsMax),
    eventType: text(100),
    relatedResources: z.array(text(limits.chatTitleCharsMax)).check(z.minLength(1), z.maxLength(5)),
    additionalContext: z.record(text(50), text(limits.chatContextCharsMax)),
    /** Buttons of the channel's own actions would do nothing about a certificate. */
    enableCustomActions: z.literal(false),
  }),
});

export type ChatMessage = z.output<typeof chatSchema>;

const MARKS: Readonly<Record<Notice['kind'], string>> = {
  spike: ':rotating_light:',
  escalated: ':chart_with_upwards_trend:',
  ongoing: ':hourglass_flowing_sand:',
  resolved: ':white_check_mark:',
};

export function chatOf(notice: Notice, messages: Messages): ChatMessage {
  const { group, kind, severity, incidentId } = notice;
  const where = domainText(group.scope, chatText, messages);
  const who = whoOf(notice, messages, chatText, limits.nameShownCharsMax);
  const what = messages.subject[kind](who, where, titleOf(notice, messages, chatText));
  const title = `[${messages.severities[severity]}] ${what}`;
  return {
    version: '1.0',
    source: 'custom',
    id: notice.noticeId,
    content: {
      textType: 'client-markdown',
      title: cut(`${MARKS[kind]} ${title}`, limits.chatTitleCharsMax),
      description: cut(descriptionOf(notice, messages, where), limits.chatDescriptionCharsMax),
      nextSteps: stepsOf(notice, messages),
      keywords: ['mtls-watch', kind, severity, group.reason],
    },
    metadata: {
      threadId: incidentId,
      summary: cut(title, limits.chatTitleCharsMax),
      eventType: `mtls-watch ${kind}`,
      relatedResources: [cut(where, limits.chatTitleCharsMax)],
      additionalContext: {
        ...{ incidentId, severity, reason: group.reason, count: String(countOf(notice)) },
        ...(group.door === undefined ? {} : { door: cut(group.door, limits.chatContextCharsMax) }),
        ...(notice.account ? { account: notice.account } : {}),
        ...(notice.region ? { region: notice.region } : {}),
      },
      enableCustomActions: false,
    },
  };
}

function descriptionOf(notice: Notice, messages: Messages, where: string): string {
  const { labels } = messages;
  const { owner } = notice;
  const place = placeWords(notice, ', ');
  const allRefused = allRefusedWords(notice, messages);
  const share = [
    ...(allRefused === null ? [] : [allRefused]),
    ...(notice.scopeShare === null ? [] : [messages.scopeShare(percent(notice.scopeShare))]),
  ]
    .map((text) => ` · ${text}`)
    .join('');
  const clients = notice.clients.slice(0, limits.clientsShownMax).map((one) => clientWords(one, messages, chatText));
  const heldBack = heldBackWords(notice, messages, chatText);
  const notes = notesOf(notice, messages);
  const links: [string, string | null][] = [
    [labels.runbook, notice.runbookUrl],
    [labels.executionLog, notice.links.executionLog],
    [labels.accessLog, notice.links.accessLog],
    [labels.dashboard, notice.links.dashboard],
  ];
  return [
    messages.headline[notice.kind](whoseOf(notice, messages, chatText), where),
    leadOf(notice, messages, chatText),
    ...(heldBack === null ? [] : [heldBack]),
    '',
    `*${labels.reason}* ${whatWords(notice, messages, chatText)}`,
    `*${labels.domain}* ${wholePlaceText(where, notice.group, messages)}`,
    ...issuersOf(notice, messages, chatText).map((issuer, index) =>
      index === 0 ? `*${labels.issuer}* ${issuer}` : issuer,
    ),
    ...(place === '' ? [] : [`*${labels.account}* ${place}`]),
    ...(owner == null ? [] : [`*${labels.owner}* ${owner.name}, ${owner.contact}`]),
    `*${labels.since}* ${sinceWords(notice, messages)}`,
    `*${labels.failures}* ${countWords(notice, messages, chatText)}${share}`,
    `*${labels.lastHour}* ${lastHourWords(notice, messages)}`,
    ...(clients.length === 0 ? [] : [`*${labels.clients}*`, ...clients]),
    ...(notes.change === null ? [] : [`*${labels.change}* ${chatText(notes.change)}`]),
    ...(notes.verdictNote === null ? [] : [`*${labels.noVerdict}* ${chatText(notes.verdictNote)}`]),
    ...cloudShellOf(notice, messages),
    '',
    ...links.flatMap(([label, url]) => (url === null ? [] : [`*${label}* ${url}`])),
  ].join('\n');
}

function cloudShellOf({ kind, commands: { cloudShell } }: Notice, { labels }: Messages): string[] {
  if (kind === 'resolved' || cloudShell === undefined) return [];
  return [`*${labels.cloudShell}*`, `\`${cloudShell.silence}\``, `\`${cloudShell.acknowledge}\``];
}

function stepsOf(notice: Notice, messages: Messages): string[] {
  const { labels } = messages;
  if (notice.kind === 'resolved') return [`${labels.runbook}: ${cut(notice.runbookUrl, 300)}`];
  const steps = wordsOf(notice, messages).steps.map((step) => judgedByDoor(step, notice.group.door));
  const commands = [
    `${labels.silence}: \`${notice.commands.silence}\``,
    `${labels.acknowledge}: \`${notice.commands.acknowledge}\``,
  ];
  return [...steps.slice(0, limits.chatStepsMax - commands.length), ...commands].map((step) =>
    cut(step, limits.chatStepCharsMax),
  );
}
