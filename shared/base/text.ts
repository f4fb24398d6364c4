/**
 * Basic cleaning of texts from outside: the result is short and holds no character that a terminal, a mail or a log
 * reader would interpret. Each rendering also escapes for its own format.
 */

/** Controls, formatting characters (bidi, zero width), surrogates without a partner, and line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Nearly every text is plain ASCII, and this test is ten times cheaper than asking Unicode about each character. */
const PLAIN = /^[ -~]*$/;

/** For `sort`: the same order in every locale. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text with every unprintable character replaced by U+FFFD, cut to `charsMax` characters. */
export function clean(text: string, charsMax: number): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text;
  return PLAIN.test(cut) ? cut : cut.replace(UNPRINTABLE, '\uFFFD');
}
