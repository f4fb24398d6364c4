/**
 * First aid for texts from outside: what is kept of them is short and holds no character that a terminal, a mail or a
 * log reader would act on. Each rendering escapes for its own place on top of this.
 */

/** Controls, formatting characters (bidi, zero width), surrogates without a partner, and line separators. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** Nearly every text is plain ASCII, and to see that is ten times cheaper than to ask Unicode about each character. */
const PLAIN = /^[ -~]*$/;

/** For `sort`: the same order everywhere, whatever the locale. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text with every unprintable character replaced by U+FFFD, cut to `charsMax` characters. */
export function clean(text: string, charsMax: number): string {
  const cut = text.length > charsMax ? `${text.slice(0, charsMax - 1)}…` : text;
  return PLAIN.test(cut) ? cut : cut.replace(UNPRINTABLE, '\uFFFD');
}
