/** The section about certificates that will lose client authentication at their next renewal. */

import { type Html, html } from './html.js';
import type { ReportMessages } from './messages/types.js';
import { cut, nameOf, numberText, table } from './page-parts.js';
import type { Report } from './schema.js';

export type Sunset = NonNullable<Report['sunset']>[number];

export function sunsetSection({ sunset }: Report, words: ReportMessages): Html {
  const { labels } = words;
  if (sunset === null) return html`<p>${words.gaps['expiry-unknown']}</p>`;
  if (sunset.length === 0) return html`<p>${words.nothing.sunset}</p>`;
  return html`<p>${words.sunset.note}</p>${table(
    words.sections.sunset,
    [
      { head: labels.certificate },
      { head: labels.kind },
      { head: labels.requests, isNumber: true },
      { head: labels.expires },
      { head: labels.caStops },
      { head: labels.because },
      { head: labels.moved },
    ],
    sunset.map((one) => [
      html`<b><bdi>${nameOf(one.subjectDn)}</bdi></b><br><span class="dim small"><bdi>${cut(one.subjectDn, 160)}</bdi></span>`,
      one.kind === 'ca' ? labels.ca : labels.certificate,
      one.requests === null ? '–' : numberText(one.requests),
      html`<span class="nowrap">${one.notAfter === null ? labels.unknown : one.notAfter.slice(0, 10)}</span>`,
      html`<span class="nowrap">${one.until}</span>`,
      words.sunset.why(one.publicCa, one.usages),
      one.kind === 'ca'
        ? '–'
        : one.successorSince === null
          ? html`<span class="up">${labels.noSuccessor}</span>`
          : one.successorSince.slice(0, 10),
    ]),
    words,
  )}<p>${words.sunset.waysOut}</p>`;
}
