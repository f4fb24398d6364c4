/**
 * Which silences are in force at a moment, and which groups they match. Pure: the store lists them, `evaluate` asks.
 */

import { MINUTE_MS, MINUTES_PER_DAY } from '../base/time.js';
import { bareName } from '../config/qualified-names.js';
import { readableScope } from '../config/readable-scope.js';
import { reasonName } from '../model/group-id.js';
import { type GroupKey, isSeveral, type Silence } from '../model/index.js';

/** What a silence says of the groups that it matches; a kind of sentence without a name is a reason, see `reasonSelector`. */
export type Selectors = Pick<Silence, Exclude<keyof GroupKey, 'words'>>;

/** The silence in force for a group at a moment, or null. */
export function silenceOf(group: GroupKey, silences: readonly Silence[], at: number): Silence | null {
  return silences.find((silence) => isInForce(silence, at) && matches(silence, group)) ?? null;
}

export function isInForce({ startsAt, endsAt, window }: Silence, at: number): boolean {
  if (at < startsAt || at >= endsAt) return false;
  if (window === null) return true;
  const minute = Math.floor(at / MINUTE_MS);
  const today = Math.floor(minute / MINUTES_PER_DAY);
  // A window that runs past midnight opened on an earlier day.
  const daysBack = Math.ceil((window.fromMinute + window.minutes) / MINUTES_PER_DAY);
  return Array.from({ length: daysBack + 1 }, (_, back) => today - back).some((day) => {
    const opens = day * MINUTES_PER_DAY + window.fromMinute;
    return isOneOf(window.days, day) && opens <= minute && minute < opens + window.minutes;
  });
}

/** Day 0 of the epoch was a Thursday, and 0 stands for Sunday. */
function isOneOf(days: readonly number[], day: number): boolean {
  return days.length === 0 || days.includes((day + 4) % 7);
}

export function matches({ scope, issuerDn, reason, isUnverified, door }: Selectors, group: GroupKey): boolean {
  return (
    (!isUnverified || group.isUnverified === true) &&
    (door === undefined || door === group.door) &&
    (scope === null || namesOf(group.scope).some((name) => matchesGlob(scope, name))) &&
    (issuerDn === null || matchesGlob(issuerDn, group.issuerDn)) &&
    (reason === null || [group.reason, reasonSelector(group)].some((name) => matchesGlob(reason, name)))
  );
}

/** Of `other`, what is counted without a kind of sentence. */
const REST = 'other-rest';

/** The reason that is this group's and no other's of the same issuer: `other` alone matches every kind of sentence. */
export function reasonSelector(group: GroupKey): string {
  const isRest = group.reason === 'other' && !group.words && !isSeveral(group.issuerDn);
  return isRest ? REST : reasonName(group);
}

/** A scope in full, without its account, and as it is shown. */
function namesOf(scope: string): readonly string[] {
  return [scope, bareName(scope), readableScope(scope), readableScope(bareName(scope))];
}

/** Escapes a text into a pattern that matches this text and nothing else. */
export function globOf(text: string): string {
  return text.replace(/[*?]/g, '[$&]');
}

type Token = { readonly kind: 'any' | 'one' } | { readonly kind: 'char'; readonly char: string };

/**
 * Whether the whole text matches, ignoring case: `*` stands for any text, `?` for one character, `[*]` and `[?]` for
 * the characters themselves. Takes at most time in proportion to the length of the pattern times that of the text: on a
 * mismatch only the last `*` takes one character more.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern.toLowerCase());
  const chars = [...text.toLowerCase()];
  let token = 0;
  let char = 0;
  let lastAny = -1;
  let resumeAt = 0;
  while (char < chars.length) {
    const next = tokens[token];
    if (next?.kind === 'any') {
      lastAny = token++;
      resumeAt = char;
    } else if (next !== undefined && (next.kind === 'one' || (next.kind === 'char' && next.char === chars[char]))) {
      token++;
      char++;
    } else if (lastAny >= 0) {
      token = lastAny + 1;
      char = ++resumeAt;
    } else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === 'any');
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const chars = [...pattern];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? '';
    const quoted = chars[at + 1] ?? '';
    if (char === '[' && '*?'.includes(quoted) && quoted !== '' && chars[at + 2] === ']') {
      tokens.push({ kind: 'char', char: quoted });
      at += 2;
    } else if (char === '*') tokens.push({ kind: 'any' });
    else tokens.push(char === '?' ? { kind: 'one' } : { kind: 'char', char });
  }
  return tokens;
}
