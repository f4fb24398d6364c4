/**
 * The report as one HTML file without scripts or external requests, and with a content security policy that forbids
 * both.
 */

import { createHash } from 'node:crypto';
import { limits } from '../base/limits.js';
import { issuerText } from '../messages/names.js';
import { FIRST_DOOR } from './doors.js';
import { type Html, html, textOfHtml, trusted } from './html.js';
import { reportMessages } from './messages/index.js';
import { NOT_FOR_PARTNERS, partnerNote, wordsTo } from './messages/to-partner.js';
import type { Language, ReportMessages } from './messages/types.js';
import { actionsSection, summarySection } from './page-actions.js';
import { daysSection, issuersSection } from './page-pictures.js';
import { hasShares, sharesSection } from './page-shares.js';
import { sunsetSection } from './page-sunset.js';
import {
  changesSection,
  doorsSection,
  expirySection,
  forbiddenSection,
  gapsList,
  incidentsSection,
  methodSection,
  pipelineSection,
  silencesSection,
} from './page-tables.js';
import type { Report } from './schema.js';
import { STYLE } from './style.js';

const styleDigest = createHash('sha256').update(STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${styleDigest}'; base-uri 'none'; form-action 'none'`;

type Section = (report: Report, words: ReportMessages) => Html;

const sections = {
  actions: actionsSection,
  doors: doorsSection,
  days: daysSection,
  issuers: issuersSection,
  shares: sharesSection,
  incidents: incidentsSection,
  changes: changesSection,
  expiry: expirySection,
  sunset: sunsetSection,
  forbidden: forbiddenSection,
  silences: silencesSection,
  pipeline: pipelineSection,
  method: methodSection,
} satisfies Partial<Record<keyof ReportMessages['sections'], Section>>;

export function pageOf(report: Report, language: Language): string {
  const isToPartner = report.partner !== null;
  const words = isToPartner ? wordsTo(reportMessages[language]) : reportMessages[language];
  const title = titleOf(report, words);
  const stamp = (iso: string): string => iso.slice(0, 10);
  // The dates of the days themselves, which are in the time zone of the schedule.
  const firstDay = report.days[0]?.date ?? report.period.from;
  const lastDay = report.days.at(-1)?.date ?? new Date(Date.parse(report.period.to) - 1).toISOString();
  const all = Object.entries(sections) as [keyof typeof sections, Section][];
  const isElsewhere = report.doors.some(({ door }) => door !== FIRST_DOOR);
  const entries = all.filter(
    ([id]) =>
      (id !== 'doors' || isElsewhere) &&
      (id !== 'shares' || hasShares(report)) &&
      !(isToPartner && NOT_FOR_PARTNERS.includes(id)),
  );
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<header><h1>${datesWhole(title)}</h1>
<p class="sub">${words.subtitle(stamp(firstDay), stamp(lastDay), `${report.generatedAt.slice(0, 16).replace('T', ' ')} UTC`)}</p></header>
<main>
${summarySection(report, words)}
<nav aria-label="${words.contents}"><ul>${entries.map(([id]) => html`<li><a href="#${id}">${words.sections[id]}</a></li>`)}</ul></nav>
${entries.map(
  ([id, section]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${words.sections[id]}</h2>
${section(report, words)}</section>
`,
)}${isToPartner ? html`<section><p class="dim">${partnerNote(words)}</p>${gapsList(report, words)}</section>` : null}</main>
</body>
</html>
`;
  return textOfHtml(page);
}

/** No line ends within a date. */
function datesWhole(text: string): Html {
  const parts = text.split(/(\d{4}-\d\d-\d\d)/);
  return html`${parts.map((part, n) => (n % 2 === 0 ? part : html`<span class="nowrap">${part}</span>`))}`;
}

function titleOf({ partner, period }: Report, words: ReportMessages): string {
  return partner === null
    ? words.title(period.label)
    : words.titleFor(issuerText(partner, words).slice(0, limits.shownCharsMax), period.label);
}
