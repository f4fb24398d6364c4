/**
 * Makes text from clients harmless for the place where it is shown. Every rendering passes such text through one of
 * these functions; nothing here knows a notice. Replaced text stays readable, and the JSON has the exact names.
 */

import { limits } from '../base/limits.js';
import { readableScope } from '../config/readable-scope.js';
import type { NameMessages } from './types.js';

/** Invisible or layout-changing: controls, formatting, lone surrogates, private and unassigned, fillers, selectors. */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\p{Default_Ignorable_Code_Point}/gu;
const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const LATIN = /\p{Script=Latin}/u;
/** Scripts with letters that look like Latin ones. */
const LOOKALIKE =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/gu;
/** Letters of mathematics, which spell Latin words in another alphabet. */
const MATHEMATICAL = /[\u{1d400}-\u{1d7ff}]/gu;
/** More than two marks on one letter would overlap the lines above and below. */
const MARKS = /(\p{M}{2})\p{M}+/gu;

/** One line with visible characters only; look-alike letters within Latin words become code points. */
function readable(text: string): string {
  return text
    .replace(INVISIBLE, codePoint)
    .replace(/\p{Zs}/gu, ' ')
    .replace(MARKS, '$1\ufffd')
    .replace(MATHEMATICAL, codePoint)
    .replace(WORD, (word) => (LATIN.test(word) ? word.replace(LOOKALIKE, codePoint) : word));
}

function codePoint(char: string): string {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}

/** URL schemes that work without slashes. */
const SCHEME = /(mailto|tel|sms|callto|skype|javascript|vbscript|data|file|slack|msteams|ms-[a-z]{2,20}):/gi;
/** Dots as in host names, and UNC paths such as `\\server\share`. */
const HOST_DOT = /(?<=[\p{L}\p{N}_-])\.(?=\p{L})/gu;
const SHARE = /\\\\(?=[\p{L}\p{N}])/gu;

/** For mail and SMS: nothing in the result becomes a link. */
export function mailText(text: string): string {
  return readable(text)
    .replaceAll('://', '[:]//')
    .replace(SCHEME, '$1[:]')
    .replace(HOST_DOT, '[.]')
    .replace(SHARE, '\\ \\');
}

/** Characters that chats interpret as markup, mentions, links, emoji or control sequences, with their replacements. */
const CHAT: Readonly<Record<string, string>> = {
  '*': '∗',
  _: '＿',
  '~': '∼',
  '`': 'ˋ',
  '<': '‹',
  '>': '›',
  '&': '＆',
  '@': '＠',
  '#': '＃',
  '|': '¦',
  '[': '［',
  ']': '］',
  '(': '（',
  ')': '）',
  '!': '！',
  ':': '：',
};

/** For chats: no mention, markup, link or emoji, neither in Slack nor in Microsoft Teams. */
export function chatText(text: string): string {
  return mailText(text).replace(/[*_~`<>&@#|[\]()!:]/g, (char) => CHAT[char] ?? char);
}

/** A domain is shown unchanged if it has the form of one, because it is the user's own. */
export function domainText(
  scope: string,
  escaped: (text: string) => string,
  { domainUnknown }: Pick<NameMessages, 'domainUnknown'>,
): string {
  if (scope === '') return domainUnknown;
  const name = readableScope(scope);
  return /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]|\/(?=[A-Za-z0-9_])){0,254}(?::\d{1,5})?$/.test(name) ? name : escaped(name);
}

/** Cut to so many characters, never within a character; the mark at the end shows that text is missing. */
export function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const end = text.slice(0, charsMax - 1);
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}

/** What stands in parentheses is left out where fewer characters of it would be left. */
const INNER_CHARS_MIN = 8;

/** A name such as `Globex Corporation (billing-batch)`, cut at its second part first. */
export function cutName(name: string, charsMax: number): string {
  const at = name.lastIndexOf(' (');
  if (name.length <= charsMax || at <= 0) return cut(name, charsMax);
  const outer = name.slice(0, at);
  const left = charsMax - outer.length - 3;
  return left < INNER_CHARS_MIN ? cut(outer, charsMax) : `${outer} (${cut(name.slice(at + 2, -1), left)})`;
}

/** The organization or the common name of a DN, for a sentence; the whole DN is shown elsewhere. */
export function nameIn(dn: string): string {
  const name = /(?:^|,)O=((?:\\.|[^,\\+])+)/.exec(dn)?.[1] ?? /(?:^|,)CN=((?:\\.|[^,\\+])+)/.exec(dn)?.[1] ?? dn;
  return cut(name, limits.nameShownCharsMax);
}
