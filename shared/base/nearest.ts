/** Which of many names a mistyped one may have meant. Pure. */

import { compareTexts } from './text.js';

/** The names that share most with a text, the nearest first: pairs of letters in any order, so that a DN may run the other way. */
export function nearest(text: string, names: Iterable<string>, most = 3): string[] {
  const wanted = pairsOf(text);
  return [...new Set(names)]
    .map((name) => ({ name, likeness: likeness(wanted, pairsOf(name)) }))
    .sort((a, b) => b.likeness - a.likeness || compareTexts(a.name, b.name))
    .slice(0, most)
    .map(({ name }) => name);
}

/** How much two sets of pairs have in common, 0 to 1 (Dice's coefficient). */
function likeness(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let common = 0;
  for (const pair of a) if (b.has(pair)) common++;
  return a.size + b.size === 0 ? 0 : (2 * common) / (a.size + b.size);
}

function pairsOf(text: string): Set<string> {
  const folded = text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
  return new Set(Array.from({ length: Math.max(0, folded.length - 1) }, (_, at) => folded.slice(at, at + 2)));
}
