/**
 * A page of the runbooks with its blanks filled: the words in capitals, such as `DOMAIN`, in its commands and in the letter
 * to the partner. Names that a client chose get into a command only where no shell acts on them. Pure.
 */

import { getOrInsert } from '../base/get-or-insert.js';
import type { Config } from '../config/settings.js';
import type { PageSubject } from './page-doors.js';
import type { OtherDoor } from './runbook-doors.js';
import { mailText } from './safe.js';

type Language = Config['language'];
export type BlankValues = Readonly<Record<string, string>>;

/** What is known for the blanks of a page. */
export interface Blanks {
  readonly commands: BlankValues;
  /** In the letter a blank may stand for something else than in a command. */
  readonly letter: BlankValues;
  /** Blanks of which only is known that they are one of these. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
}

export interface FilledPage {
  readonly text: string;
  /** Names of the blanks that were filled, with what was put there. */
  readonly filled: BlankValues;
  /** Names of those that are left, in the order of the page. */
  readonly open: readonly string[];
  /** Those of `open` whose value holds characters that a shell acts on, with the value for reading. */
  readonly unsafe: BlankValues;
}

const BLANK = /(?<![\w$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?!\w)/g;
// No command and no letter holds a backtick, so that a fence is found without looking back.
const BLOCK = /^( *)```(sh|text)\n[^`]*```$/gm;
const INLINE = /`[^`\n]+`/g;

/** Words of one part that are blanks; others in capitals, such as `CA` or `RSA`, are none. */
const SHORT_BLANKS = new Set(
  'ACCOUNT ALIAS ALGORITHM BUCKET CAUSE COMPANY COUNT CURVE DATE DETAIL DOMAIN END ETAG FILTER ISSUER KEY LIMIT METHOD MINUTES N NAME OID PATH POLICY RATE REASON REGION RESOURCE SERIAL SHARDS STAGE START STREAM TEAM TIME TOKEN URL USAGES VERSION'.split(
    ' ',
  ),
);
/** Values of AWS that look like blanks. */
const FIXED = new Set(['RSA_2048', 'RSA_4096', 'UNIFORM_SCALING', 'API_KEY', 'CUSTOM_DATA']);

/** No shell acts on these, with and without quotes, and no command takes them for an option. */
const SHELL_SAFE = /^[A-Za-z0-9/_.][A-Za-z0-9/_.:@+-]*$/;
/** A common name stands between quotes wherever it is a blank. */
const QUOTED_SAFE = /^[A-Za-z0-9][A-Za-z0-9 _.-]*$/;
const QUOTED = new Set(['CLIENT_CN']);

/** The times of a page are those of the incident up to here; from here on they are those of the fix. */
const VERIFY = /^## (?:How to verify the fix|復旧の確認)$/m;
const TIMES = /^(?:START|END)_/;

export function isBlank(word: string): boolean {
  return SHORT_BLANKS.has(word) || (word.includes('_') && !FIXED.has(word));
}

export function fillPage(page: string, { commands, letter }: Blanks): FilledPage {
  const filled = new Map<string, string>();
  const open = new Set<string>();
  const unsafe = new Map<string, string>();
  const fill = (text: string, values: BlankValues, isCommand: boolean, isAfterwards: boolean): string =>
    text.replace(BLANK, (word) => {
      if (!isBlank(word)) return word;
      const value = isAfterwards && TIMES.test(word) ? undefined : lookUp(values, word);
      if (value === undefined) open.add(word);
      else if (isCommand && !(QUOTED.has(word) ? QUOTED_SAFE : SHELL_SAFE).test(value)) {
        open.add(word);
        unsafe.set(word, letterText(value));
      } else {
        const shown = isCommand ? value : letterText(value);
        filled.set(word, shown);
        return shown;
      }
      return word;
    });
  const at = page.search(VERIFY);
  const parts = at === -1 ? [page] : [page.slice(0, at), page.slice(at)];
  const text = parts.map((part, index) => {
    const isAfterwards = index === 1;
    const blocks = part.replace(BLOCK, (block, _indent, kind: string) =>
      fill(block, kind === 'sh' ? commands : letter, kind === 'sh', isAfterwards),
    );
    return withoutBlocks(blocks, (prose) =>
      prose.replace(INLINE, (code) => (known(code, commands) ? fill(code, commands, true, isAfterwards) : code)),
    );
  });
  return {
    text: text.join(''),
    filled: Object.fromEntries(filled),
    open: [...open].filter((word) => !filled.has(word) || TIMES.test(word) || unsafe.has(word)),
    unsafe: Object.fromEntries(unsafe),
  };
}

/** The partner has to find the very name, dots and all; what would be a link in a mail is none. */
function letterText(value: string): string {
  const text = mailText(value);
  return text.includes('[:]') ? text : text.replaceAll('[.]', '.');
}

/** Runs a replacement on what is between the blocks. */
function withoutBlocks(text: string, change: (prose: string) => string): string {
  return text
    .split(/(^ *```[^`]*```$)/gm)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('');
}

function known(code: string, values: BlankValues): boolean {
  return [...code.matchAll(BLANK)].some(([word]) => lookUp(values, word) !== undefined);
}

function lookUp(values: BlankValues, word: string): string | undefined {
  const value = Object.hasOwn(values, word) ? values[word] : undefined;
  return value === '' ? undefined : value;
}

/** What the placeholders of the index stand for, by name: the rows of its table. */
export function placeholdersIn(index: string): ReadonlyMap<string, string> {
  const rows = [...index.matchAll(/^\| (`[^|]*`(?:など| and the like)?) \| ([^|]*) \|$/gm)];
  return new Map(
    rows.flatMap(([, names = '', meaning = '']) =>
      [...names.matchAll(/`([A-Z][A-Z0-9_]*)`/g)].map(([, name = '']) => [name, meaning.trim()] as const),
    ),
  );
}

interface HeadWords {
  readonly filledFor: (incident: string) => string;
  readonly left: string;
  readonly none: string;
  readonly unsafe: (value: string) => string;
  readonly oneOf: (choices: string) => string;
  readonly afterFix: string;
  readonly doors: Readonly<Record<OtherDoor | 'api-gateway', string>>;
  readonly door: (name: string) => string;
  readonly ofGateway: string;
  /** Of a page that is about another door. */
  readonly about: (subject: string, door: string) => string;
  readonly aboutItself: (door: string) => string;
}

const WORDS: Readonly<Record<Language, HeadWords>> = {
  en: {
    filledFor: (incident) => `Filled in for incident ${incident}.`,
    left: 'Left to fill in:',
    none: 'Nothing is left to fill in.',
    unsafe: (value) => `${value} (has characters that a shell acts on; put it in by hand, quoted)`,
    oneOf: (choices) => `one of ${choices}`,
    afterFix: 'under “How to verify the fix”: the time of your fix',
    doors: { 'api-gateway': 'API Gateway', cloudfront: 'CloudFront', 'load-balancer': 'a load balancer' },
    door: (name) => `With the commands of ${name}.`,
    ofGateway: ' What this page says of API Gateway does not hold there.',
    about: (subject, door) => `This page is about ${subject}, not about ${door}: its commands are those of ${subject}.`,
    aboutItself: (door) => `This page is about mtls-watch itself, not about ${door}.`,
  },
  ja: {
    filledFor: (incident) => `インシデント ${incident} の値を記入済みです。`,
    left: '残りの記入欄:',
    none: '残りの記入欄はありません。',
    unsafe: (value) => `${value}（シェルが解釈する文字を含みます。引用符で囲んで手で入力してください）`,
    oneOf: (choices) => `${choices} のいずれか`,
    afterFix: '「復旧の確認」では対処した時刻',
    doors: { 'api-gateway': 'API Gateway', cloudfront: 'CloudFront', 'load-balancer': 'ロードバランサー' },
    door: (name) => `コマンドは${name}のものです。`,
    ofGateway: 'API Gatewayに関する記述は当てはまりません。',
    about: (subject, door) => `このページは${door}ではなく${subject}に関するものです。コマンドも${subject}のものです。`,
    aboutItself: (door) => `このページは${door}ではなくmtls-watch自体に関するものです。`,
  },
};

export interface HeadDoor {
  readonly id: OtherDoor | 'api-gateway';
  /** Whether the page, as it is shown, says something that holds at API Gateway only. */
  readonly isOfGateway: boolean;
  /** What the page is about where that is not the door. */
  readonly subject: PageSubject | null;
}

function doorLine({ id, isOfGateway, subject }: HeadDoor, words: HeadWords): string {
  const name = words.doors[id];
  if (subject !== null && subject !== 'mtls-watch') return words.about(words.doors[subject], name);
  return `${subject === null ? words.door(name) : words.aboutItself(name)}${isOfGateway ? words.ofGateway : ''}`;
}

/** What stands above a page: for which incident and door it was filled, and what is left, with what to put there. */
export function headOf(
  { open, filled, unsafe }: FilledPage,
  { choices }: Pick<Blanks, 'choices'>,
  meanings: ReadonlyMap<string, string>,
  incident: string | null,
  door: HeadDoor | null,
  language: Language,
): string {
  const words = WORDS[language];
  const meaningOf = (name: string): string => {
    if (unsafe[name] !== undefined) return words.unsafe(unsafe[name]);
    const some = choices[name] ?? [];
    if (some.length > 0) return words.oneOf(some.map(letterText).join(language === 'ja' ? '、' : ', '));
    return TIMES.test(name) && filled[name] !== undefined ? words.afterFix : (meanings.get(name) ?? '');
  };
  const names = new Map<string, string[]>();
  for (const name of open) getOrInsert(names, meaningOf(name), () => []).push(`\`${name}\``);
  const separator = language === 'ja' ? '、' : ', ';
  const rows = [...names].map(
    ([meaning, same]) => `> - ${same.join(separator)}${meaning === '' ? '' : `: ${meaning}`}`,
  );
  const left = rows.length === 0 ? [`> ${words.none}`] : [`> ${words.left}`, ...rows];
  const doorLines = door === null ? [] : [`> ${doorLine(door, words)}`];
  return [...(incident === null ? [] : [`> ${words.filledFor(incident)}`]), ...doorLines, ...left].join('\n');
}
