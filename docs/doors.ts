/** Writes the table of codes, reasons and runbooks into `docs/doors.md`: `npm run doors`. A test holds the page to this. */

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CLOUDFRONT_CODES } from '../shared/doors/cloudfront/codes.js';
import type { CodeMeaning } from '../shared/doors/door.js';
import { LOAD_BALANCER_CODES } from '../shared/doors/load-balancer/codes.js';

const doors: Readonly<Record<string, Readonly<Record<string, CodeMeaning>>>> = {
  CloudFront: CLOUDFRONT_CODES,
  'load balancer': LOAD_BALANCER_CODES,
};

const BETWEEN_MARKERS = /(?<=<!-- npm run doors -->\n).*(?=<!-- end -->)/s;

/** The Markdown table: a row for each code, with the doors that give it. */
export function codeTable(): string {
  const codes = new Map<string, CodeMeaning>(Object.values(doors).flatMap((table) => Object.entries(table)));
  const rows = [...codes].map(([code, meaning]) => {
    const at = Object.entries(doors).flatMap(([door, table]) => (Object.hasOwn(table, code) ? [door] : []));
    const id = 'reason' in meaning ? meaning.reason : meaning.cause;
    const counted = 'reason' in meaning ? `\`${id}\`` : `other cause \`${id}\``;
    return [`\`${code}\``, at.join(', '), counted, `[${id}](../runbooks/en/${id}.md)`];
  });
  const table = [['code', 'read at', 'counted as', 'runbook'], ['---', '---', '---', '---'], ...rows];
  return `\n${table.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n\n`;
}

/** The page with its table made anew. */
export function withCodeTable(page: string): string {
  return page.replace(BETWEEN_MARKERS, codeTable);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = new URL('doors.md', import.meta.url);
  writeFileSync(path, withCodeTable(readFileSync(path, 'utf8')));
}
