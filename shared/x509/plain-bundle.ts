/**
 * The plain form of a bundle that CloudFront and load balancers ask for: blocks, no blank lines, and no text between them but
 * comments that begin with `#` and hold no `-`. Sources: `door-rules.ts`.
 */

import { type Phrase, say } from '../model/phrases.js';

export interface NotPlain {
  readonly line: number;
  readonly what: Phrase;
}

const BLANK = say`a blank line`;
const TEXT = say`text that does not begin with #`;
const DASH = say`a comment that holds -`;

/** The first line that is not of the plain form; null where there is none. Reads each line once. */
export function notPlain(text: string): NotPlain | null {
  let isInside = false;
  for (let at = 0, line = 1; at < text.length; line++) {
    const end = text.indexOf('\n', at);
    const content = text.slice(at, end === -1 ? text.length : end).trimEnd();
    at = end === -1 ? text.length : end + 1;
    if (content === '') return { line, what: BLANK };
    if (content.startsWith('-----BEGIN ')) isInside = true;
    else if (content.startsWith('-----END ')) isInside = false;
    else if (!isInside && !content.startsWith('#')) return { line, what: TEXT };
    else if (!isInside && content.includes('-')) return { line, what: DASH };
  }
  return null;
}
