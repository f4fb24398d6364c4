import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runbookIds } from '../../shared/config/runbooks.js';
import { forbiddenCauses, reasonIds } from '../../shared/model/reasons.js';

const ROOT = 'runbooks';
const LANGUAGES = ['en', 'ja'] as const;
const LINES_MAX = 140;
/** The index of a language has a line for every page. */
const INDEX_LINES_MAX = 160;

/** What a reader of a runbook may be asked to type first. */
const TOOLS = new Set('aws cat chronyc curl date dig env git grep jq mtls-watch npm npx openssl'.split(' '));

const SECTIONS = {
  en: [
    'What it means',
    'Is it urgent?',
    'How to confirm',
    'How to fix it',
    'How to verify the fix',
    'When to roll back, and how',
    'Text for the partner',
    'See also',
  ],
  ja: [
    'どういう意味か',
    '緊急度',
    '確認手順',
    '対処',
    '復旧の確認',
    '切り戻しの判断と手順',
    '取引先への連絡文',
    '関連ページ',
  ],
} as const;

const names = (language: string) => readdirSync(join(ROOT, language)).sort();
const pages = LANGUAGES.flatMap((language) => names(language).map((name) => join(ROOT, language, name)));
const all = [join(ROOT, 'README.md'), ...pages];
const articles = pages.filter((path) => !path.endsWith('README.md'));

/** Commands that change what a CDK app or Terraform may own: its next deployment brings the old state back. */
const CHANGE =
  /^ *aws (?:(?:apigateway|apigatewayv2|cloudfront|elbv2|wafv2|ec2) (?:update|modify|add|remove|disassociate)-|s3api put-object |lambda update-alias )/;
const WARNING = { en: /next\s+deployment/, ja: /次回?のデプロイ/ } as const;

const read = (path: string) => readFileSync(path, 'utf8');
const idOf = (path: string) => path.slice(path.lastIndexOf('/') + 1, -'.md'.length);
const blocks = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\`$`, 'gms'))].map((match) => match[1] ?? '');
const prose = (text: string) => text.replace(/^ *```.*?^ *```$/gms, '');
const headings = (text: string, level: number) =>
  [...prose(text).matchAll(new RegExp(`^#{${level}} (.*)$`, 'gm'))].map((match) => match[1] ?? '');
const links = (text: string) => [...prose(text).matchAll(/\]\(([^)]+)\)/g)].map((match) => match[1] ?? '');
const commands = (text: string) => blocks(text, 'sh').flatMap((block) => block.trim().split('\n'));

/** What is wrong with the pages, each line with the page it is about. */
const problems = (paths: readonly string[], of: (text: string, path: string) => readonly string[]) =>
  paths.flatMap((path) => of(read(path), path).map((problem) => `${path}: ${problem}`));

describe('runbooks', () => {
  it.each(LANGUAGES)('have a page for every id, and no other, in %s', (language) => {
    expect(names(language)).toEqual([...runbookIds.map((id) => `${id}.md`), 'README.md'].sort());
  });

  it('know every reason and every cause of a 403', () => {
    expect(runbookIds).toEqual(expect.arrayContaining([...reasonIds, ...forbiddenCauses]));
    expect(new Set(runbookIds).size).toBe(runbookIds.length);
  });

  it.each(LANGUAGES)('are all listed in the index, in %s', (language) => {
    const listed = links(read(join(ROOT, language, 'README.md'))).filter((link) => !link.includes('/'));
    expect(listed.sort()).toEqual(runbookIds.map((id) => `${id}.md`).sort());
  });

  it('have no relative link that leads nowhere', () => {
    const broken = problems(all, (text, path) =>
      links(text)
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => !existsSync(resolve(dirname(path), link.replace(/#.*$/, '')))),
    );
    expect(broken).toEqual([]);
  });

  it('begin with title and id', () => {
    const wrong = problems(articles, (text, path) => {
      const [title = '', id = ''] = text.split('\n');
      return [
        ...(/^# \S/.test(title) && headings(text, 1).length === 1 ? [] : [`title ${title}`]),
        ...(id === `\`${idOf(path)}\`` ? [] : [`id ${id}`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('have the sections in their order, none of them empty, and one text to send', () => {
    const wrong = problems(articles, (text, path) => [
      ...missing(SECTIONS[languageOf(path)], headings(text, 2)),
      ...(headings(text, 3).length === 2 ? [] : ['not two sides to fix']),
      ...text
        .split(/^##+ /m)
        .slice(1)
        .filter((section) => /^[^\n]*\s*$/.test(section) && !isParent(section)),
      ...(blocks(text, 'text').length === 1 ? [] : ['not one text to send']),
      ...(commands(text).length >= 2 ? [] : ['no commands']),
    ]);
    expect(wrong).toEqual([]);
  });

  it('say the same in both languages: sections, commands and links', () => {
    const shape = (text: string) => ({
      headings: [1, 2, 3].map((level) => headings(text, level).length),
      commands: commands(text),
      links: links(text).sort(),
    });
    for (const id of runbookIds) {
      expect(shape(read(join(ROOT, 'ja', `${id}.md`))), id).toEqual(shape(read(join(ROOT, 'en', `${id}.md`))));
    }
  });

  it('are short and clean, and every command begins with a known tool', () => {
    const wrong = problems(all, (text, path) => [
      ...(text.split('\n').length <= (path.endsWith('README.md') ? INDEX_LINES_MAX : LINES_MAX)
        ? []
        : [`${text.split('\n').length} lines`]),
      ...(text.replaceAll('\n', '').match(/\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u) ? ['a control character'] : []),
      ...((text.match(/^ *```/gm)?.length ?? 0) % 2 === 0 ? [] : ['a code block that does not end']),
      ...commands(text).filter((command) => !TOOLS.has(command.trim().split(' ')[0] ?? '')),
    ]);
    expect(wrong).toEqual([]);
  });

  it('warn wherever the next deployment would undo what a section tells to change', () => {
    const unwarned = problems(articles, (text, path) =>
      text
        .split(/^(?=## )/m)
        .filter((section) => commands(section).some((command) => CHANGE.test(command)))
        .filter((section) => !WARNING[languageOf(path)].test(section) || !/CDK/.test(section))
        .map((section) => section.split('\n', 1)[0] ?? ''),
    );
    expect(unwarned).toEqual([]);
  });

  it('are in Japanese where they should be', () => {
    const wrong = problems(
      articles.filter((path) => languageOf(path) === 'ja'),
      (text) => [
        ...prose(text)
          .split('\n')
          .filter((line) => /^[A-Z][a-z]+ [a-z]+ [a-z]+/.test(line)),
        ...(/\p{Script=Hiragana}/u.test(blocks(text, 'text')[0] ?? '') ? [] : ['the text to send']),
      ],
    );
    expect(wrong).toEqual([]);
  });
});

function languageOf(path: string): (typeof LANGUAGES)[number] {
  return path.startsWith(join(ROOT, 'ja')) ? 'ja' : 'en';
}

function missing(wanted: readonly string[], found: readonly string[]): string[] {
  return wanted.join() === found.join() ? [] : [`sections ${found.join(', ')}`];
}

/** The one section that holds nothing but its two sides. */
function isParent(section: string): boolean {
  return SECTIONS.en[3] === section.trim() || SECTIONS.ja[3] === section.trim();
}
