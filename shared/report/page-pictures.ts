/** The sections with charts; each also shows the figures in a table. */

import { placeText } from '../messages/names.js';
import { isUnloggedIssuer } from '../model/index.js';
import type { ReasonId } from '../model/reasons.js';
import { columns as columnChart, stackedBars } from './charts.js';
import { type Html, html } from './html.js';
import type { ReportMessages } from './messages/types.js';
import {
  cut,
  inline,
  isStranger,
  issuerCell,
  issuerName,
  medianText,
  nameOf,
  numberText,
  reasonTitle,
  soft,
  strangersLine,
  table,
  timeText,
  trendCell,
} from './page-parts.js';
import type { Report } from './schema.js';

/** More colours are hard to distinguish; the remaining series share one colour. */
const COLOURS = 6;

export function daysSection(report: Report, words: ReportMessages): Html {
  const { days, totals } = report;
  const { labels } = words;
  if (totals.failures === 0) return html`<p>${words.nothing.issuers}</p>`;
  const sums = new Map<ReasonId, number>();
  for (const { reasons } of days) {
    for (const [reason, n] of Object.entries(reasons) as [ReasonId, number][]) {
      sums.set(reason, (sums.get(reason) ?? 0) + n);
    }
  }
  const ranked = [...sums].sort((a, b) => b[1] - a[1]).map(([reason]) => reason);
  const named = ranked.length > COLOURS ? ranked.slice(0, COLOURS - 1) : ranked;
  const unnamed = ranked.slice(named.length);
  const keys = [...named.map((reason) => [reason]), ...(unnamed.length > 0 ? [unnamed] : [])];
  const nameOfKey = (key: readonly ReasonId[]): string =>
    key[0] !== undefined && key.length === 1 ? words.reasons[key[0]].title : labels.otherReasons;
  const partOf = (day: Report['days'][number], key: readonly ReasonId[]): number =>
    key.reduce((sum, reason) => sum + (day.reasons[reason] ?? 0), 0);
  const worst = days.reduce((most, day) => (day.failures > most.failures ? day : most));
  const drawn = days.map((day) => ({
    label: day.date.slice(5),
    total: numberText(day.failures),
    parts: keys.map((key) => partOf(day, key)),
  }));
  const description = words.daysPicture(numberText(totals.failures), worst.date, numberText(worst.failures));
  const rest = otherDays(days);
  const others = rest === null ? [] : drawn.filter((_, n) => rest.has(n));
  return html`<figure>${stackedBars('days-picture', words.sections.days, description, drawn, keys.length)}${
    others.length === 0
      ? null
      : html`<figcaption>${words.otherDays}</figcaption>${stackedBars('other-days-picture', words.otherDays, words.otherDays, others, keys.length)}`
  }
<ul class="legend">${keys.map((key, n) => html`<li><i class="f${n + 1}"></i>${nameOfKey(key)}</li>`)}</ul></figure>
<details><summary>${labels.figures}</summary>${table(
    description,
    [
      { head: labels.date },
      { head: labels.total, isNumber: true },
      ...keys.map((key) => ({ head: nameOfKey(key), isNumber: true })),
    ],
    days.map((day) => [day.date, numberText(day.failures), ...keys.map((key) => numberText(partOf(day, key)))]),
    words,
  )}</details>`;
}

/** A day with this many times the refusals of another makes its column so low that its colours cannot be told. */
const HIDDEN_BY = 10;

/** The days that are hidden by others, by their place; null where all can be told in one picture. */
function otherDays(days: Report['days']): ReadonlySet<number> | null {
  const most = Math.max(...days.map(({ failures }) => failures));
  const hidden = [...days.keys()].filter((n) => (days[n]?.failures ?? 0) * HIDDEN_BY <= most);
  return hidden.some((n) => (days[n]?.failures ?? 0) > 0) ? new Set(hidden) : null;
}

const MULTIPLES_MAX = 12;

export function issuersSection(report: Report, words: ReportMessages): Html {
  const { labels } = words;
  const { issuers, issuersLeftOut } = report;
  if (issuers.length === 0) return html`<p>${words.nothing.issuers}</p>`;
  const partners = issuers.filter((one) => !isStranger(one));
  const drawn = partners.slice(0, MULTIPLES_MAX);
  const stretchesText = (one: Report['issuers'][number]): string =>
    one.stretches.map((n) => (n === null ? '–' : numberText(n))).join(', ');
  return html`<p class="dim small">${words.multiplesNote}</p>
<ul class="multiples">${drawn.map(
    (
      one,
      n,
    ) => html`<li><bdi class="who">${cut(nameOfIssuer(one, words))}</bdi><span class="small">${words.refusals(numberText(one.failures))} · ${trendCell(one, words)}</span>${columnChart(
      `issuer-${n}`,
      cut(nameOfIssuer(one, words)),
      stretchesText(one),
      one.stretches,
      one.median4,
    )}</li>
`,
  )}</ul>
${table(
  words.sections.issuers,
  [
    { head: labels.issuer },
    { head: labels.refused, isNumber: true },
    { head: labels.before, isNumber: true },
    { head: labels.median, isNumber: true },
    { head: labels.change, isNumber: true },
    { head: labels.reason },
  ],
  partners.map((one) => [
    issuerCell(one.issuerDn, words),
    numberText(one.failures),
    one.before === null ? '–' : numberText(one.before),
    one.median4 === null ? '–' : medianText(one.median4),
    trendCell(one, words),
    reasonsOf(one, report, words),
  ]),
  words,
  ISSUER_ROWS_MAX,
)}${
  issuersLeftOut.issuers === 0
    ? null
    : html`<p class="dim small">${words.issuersLeftOut(numberText(issuersLeftOut.issuers), numberText(issuersLeftOut.failures))}</p>`
}
<details><summary>${labels.figures}</summary><div class="scroll">${stretchTable(drawn, words)}</div></details>
<h3>${labels.clients}</h3>
${clientsTable(report, words)}
${strangersLine(report, words)}`;
}

/** The reasons of an issuer; of those without a name the kinds of sentences with most refusals, and how many there are besides. */
function reasonsOf(
  { issuerDn, reasons }: Report['issuers'][number],
  { groups }: Report,
  words: ReportMessages,
): string {
  const ids = Object.keys(reasons) as ReasonId[];
  const named = ids.filter((reason) => reason !== 'other').map((reason) => reasonTitle({ reason }, words));
  const unnamed = groups.filter((group) => group.issuerDn === issuerDn && group.reason === 'other');
  const kinds = [...new Set(unnamed.map(({ reason, words: said }) => reasonTitle({ reason, words: said }, words)))];
  if (kinds.length === 0 && ids.includes('other')) kinds.push(reasonTitle({ reason: 'other' }, words));
  const others = Math.max(0, kinds.length - KINDS_SHOWN_MAX);
  return words.listWithOthers([...named, ...kinds.slice(0, KINDS_SHOWN_MAX)], others);
}

const KINDS_SHOWN_MAX = 2;
const ISSUER_ROWS_MAX = 20;
const CLIENT_ROWS_MAX = 12;

function nameOfIssuer({ issuerDn }: { readonly issuerDn: string }, words: ReportMessages): string {
  const owner = issuerName(issuerDn, words);
  if (isUnloggedIssuer(issuerDn)) return owner;
  const name = nameOf(issuerDn);
  return owner === name || owner === words.unknownIssuer || owner === words.otherIssuers ? owner : `${owner} · ${name}`;
}

function stretchTable(issuers: Report['issuers'], words: ReportMessages): Html {
  const { labels } = words;
  const last = (issuers[0]?.stretches.length ?? 1) - 1;
  return table(
    words.multiplesNote,
    [
      { head: labels.issuer },
      ...Array.from({ length: last + 1 }, (_, n) => ({
        head: n === last ? labels.thisPeriod : `−${last - n}`,
        isNumber: true,
      })),
    ],
    issuers.map((one) => [
      html`<bdi>${nameOfIssuer(one, words)}</bdi>`,
      ...one.stretches.map((n) => (n === null ? '–' : numberText(n))),
    ]),
    words,
  );
}

/** Who sends no certificate has no name. */
function clientCell(
  { subjectDn, serialNumber }: Pick<Report['clients'][number], 'subjectDn' | 'serialNumber'>,
  { labels }: ReportMessages,
): Html {
  if (subjectDn === '') return html`<span class="dim">${labels.unknown}</span>`;
  const serial = serialNumber === '' ? null : html`<br>${labels.serial} ${cut(serialNumber, 44)}`;
  return html`<b><bdi>${soft(nameOf(subjectDn))}</bdi></b><br><span class="dim small"><bdi>${soft(cut(subjectDn, 120))}</bdi>${serial}</span>`;
}

function clientsTable({ clients, issuers }: Report, words: ReportMessages): Html {
  const { labels } = words;
  const strangers = new Set(issuers.filter(isStranger).map(({ issuerDn }) => issuerDn));
  return table(
    labels.clients,
    [
      { head: labels.client, isText: true },
      { head: labels.refused, isNumber: true },
      { head: labels.reason, isText: true },
      { head: labels.sources },
      { head: labels.agents },
      { head: `${labels.firstSeen} – ${inline(labels.lastSeen)}` },
    ],
    clients
      .filter(({ reason, issuerDn }) => reason !== 'self-signed' && !strangers.has(issuerDn))
      .map((one) => [
        clientCell(one, words),
        numberText(one.count),
        html`${reasonTitle(one, words)}<br><span class="dim small">${soft(placeText(cut(one.scope), one, words))}</span>`,
        html`${one.sourceIps.map((ip, n) => html`${n > 0 ? ', ' : ''}<span class="nowrap">${cut(ip, 45)}</span>`)}`,
        one.userAgents === null
          ? labels.unknown
          : one.userAgents.length === 0
            ? '–'
            : html`<bdi>${soft(one.userAgents.map((agent) => cut(agent, 60)).join(', '))}</bdi>`,
        one.firstSeen === null || one.lastSeen === null
          ? labels.unknown
          : html`<span class="nowrap">${timeText(one.firstSeen).slice(5)} –</span> <span class="nowrap">${timeText(one.lastSeen).slice(5)}</span>`,
      ]),
    words,
    CLIENT_ROWS_MAX,
  );
}
