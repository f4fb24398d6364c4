/**
 * What happens to bundles between the CA and S3: how a block, or a file, is damaged, or only looks so. `bundle-readers.ts`
 * records beside this what OpenSSL and Java read of each.
 */

/** A file made of three PEM blocks, of which the first or the last is damaged. */
export type Damaging = (block: string) => string;

const BEGIN = '-----BEGIN CERTIFICATE-----\n';
const END = '-----END CERTIFICATE-----\n';
const bodyOf = (block: string): string => block.slice(BEGIN.length, -END.length);
const linesOf = (block: string): string[] => bodyOf(block).trimEnd().split('\n');
const flat = (block: string): string => bodyOf(block).replaceAll('\n', '');
const eachLine = (block: string, change: (line: string) => string): string =>
  `${block.trimEnd().split('\n').map(change).join('\n')}\n`;

/** One block after the other, each in its own bundle. */
export const damages: Readonly<Record<string, Damaging>> = {
  none: (block) => block,
  'X509 CERTIFICATE': (block) => block.replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
  'bag attributes': (block) => `Bag Attributes\n    friendlyName: Acme\nsubject=C = US\n\nissuer=C = US\n${block}`,
  'a comment in UTF-8': (block) => `# Rámöz – x\n${block}`,
  'a comment in Latin-1': (block) => `# AC R${'\u00E1'}m${'\u00F6'}z\n${block}`,
  'a long comment': (block) => `${'x '.repeat(150)}\n${block}`,
  'a comment with dashes': (block) => `# ----- Acme -----\n${block}`,
  'a comment with four dashes': (block) => `----\n${block}`,
  'a line of dashes': (block) => `----------\n${block}`,
  'a line of five dashes': (block) => `-----\n${block}`,
  'text that begins with 0': (block) => `0 s:CN = x\n${block}`,
  'text that begins with 1': (block) => `1 s:CN = x\n${block}`,
  'blanks at the ends of lines': (block) => eachLine(block, (line) => `${line} \t`),
  'a vertical tab at the end of the BEGIN line': (block) => block.replace(BEGIN, `${BEGIN.trimEnd()}\v\n`),
  'a no-break space at the end of the BEGIN line': (block) => block.replace(BEGIN, `${BEGIN.trimEnd()}\u00A0\n`),
  'a zero byte at the end of the BEGIN line': (block) => block.replace(BEGIN, `${BEGIN.trimEnd()}\0\n`),
  'blanks in front of the base64': (block) => eachLine(block, (line) => (line.startsWith('-') ? line : `  ${line}`)),
  'blanks within the base64': (block) => eachLine(block, (line) => line.replace(/^([^-].{20})/, '$1 ')),
  'base64 in one line': (block) => `${BEGIN}${flat(block)}\n${END}`,
  'one character a line': (block) => `${BEGIN}${[...flat(block)].join('\n')}\n${END}`,
  'an empty line behind BEGIN': (block) => block.replace(BEGIN, `${BEGIN}\n`),
  'an empty line behind BEGIN, base64 in one line': (block) => `${BEGIN}\n${flat(block)}\n${END}`,
  'two empty lines behind BEGIN': (block) => block.replace(BEGIN, `${BEGIN}\n\n`),
  'an empty line in the middle': (block) => {
    const [first = '', ...rest] = linesOf(block);
    return `${BEGIN}${first}\n\n${rest.join('\n')}\n${END}`;
  },
  'an empty line in front of END': (block) => block.replace(END, `\n${END}`),
  'an empty line after each': (block) => block.replaceAll('\n', '\n\n'),
  'a header': (block) => block.replace(BEGIN, `${BEGIN}Comment: Acme\n\n`),
  'a header of encryption': (block) => block.replace(BEGIN, `${BEGIN}Proc-Type: 4,CLEAR\n\n`),
  'a header without an empty line': (block) => block.replace(BEGIN, `${BEGIN}Comment: Acme\n`),
  'a byte order mark': (block) => `\u00EF\u00BB\u00BF${block}`,
  'UTF-16': (block) => block.replace(/./gs, '$&\0'),
  'no line break at its end': (block) => block.trimEnd(),
  'no END line': (block) => block.replace(END, ''),
  'four dashes behind END': (block) => block.replace(END, `${END.slice(0, -2)}\n`),
  'four dashes in front of END': (block) => block.replace(END, END.slice(1)),
  'four dashes in front of BEGIN': (block) => block.slice(1),
  'six dashes in front of BEGIN': (block) => `-${block}`,
  'four dashes behind BEGIN': (block) => block.replace(BEGIN, `${BEGIN.slice(0, -2)}\n`),
  'dashes of a word processor': (block) => block.replaceAll('-----', '\u00E2\u0080\u0094\u00E2\u0080\u0094-'),
  'dashes of Windows-1252': (block) => block.replaceAll('-----', '\u0097\u0097-'),
  'another label at END': (block) => block.replace(END, '-----END X509 CERTIFICATE-----\n'),
  'no label': (block) => block.replaceAll(' CERTIFICATE', ''),
  'two blanks in the BEGIN line': (block) => block.replace('BEGIN ', 'BEGIN  '),
  'small letters': (block) => block.replace('BEGIN', 'begin').replace('END', 'end'),
  'text behind BEGIN': (block) => block.replace(BEGIN, `${BEGIN.trimEnd()} Acme\n`),
  'text behind END': (block) => block.replace(END, `${END.trimEnd()} Acme\n`),
  indented: (block) => eachLine(block, (line) => `    ${line}`),
  'indented END': (block) => block.replace(END, ` ${END}`),
  'a quote in front': (block) => `"${block}`,
  'quotes around each line': (block) => eachLine(block, (line) => `"${line}"`),
  'plus signs of a URL': (block) => block.replaceAll(' ', '+'),
  'a sign of a reply in front of each line': (block) => eachLine(block, (line) => `> ${line}`),
  'commented out': (block) => eachLine(block, (line) => `# ${line}`),
  'BEGIN line commented out': (block) => `#${block}`,
  'in one line': (block) => `${block.replaceAll('\n', '')}\n`,
  'in one line with blanks': (block) => `${block.trimEnd().replaceAll('\n', ' ')}\n`,
  'escaped line breaks': (block) => `${block.replaceAll('\n', '\\n')}\n`,
  'in a JSON string': (block) => `{"ca": ${JSON.stringify(block)}}\n`,
  'carriage returns alone': (block) => `${block.replaceAll('\n', '\r')}\n`,
  'two carriage returns': (block) => block.replaceAll('\n', '\r\r\n'),
  'an END line without BEGIN in front': (block) => `${END}${block}`,
  'an END line too many': (block) => `${block}${END}`,
  'a BEGIN line too many': (block) => `${BEGIN}${block}`,
  'an empty block in front': (block) => `${BEGIN}${END}${block}`,
  'padding lost': (block) => block.replace(/=*\n-----END/, '\n-----END'),
  'padding too many': (block) => block.replace('\n-----END', '====\n-----END'),
  'base64 behind the padding': (block) => block.replace('\n-----END', '=\nAAAA\n-----END'),
  'a foreign character': (block) => block.replace(/\n(.{10})./, '\n$1!'),
  'a dash within the base64': (block) => block.replace(/\n(.{10})./, '\n$1-'),
  'a line lost': (block) => `${BEGIN}${linesOf(block).slice(1).join('\n')}\n${END}`,
  'cut short': (block) => block.slice(0, 200),
};

/** All that the table is about: each damage on the first and on the last of three blocks, with LF and CRLF. */
export function damagedBundles(blocks: readonly [string, string, string]): { name: string; text: string }[] {
  const [one, two, three] = blocks;
  return Object.entries(damages).flatMap(([name, damage]) => {
    const first = damage(one) + two + three;
    const last = two + three + damage(one);
    return [
      { name: `${name}, first`, text: first },
      { name: `${name}, last`, text: last },
      { name: `${name}, first, CRLF`, text: withCrlf(first) },
      { name: `${name}, last, CRLF`, text: withCrlf(last) },
    ];
  });
}

const withCrlf = (text: string): string => text.replace(/\r*\n/g, '\r\n');
