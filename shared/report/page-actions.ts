/** The top of the page: three sentences, the main figures, what needs action. */

import { limits } from '../base/limits.js';
import { readableScope } from '../config/readable-scope.js';
import { refusedOf } from '../diagnosis/refused.js';
import { doorName } from '../messages/names.js';
import { judgedByDoor } from '../messages/own-commands.js';
import { isUnloggedIssuer } from '../model/index.js';
import { ownerOf } from '../x509/names.js';
import { courseOf } from './course.js';
import { type Html, html } from './html.js';
import { partnerRemedy } from './messages/to-partner.js';
import type { ReportMessages } from './messages/types.js';
import {
  capital,
  changeText,
  cut,
  inline,
  issuerName,
  medianText,
  numberText,
  reasonTitle,
  soft,
  strangersLine,
  timeText,
} from './page-parts.js';
import { gapsIn } from './page-tables.js';
import type { Report } from './schema.js';

type Action = Report['actions'][number];

/** Certificates that expire within this many days are mentioned in the first three sentences. */
const SOON_DAYS = 30;

export function sentencesOf(report: Report, words: ReportMessages): string[] {
  const { totals, actions } = report;
  const { sentences } = words;
  const open = actions.filter(({ state }) => state === 'open').length;
  const soon = (report.expiring ?? []).filter(
    ({ daysLeft, successorSince }) => daysLeft >= 0 && daysLeft <= SOON_DAYS && successorSince === null,
  ).length;
  const last = sentences.todo(open, actions.length - open, soon);
  if (totals.failures === 0) return [sentences.quiet, last];
  const total = sentences.total(numberText(totals.failures), totals.scopes, totals.issuers, trendText(report, words));
  // A partner knows whose they are.
  if (report.partner !== null) return [total, last];
  const biggest = biggestOf(report);
  return [
    total,
    biggest === undefined
      ? sentences.strangersOnly
      : sentences.biggest(
          cut(biggest.owner ?? issuerName(biggest.issuerDn, words)),
          share(biggest.failures, totals.failures),
          words.listWithOthers(
            biggest.reasons.slice(0, REASONS_NAMED_MAX).map((reason) => reasonTitle(reason, words)),
            Math.max(0, biggest.reasons.length - REASONS_NAMED_MAX),
          ),
          biggest.isOver,
        ),
    last,
  ];
}

/** In a sentence; the actions below it name them all. */
const REASONS_NAMED_MAX = 2;

/** Of the issuers with actions, the one with the most refusals, with the reasons of its actions. */
function biggestOf(report: Report) {
  const { actions } = report;
  const issuers = [...new Set(actions.map(({ issuerDn }) => issuerDn))].map((issuerDn) => {
    const theirs = actions.filter((action) => action.issuerDn === issuerDn).sort((a, b) => b.failures - a.failures);
    const [owner, ...others] = new Set(theirs.map((action) => action.owner));
    return {
      issuerDn,
      owner: others.length === 0 ? owner : undefined,
      failures: theirs.reduce(
        (sum, { failures }) => sum + failures,
        restOf(report, theirs, others.length === 0 ? owner : undefined),
      ),
      reasons: theirs.map(({ reason, words }) => ({ reason, words })),
      isOver: theirs.every(({ state }) => state === 'over'),
    };
  });
  return issuers.sort((a, b) => b.failures - a.failures)[0];
}

/**
 * What was refused beside the actions of an issuer, in groups too small to need one. Where the actions are about one client, what
 * was refused of that client.
 */
function restOf({ groups, clients }: Report, theirs: readonly Action[], owner: string | undefined): number {
  const issuerDn = theirs[0]?.issuerDn ?? '';
  const isRest = (one: Pick<Action, 'issuerDn' | 'reason' | 'isUnverified' | 'words'>): boolean =>
    one.issuerDn === issuerDn &&
    one.reason !== 'self-signed' &&
    !theirs.some(
      ({ reason, isUnverified, words }) =>
        reason === one.reason && isUnverified === one.isUnverified && words === one.words,
    );
  if (owner === undefined || owner === ownerOf(issuerDn))
    return groups.filter(isRest).reduce((sum, { failures }) => sum + failures, 0);
  return clients.filter((one) => isRest(one) && clientOf(one) === owner).reduce((sum, { count }) => sum + count, 0);
}

/** As an action names a client. */
function clientOf({ scope, issuerDn, reason, subjectDn }: Report['clients'][number]): string | null {
  return refusedOf({ scope, issuerDn, reason }, null, [{ subjectDn }]).client;
}

function trendText({ totals }: Report, { sentences }: ReportMessages): string {
  const { failures, before, median4 } = totals;
  if (before === null) return sentences.noTrend;
  const course = courseOf(totals.stretches);
  const overall =
    course === null ? '' : sentences.course(course.way, course.periods, numberText(course.from), numberText(course.to));
  const median = median4 === null ? null : medianText(median4);
  const percent = before > 0 ? Math.round((100 * (failures - before)) / before) : 0;
  return (percent === 0 ? sentences.same(median) : sentences.trend(percent, numberText(before), median)) + overall;
}

function share(part: number, whole: number): string {
  const percent = (100 * part) / whole;
  return percent < 1 ? '<1%' : `${Math.round(percent)}%`;
}

export function summarySection(report: Report, words: ReportMessages): Html {
  const { totals, actions, incidents } = report;
  const { labels } = words;
  const change = changeText(totals.failures, totals.before);
  const gaps = gapsIn(report);
  const tiles: readonly (readonly [string, string])[] = [
    [numberText(totals.failures), labels.refused],
    [
      change ?? '–',
      words.withNote(
        labels.change,
        `${inline(labels.before)}: ${totals.before === null ? '–' : numberText(totals.before)}`,
      ),
    ],
    [numberText(actions.filter(({ state }) => state === 'open').length), labels.open],
    [numberText(incidents.length), labels.incidents],
  ];
  return html`<section aria-labelledby="summary"><div class="lead"><h2 id="summary" hidden>${words.sections.summary}</h2>${sentencesOf(
    report,
    words,
  ).map((sentence) => html`<p>${sentence}</p>`)}</div>
<ul class="tiles">${tiles.map(([figure, label]) => html`<li><b>${figure}</b><span>${capital(label)}</span></li>`)}</ul>${
    gaps.length === 0
      ? null
      : html`<p class="small dim"><a href="#gaps">${labels.missing}</a>: ${numberText(gaps.length)}</p>`
  }</section>`;
}

export function actionsSection(report: Report, words: ReportMessages): Html {
  const shown = report.actions.slice(0, limits.reportActionsMax);
  const left = report.actions.length - shown.length;
  return html`${
    shown.length === 0
      ? html`<p>${words.nothing.actions}</p>`
      : html`<ol class="actions">${shown.map((action) => actionItem(action, words, report.partner !== null))}</ol>`
  }${left > 0 ? html`<p class="dim small">${words.more(numberText(left))}</p>` : null}${strangersLine(report, words)}`;
}

/** What to do about one action, in the language of the page if it has a text for the finding. */
export function remedyOf(action: Action, words: ReportMessages): string {
  const { doors = [] } = action;
  return judgedByDoor(remedyAtGateway(action, words), doors.length === 1 ? doors[0] : undefined);
}

function remedyAtGateway({ verdict, reason }: Action, words: ReportMessages): string {
  if (verdict === null) return words.reasons[reason].remedy;
  const { contradiction, reasons } = words;
  const remedy = verdict.said === undefined ? verdict.remedy : words.say(verdict.said.remedy);
  // In English the evidence says it, and what it means for a good certificate is a part of the remedy.
  return contradiction === null || verdict.contradicted !== 'refused'
    ? remedy
    : `${remedy}${contradiction.refused(reasons[reason].title)}`;
}

function evidenceIn({ evidence, said }: NonNullable<Action['verdict']>, words: ReportMessages): readonly string[] {
  return said === undefined ? evidence : said.evidence.map(words.say);
}

function placesText({ scopes, doors = [] }: Action, words: ReportMessages): string {
  const where = words.list(scopes.map((scope) => cut(readableScope(scope) || words.domainUnknown, 120)));
  return doors.length === 0
    ? where
    : words.withNote(where, words.list(doors.map((door) => cut(doorName(door, words)))));
}

/** Beside the owner: where no issuer is known, the owner is who the clients say they are. */
function issuerNote(issuerDn: string, words: ReportMessages): string {
  return isUnloggedIssuer(issuerDn) ? words.withNote('', words.issuerNotLogged).trim() : issuerDn;
}

/** @param isToPartner whether the partner reads it: what the owner keeps for itself is left out */
function actionItem(action: Action, words: ReportMessages, isToPartner: boolean): Html {
  const { labels } = words;
  const { verdict, state } = action;
  const rows: readonly (readonly [string, Html | string])[] = [
    [
      labels.remedy,
      html`<span class="do">${soft(cut(isToPartner ? partnerRemedy(action, words) : remedyOf(action, words), 600))}</span>`,
    ],
    isToPartner
      ? [labels.issuer, html`<bdi>${issuerNote(action.issuerDn, words)}</bdi>`]
      : [
          labels.owner,
          html`<bdi>${cut(action.owner)}</bdi> <span class="dim small"><bdi>${issuerNote(action.issuerDn, words)}</bdi></span>${
            action.contact === null ? null : html`<br>${action.contact.name}, ${action.contact.contact}`
          }`,
        ],
    [labels.domain, placesText(action, words)],
    [
      labels.refused,
      html`${numberText(action.failures)} <span class="dim">${words.note([
        `${inline(labels.before)}: ${action.before === null ? '–' : numberText(action.before)}`,
        `${inline(labels.median)}: ${action.median4 === null ? '–' : medianText(action.median4)}`,
        `${inline(labels.clients)}: ${numberText(action.clients)}`,
        `${inline(labels.lastSeen)}: ${timeText(action.lastSeen)}`,
      ])}</span>`,
    ],
    ...(verdict === null
      ? []
      : [
          [
            labels.verdict,
            html`<code>${verdict.code}</code>${verdict.seenOn === undefined ? null : html` ${words.seenHere(verdict.seenOn)}`}${
              verdict.evidence.length === 0
                ? null
                : html`<details><summary>${labels.evidence}</summary><ul>${evidenceIn(verdict, words).map(
                    (line) => html`<li><bdi>${cut(line, 300)}</bdi></li>`,
                  )}</ul></details>`
            }`,
          ] as const,
        ]),
    ...(isToPartner
      ? []
      : [[labels.runbook, html`<a href="${action.runbookUrl}" rel="noreferrer">${action.runbookUrl}</a>`] as const]),
  ];
  const title = reasonTitle(action, words);
  return html`<li class="${state}"><h3>${action.rank}. <bdi>${cut(action.owner)}</bdi>: ${title} <span class="state">${state === 'open' ? labels.open : labels.over}</span></h3>
<dl>${rows.map(([term, what]) => html`<dt>${capital(term)}</dt><dd>${what}</dd>`)}</dl></li>
`;
}
