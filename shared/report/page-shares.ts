/** The share of calls that were refused, by partner and domain. */

import { type Html, html } from './html.js';
import type { ReportMessages } from './messages/types.js';
import { cut, issuerCell, numberText, soft, table } from './page-parts.js';
import { gapsIn } from './page-tables.js';
import type { Report } from './schema.js';
import { shareText } from './shares.js';

export function hasShares(report: Report): boolean {
  return report.shares !== null && (report.shares.length > 0 || missingIn(report).length > 0);
}

/** Why something is not known. */
function missingIn(report: Report): Report['gaps'] {
  return gapsIn(report).filter(({ id }) => id.startsWith('successes-'));
}

export function sharesSection(report: Report, words: ReportMessages): Html {
  const { labels } = words;
  const rows = report.shares ?? [];
  return html`<p>${words.shares.note}</p>${
    rows.length === 0
      ? html`<p>${words.nothing.shares}</p>`
      : table(
          words.sections.shares,
          [
            { head: labels.issuer },
            { head: labels.domain, isText: true },
            { head: labels.letIn, isNumber: true },
            { head: labels.refused, isNumber: true },
            { head: labels.shareRefused, isNumber: true },
          ],
          rows.map((one) => [
            issuerCell(one.issuerDn, words),
            soft(cut(one.scope)),
            one.letIn === null ? labels.unknown : numberText(one.letIn),
            numberText(one.refused),
            one.share === null ? labels.unknown : shareText(one.share),
          ]),
          words,
        )
  }${missingIn(report).map(({ id }) => html`<p class="dim small">${words.gaps[id]}</p>`)}`;
}
