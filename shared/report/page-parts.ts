/** Numbers, names and tables that the sections of the page share. */

import { limits } from '../base/limits.js';
import { issuerText, isWithoutCertificate } from '../messages/names.js';
import {
  type GroupKey,
  isSeveral,
  isUnloggedIssuer,
  OTHER_ISSUERS,
  UNKNOWN_ISSUER,
  unloggedClient,
} from '../model/index.js';
import type { ReasonId } from '../model/reasons.js';
import { isNamed, ownerOf, shortName } from '../x509/names.js';
import { courseOf } from './course.js';
import { type Html, html } from './html.js';
import type { ReportMessages } from './messages/types.js';
import type { Report } from './schema.js';

export const numberText = (n: number): string => Math.round(n).toLocaleString('en');

/** A median may lie between two numbers. */
export const medianText = (n: number): string => n.toLocaleString('en', { maximumFractionDigits: 1 });

export const timeText = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** `+12%`, `−50%`, `±0`; null if there is nothing to compare with. */
export function changeText(now: number, before: number | null): string | null {
  if (before === null || before <= 0) return null;
  const percent = Math.round((100 * (now - before)) / before);
  return percent === 0 ? '±0%' : percent > 0 ? `+${percent.toLocaleString('en')}%` : `−${-percent}%`;
}

export function changeCell(now: number, before: number | null): Html {
  const text = changeText(now, before);
  if (text === null) return html`<span class="dim">–</span>`;
  return html`<span class="${text.startsWith('+') ? 'up' : text.startsWith('−') ? 'down' : 'dim'}">${text}</span>`;
}

/** The change to the period before, and where many periods go another way or further, which. */
export function trendCell({ failures, before, stretches }: Trended, { sentences }: ReportMessages): Html {
  const course = courseOf(stretches);
  if (course === null) return changeCell(failures, before);
  const text = changeText(failures, before);
  const note = html`<span class="${course.way === 'rising' ? 'up' : 'down'}">${sentences.courseOfOne(course.way, course.periods)}</span>`;
  return text === null ? note : html`${text} · ${note}`;
}

type Trended = Pick<Report['issuers'][number], 'failures' | 'before' | 'stretches'>;

type ReasonOf = Pick<GroupKey, 'reason'> & { readonly [key in 'isUnverified' | 'words']?: GroupKey[key] | undefined };

/** The reason of a group, of one without a name what the door said: one of those who only use an issuer's name differs from the partner's own by this alone. */
export function reasonTitle({ reason, isUnverified, words: said }: ReasonOf, words: ReportMessages): string {
  const title = said ? words.unknownReason(said) : words.reasons[reason].title;
  return isUnverified ? words.claimed(title) : title;
}

/** A name for people; a value that is no name is described in words. @param reason where the name stands for one reason only */
export function issuerName(issuerDn: string, words: ReportMessages, reason?: ReasonId): string {
  if (reason !== undefined && isWithoutCertificate({ issuerDn, reason })) return words.withoutIssuer;
  if (issuerDn === UNKNOWN_ISSUER) return words.unknownIssuer;
  if (issuerDn === OTHER_ISSUERS) return words.otherIssuers;
  if (isSeveral(issuerDn)) return words.severalIssuers;
  return isUnloggedIssuer(issuerDn) ? issuerText(issuerDn, words) : ownerOf(issuerDn);
}

/** The client in bold where the incident is about it, with the issuer below; else as `issuerCell`. */
export function whomCell({ refused, issuerDn, reason }: Report['incidents'][number], words: ReportMessages): Html {
  if (refused === undefined || !isNamed(issuerDn) || isUnloggedIssuer(issuerDn))
    return issuerCell(issuerDn, words, reason);
  return html`<b><bdi>${cut(refused)}</bdi></b><br><span class="dim small"><bdi>${soft(cut(issuerDn, DN_CHARS_MAX))}</bdi></span>`;
}

/** Organization and common name in bold, the whole DN below. */
export function issuerCell(issuerDn: string, words: ReportMessages, reason?: ReasonId): Html {
  if (!isNamed(issuerDn)) return html`<span class="dim">${issuerName(issuerDn, words, reason)}</span>`;
  if (isUnloggedIssuer(issuerDn)) return unloggedCell(issuerDn, words);
  return html`<b><bdi>${cut(ownerOf(issuerDn))}</bdi></b><br><span class="dim small"><bdi>${soft(cut(issuerDn, DN_CHARS_MAX))}</bdi></span>`;
}

function unloggedCell(issuerDn: string, words: ReportMessages): Html {
  const client = unloggedClient(issuerDn) ?? '';
  const note = html`<span class="dim small">${words.withNote('', words.issuerNotLogged).trim()}</span>`;
  return client === '' ? note : html`<b><bdi>${cut(client)}</bdi></b> ${note}`;
}

const NAME_CHARS_MAX = 80;
const DN_CHARS_MAX = 160;

export function cut(text: string, charsMax = NAME_CHARS_MAX): string {
  return text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text;
}

/** A label that begins a line or a column: one case for all. */
export function capital(label: string): string {
  return label.slice(0, 1).toUpperCase() + label.slice(1);
}

/** A label within a sentence; what is written in capitals stays. */
export function inline(label: string): string {
  return /^\p{Lu}\p{Ll}/u.test(label) ? label.slice(0, 1).toLowerCase() + label.slice(1) : label;
}

/** A name that a line may end in: behind its marks, but not within a version, so that no word of it is broken where they give room enough. */
export function soft(text: string): Html {
  return html`${text.split(/(?<=[,/@:])(?=\S)|(?<=\.)(?=[^\s\d])/).map((part, n) => (n === 0 ? part : html`<wbr>${part}`))}`;
}

export function nameOf(subjectDn: string): string {
  return cut(shortName(subjectDn));
}

export interface Column {
  readonly head: string;
  /** Right-aligned, for numbers. */
  readonly isNumber?: boolean;
  /** Sentences and names of domains, which a narrow column would tear apart. */
  readonly isText?: boolean;
}

/** At most `limits.reportRowsMax` rows; the first cell of a row is its header. On a phone each row becomes a block. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string)[])[],
  words: ReportMessages,
  rowsMax: number = limits.reportRowsMax,
): Html {
  const left = rows.length - rowsMax;
  const classOf = (index: number): string => (columns[index]?.isNumber ? 'n' : columns[index]?.isText ? 'w' : 'c');
  return html`<table class="stack"><caption>${caption}</caption><thead><tr>${columns.map(
    ({ head }, index) => html`<th scope="col" class="${classOf(index)}">${capital(head)}</th>`,
  )}</tr></thead><tbody>${rows.slice(0, rowsMax).map(
    (row) => html`<tr>${row.map((cell, index) =>
      index === 0
        ? html`<th scope="row" class="${classOf(0)}"><span>${cell}</span></th>`
        : html`<td class="${classOf(index)}" data-label="${capital(columns[index]?.head ?? '')}"><span>${cell}</span></td>`,
    )}</tr>
`,
  )}</tbody></table>${left > 0 ? html`<p class="dim small">${words.more(numberText(left))}</p>` : null}`;
}

/** There are many, each with its own name, and nobody has to act on them. */
export function isStranger({ isStranger }: Report['issuers'][number]): boolean {
  return isStranger === true;
}

export function strangersLine({ strangers }: Report, words: ReportMessages): Html | null {
  if (strangers.issuers === 0) return null;
  return html`<p class="dim">${words.strangers(numberText(strangers.issuers), numberText(strangers.failures))}</p>`;
}
