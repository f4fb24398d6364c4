/**
 * A copy of a text that takes its characters and a header, no more: one that was cut from a longer text keeps all of that in memory,
 * and what `JSON.stringify` returns is a tree of pieces, half again as large. Not for texts with lone surrogates; JSON has none.
 */
export function compactString(text: string): string {
  return Buffer.from(text).toString();
}
