/** The sections that are tables, and the description of the method. */

import { doorName, placeText } from '../messages/names.js';
import { isSeveral } from '../model/index.js';
import { type Html, html } from './html.js';
import type { ReportMessages } from './messages/types.js';
import {
  capital,
  changeCell,
  cut,
  isStranger,
  issuerCell,
  nameOf,
  numberText,
  reasonTitle,
  soft,
  strangersLine,
  table,
  timeText,
  whomCell,
} from './page-parts.js';
import type { Report } from './schema.js';

export function incidentsSection({ incidents }: Report, words: ReportMessages): Html {
  const { labels } = words;
  // Strangers choose how many incidents they make: those that nobody was told of must not push the others out.
  const told = incidents.filter(({ heldBack }) => !heldBack);
  const left = incidents.length - told.length;
  const heldBack = left === 0 ? null : html`<p class="dim">${words.heldBack(numberText(left))}</p>`;
  if (told.length === 0) return heldBack ?? html`<p>${words.nothing.incidents}</p>`;
  const duration = (seconds: number | null): string => (seconds === null ? '–' : words.duration(seconds));
  return html`${table(
    words.sections.incidents,
    [
      { head: labels.noticed },
      { head: labels.whom },
      { head: labels.reason },
      { head: labels.severity },
      { head: labels.refused, isNumber: true },
      { head: labels.toDetect, isNumber: true },
      { head: labels.toResolve, isNumber: true },
    ],
    told.map((one) => [
      html`<span class="nowrap">${timeText(one.noticedAt)}</span>`,
      html`${whomCell(one, words)}<br><span class="dim small">${soft(placeText(cut(one.scope), one, words))}</span>`,
      incidentReasons(one, words),
      words.severities[one.severity],
      one.failures === null ? '–' : numberText(one.failures),
      duration(one.secondsToDetect),
      one.resolvedAt === null ? labels.stillFiring : duration(one.secondsToResolve),
    ]),
    words,
  )}${heldBack}`;
}

/** One that others are told with has how many each reason refused. */
function incidentReasons(one: Report['incidents'][number], words: ReportMessages): Html | string {
  if (isSeveral(one.issuerDn)) return '–';
  if (one.reasons.length === 0) return reasonTitle(one, words);
  const { isUnverified } = one;
  return html`${one.reasons.map(({ reason, failures }, n) => {
    const title = reasonTitle({ reason, isUnverified }, words);
    return html`${n === 0 ? null : html`<br>`}${words.ofWhich(numberText(failures), title)}`;
  })}`;
}

/** The front doors side by side. */
export function doorsSection({ doors }: Report, words: ReportMessages): Html {
  const { labels } = words;
  return html`<p>${words.doorsNote}</p>${table(
    words.sections.doors,
    [
      { head: labels.door },
      { head: labels.refused, isNumber: true },
      { head: labels.before, isNumber: true },
      { head: labels.change, isNumber: true },
      { head: labels.groups, isNumber: true },
      { head: labels.issuers, isNumber: true },
      { head: labels.incidents, isNumber: true },
      { head: labels.otherCauses, isNumber: true },
    ],
    doors.map((one) => [
      html`<b>${capital(cut(doorName(one.door, words)))}</b>`,
      numberText(one.failures),
      one.before === null ? '–' : numberText(one.before),
      changeCell(one.failures, one.before),
      numberText(one.groups),
      numberText(one.issuers),
      numberText(one.incidents),
      one.otherCauses === null ? labels.unknown : numberText(one.otherCauses),
    ]),
    words,
  )}`;
}

const CHANGES_MAX = 12;

export function changesSection(report: Report, words: ReportMessages): Html {
  const { labels } = words;
  const strangers = new Set(report.issuers.filter(isStranger).map(({ issuerDn }) => issuerDn));
  const { vanishedIssuers } = report;
  const newIssuers = report.newIssuers.filter(({ issuerDn }) => !strangers.has(issuerDn));
  return html`<h3>${labels.newIssuers}</h3>
${
  newIssuers.length === 0
    ? html`<p>${words.nothing.new}</p>`
    : table(
        labels.newIssuers,
        [{ head: labels.issuer }, { head: labels.refused, isNumber: true }, { head: labels.firstSeen }],
        newIssuers.map((one) => [
          issuerCell(one.issuerDn, words),
          numberText(one.failures),
          html`<span class="nowrap">${timeText(one.firstSeen)}</span>`,
        ]),
        words,
        CHANGES_MAX,
      )
}
${strangersLine(report, words)}
<h3>${labels.vanishedIssuers}</h3>
${
  vanishedIssuers.length === 0
    ? html`<p>${words.nothing.vanished}</p>`
    : table(
        labels.vanishedIssuers,
        [{ head: labels.issuer }, { head: labels.refused, isNumber: true }, { head: labels.lastSeen }],
        vanishedIssuers.map((one) => [
          issuerCell(one.issuerDn, words),
          numberText(one.lastFailures),
          words.ago(one.stretchesAgo),
        ]),
        words,
        CHANGES_MAX,
      )
}`;
}

export function expirySection({ expiring }: Report, words: ReportMessages): Html {
  const { labels } = words;
  if (expiring === null) return html`<p>${words.gaps['expiry-unknown']}</p>`;
  if (expiring.length === 0) return html`<p>${words.nothing.expiry}</p>`;
  return table(
    words.sections.expiry,
    [
      { head: labels.certificate },
      { head: labels.kind },
      { head: labels.requests, isNumber: true },
      { head: labels.expires },
      { head: labels.successor },
    ],
    expiring.map((one) => [
      html`<b><bdi>${soft(nameOf(one.subjectDn))}</bdi></b><br><span class="dim small"><bdi>${soft(cut(one.subjectDn, 160))}</bdi></span>`,
      one.kind === 'ca' ? labels.ca : labels.certificate,
      one.requests === null ? '–' : numberText(one.requests),
      html`<span class="nowrap">${one.notAfter.slice(0, 10)}</span><br><span class="${one.daysLeft < 30 ? 'up' : 'dim'} small">${words.inDays(one.daysLeft)}</span>`,
      one.kind === 'ca'
        ? '–'
        : one.successorSince === null
          ? html`<span class="up">${labels.noSuccessor}</span>`
          : one.successorSince.slice(0, 10),
    ]),
    words,
  );
}

export function forbiddenSection({ otherForbidden, partner }: Report, words: ReportMessages): Html {
  const { labels } = words;
  if (otherForbidden === null) return html`<p>${words.gaps[partner === null ? 'forbidden-unknown' : 'narrowed']}</p>`;
  if (otherForbidden.length === 0) return html`<p>${words.nothing.forbidden}</p>`;
  return html`<p>${words.forbiddenNote}</p>${table(
    words.sections.forbidden,
    [
      { head: labels.cause },
      { head: labels.count, isNumber: true },
      { head: labels.change, isNumber: true },
      { head: labels.domains },
    ],
    otherForbidden.map(({ cause, count, before, scopes }) => [
      words.causes[cause],
      numberText(count),
      changeCell(count, before),
      scopes
        .slice(0, 5)
        .map((one) => `${placeText(cut(one.scope), one, words)} ${numberText(one.count)}`)
        .join(', '),
    ]),
    words,
  )}`;
}

export function silencesSection({ silences }: Report, words: ReportMessages): Html {
  const { labels } = words;
  if (silences === null) return html`<p>${words.silencesUnknown}</p>`;
  if (silences.length === 0) return html`<p>${words.nothing.silences}</p>`;
  return table(
    words.sections.silences,
    [{ head: labels.what }, { head: labels.until }, { head: labels.because }],
    silences.map((one) => [
      html`<bdi>${cut(one.what, 200)}</bdi>`,
      timeText(one.until),
      html`<bdi>${cut(one.because, 300)}</bdi>`,
    ]),
    words,
  );
}

export function pipelineSection(report: Report, words: ReportMessages): Html {
  const { pipeline, totals } = report;
  const { labels } = words;
  const known = (n: number | null): string => (n === null ? labels.unknown : numberText(n));
  const lag = pipeline?.lagSeconds ?? null;
  const rows: [string, string][] = [
    ...(pipeline === null
      ? []
      : ([
          [labels.events, known(pipeline.events)],
          [labels.rejected, known(pipeline.rejected)],
          [labels.duplicates, known(pipeline.duplicates)],
          [labels.lag, lag === null ? labels.unknown : words.duration(lag)],
        ] satisfies [string, string][])),
    [words.withNote(labels.unattributed, labels.unattributedNote), numberText(totals.unattributed)],
    [words.withNote(labels.inferred, labels.inferredNote), numberText(totals.inferred)],
  ];
  return html`${table(words.sections.pipeline, [{ head: labels.what }, { head: labels.count, isNumber: true }], rows, words)}${gapsList(report, words)}`;
}

/**
 * What the report lacks. That it is narrowed to one partner is nothing that this partner lacks, and how calls are counted is not
 * theirs to change.
 */
export function gapsIn({ gaps, partner }: Report): Report['gaps'] {
  return partner === null ? gaps : gaps.filter(({ id }) => id !== 'narrowed' && !id.startsWith('successes-'));
}

export function gapsList(report: Report, words: ReportMessages): Html | null {
  const gaps = gapsIn(report);
  if (gaps.length === 0) return null;
  return html`<h3 id="gaps">${words.labels.missing}</h3><ul class="gaps">${gaps.map(
    ({ id, detail }) =>
      html`<li>${words.gaps[id]}${detail === '' ? null : html` <span class="dim small">(${cut(detail, 300)})</span>`}</li>`,
  )}</ul>`;
}

export function methodSection(_report: Report, words: ReportMessages): Html {
  return html`<dl>${words.method.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>`;
}
