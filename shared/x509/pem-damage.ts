/**
 * Describes what is wrong with a damaged block of a bundle and how to repair it. `strict-pem.ts` decides what is read;
 * this module only explains. `FILE` and `OUT` in a remedy stand for the input and the output file.
 */

import { type Phrase, say } from '../model/phrases.js';

export interface Damage {
  /** What is wrong, without text from the file. */
  readonly what: Phrase;
  /** What to do. */
  readonly cure: Phrase;
}

/** The remedy, with the names of the files. */
export function cureOf({ cure }: Pick<Damage, 'cure'>, file: string, out: string): Phrase {
  const quoted = (name: string): string => (/^[\w./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`);
  const named = (command: string): string =>
    command.replace(/FILE|OUT/g, (blank) => quoted(blank === 'FILE' ? file : out));
  return { ...cure, of: cure.of.map((value) => (typeof value === 'string' ? named(value) : value)) };
}

/** A line without trailing white space, which all readers ignore. */
export interface NumberedLine {
  readonly text: string;
  readonly line: number;
}

type Mark = 'BEGIN' | 'END';

/**
 * Hyphens and the characters that word processors replace them with, as characters and as the bytes of UTF-8 and
 * Windows-1252.
 */
const MARK =
  /(?:[-\u2010-\u2015\u2212\u0096\u0097]|\u00E2\u0080[\u0090-\u0095])[ \t]*(BEGIN|END)(?:-|[ \t][A-Z0-9# \t]{0,40}?(?:CERTIFICATE|PKCS|CMS|KEY))/gi;

/** The BEGIN and END marks that a person would recognise in a line, correct or not. A commented line has none. */
export function marksIn(line: string): Mark[] {
  // In UTF-16, every second byte of ASCII is zero.
  const text = line.includes('\0') ? line.replaceAll('\0', '') : line;
  // Most lines are base64; this test is quick for them.
  if (!/BEGIN|END/i.test(text) || /^[ \t]*(?:#|;|\/\/)/.test(line)) return [];
  return [...text.matchAll(MARK)].map(([, word = '']) => (word.toUpperCase() === 'END' ? 'END' : 'BEGIN'));
}

const OWN_LINES: string =
  `awk '{gsub(/-----BEGIN [A-Z0-9 ]*-----/, "\\n&\\n"); gsub(/-----END [A-Z0-9 ]*-----/, "\\n&\\n")} 1' ` +
  'FILE | awk NF > OUT';
const FROM_THE_CA = say`Take the certificate from its CA once more, and put it in place of this block.`;

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

const ESCAPED: Damage = {
  what: say`its line breaks are written as ${'\\n'}, as in JSON`,
  cure: say`Turn them into line breaks: ${`printf '%b' "$(cat FILE)" > OUT`}`,
};
const CARRIAGE_RETURNS: Damage = {
  what: say`its lines end with a carriage return alone`,
  cure: say`Let them end with a line feed: ${"tr '\\r' '\\n' < FILE > OUT"}`,
};
const JOINED: Damage = {
  what: say`the END line of one block and the BEGIN line of the next are one line`,
  cure: say`Put a line break between them; cat puts none between files that end without one: ${OWN_LINES}`,
};
const ONE_LINE: Damage = {
  what: say`BEGIN line, base64 and END line are one line`,
  cure: say`Put each on a line of its own: ${OWN_LINES}`,
};
const INDENTED: Damage = {
  what: say`white space stands in front of the mark`,
  cure: say`Take it out: ${"sed 's/^[[:space:]]*//' FILE > OUT"}`,
};
const AS_IT_SHOULD_BE = (mark: Mark): Phrase =>
  say`Write the line as ${`-----${mark} CERTIFICATE-----`}, with five hyphens on both sides, and nothing else on it.`;

export const BYTE_ORDER_MARKED: Damage = {
  what: say`a byte order mark stands in front of the BEGIN line: Java and older versions of OpenSSL do not see the line`,
  cure: say`Take it out: ${"LC_ALL=C tr -d '\\357\\273\\277' < FILE > OUT"}`,
};
export const WIDE: Damage = {
  what: say`text in UTF-16, as PowerShell writes it, or UTF-32; expected UTF-8 or ASCII`,
  cure: say`Save this part as UTF-8: ${'Out-File -Append'} and ${'>>'} of PowerShell write UTF-16 behind whatever is there.`,
};
export const MISSING_BEGIN: Damage = {
  what: say`an END line without its BEGIN line`,
  cure: say`Put ${BEGIN} in front of its certificate, or take the line out.`,
};
export const SWALLOWED: Damage = {
  what: say`the block before it has no END line, and takes this one with it`,
  cure: say`Give the block before it its END line, ${END}.`,
};

/**
 * Describes a line that was meant as a mark but is not valid.
 * @param label of the block that it ends; null for a BEGIN line
 */
export function damageOfMark(text: string, label: string | null): Damage {
  const marks = marksIn(text);
  const mark = marks[0] ?? 'END';
  if (/\\(?:[nr]|u000[ad])/i.test(text)) return ESCAPED;
  if (/[A-Z]\0[A-Z]/.test(text)) return WIDE;
  if (text.includes('\r')) return CARRIAGE_RETURNS;
  if (marks.includes('BEGIN') && marks.includes('END')) return mark === 'END' ? JOINED : ONE_LINE;
  if (/^[ \t]+-----(?:BEGIN|END) /.test(text)) return INDENTED;
  return { what: wordsFor(text, mark, label), cure: AS_IT_SHOULD_BE(mark) };
}

function wordsFor(text: string, mark: Mark, label: string | null): Phrase {
  if (/[\u2010-\u2015\u2212\u0096\u0097]|\u00E2\u0080/.test(text))
    return say`the dashes of the ${mark} line are no hyphens`;
  if (!text.includes(mark)) return say`the ${mark} line is in small letters`;
  if (!/^-/.test(text)) return say`something stands in front of the ${mark} line`;
  const [, before = '', after = '', rest = ''] = /^(-*)(?:BEGIN|END)[A-Z0-9# \t]*(-*)(.*)$/s.exec(text) ?? [];
  if (rest !== '') return say`something stands behind the ${mark} line`;
  if (before.length === 5 && after.length === 5 && label !== null)
    return say`the END line has another label than the BEGIN line`;
  return say`the ${mark} line has ${before.length} hyphens in front and ${after.length} behind, in place of five`;
}

/** Describes a block without an END line. */
export function damageOfCut(begin: number, body: readonly NumberedLine[]): Damage & { line: number } {
  return (
    markWithin(begin, body) ?? {
      line: begin,
      what: say`cut short: the file ends before its END line`,
      cure: FROM_THE_CA,
    }
  );
}

/** Describes damage in a block with BEGIN and END lines; null if there is none. */
export function damageOfBody(begin: number, body: readonly NumberedLine[]): (Damage & { line: number }) | null {
  const mark = markWithin(begin, body);
  if (mark !== null) return mark;
  const header = body.find(({ text }) => text.includes(':'));
  if (header !== undefined) {
    return {
      line: header.line,
      what: say`a header within the block`,
      cure: say`Take the header and the empty line behind it out.`,
    };
  }
  const blank = blankWithin(body);
  if (blank !== null) {
    return {
      line: blank,
      what: say`an empty line within the block`,
      cure: say`Take the empty lines of the block out.`,
    };
  }
  const foreign = body.find(({ text }) => /[^A-Za-z0-9+/= \t\f\v]/.test(text));
  if (foreign !== undefined) {
    return { line: foreign.line, what: say`not base64: a character that does not belong there`, cure: FROM_THE_CA };
  }
  const base64 = body.map(({ text }) => text.replace(/[ \t\f\v]/g, '')).join('');
  if (base64 === '') return { line: begin, what: say`the block is empty`, cure: FROM_THE_CA };
  if (base64.length % 4 === 0 && /^[^=]*={0,2}$/.test(base64)) return null;
  return { line: begin, what: say`not base64: characters are missing, or too many`, cure: FROM_THE_CA };
}

/** A mark inside a block: its own END line, damaged, or the BEGIN line of the next block. */
function markWithin(begin: number, body: readonly NumberedLine[]): (Damage & { line: number }) | null {
  const found = body.find(({ text }) => marksIn(text).length > 0);
  if (found === undefined) return null;
  if (marksIn(found.text)[0] === 'END') return { line: found.line, ...damageOfMark(found.text, null) };
  return {
    line: begin,
    what: say`the next block begins before its END line`,
    cure: say`Put ${END} behind its base64, in front of the next BEGIN line.`,
  };
}

/**
 * OpenSSL reads the lines before an empty line as a header. If the empty line directly follows the BEGIN line, it
 * continues, but then requires lines of 64 characters (`get_header_and_data` in pem_lib.c).
 */
function blankWithin(body: readonly NumberedLine[]): number | null {
  const [first, ...rest] = body;
  if (first === undefined || first.text !== '') return body.find(({ text }) => text === '')?.line ?? null;
  const isWrapped = rest.every(({ text }, at) => (at < rest.length - 1 ? text.length === 64 : text.length <= 64));
  return isWrapped && rest.every(({ text }) => text !== '') ? null : first.line;
}
