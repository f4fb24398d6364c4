/** Names and texts in a width: never wider, the CN kept for as long as it fits. */

import fc from 'fast-check';
import columns from 'string-width';
import { describe, expect, it } from 'vitest';
import { dnWithin, foldLines, foldMarkdown, layOut, wrapWords } from '../../cli/terminal/layout.js';

const DN = 'C=US,ST=Ohio,O=Acme Logistics Inc.,OU=EDI,CN=edi-05.edi.acme-logistics.example';

describe('a name', () => {
  it.each([
    [90, DN],
    [75, 'C=US,ST=Ohio,O=Acme Logistics Inc.,…,CN=edi-05.edi.acme-logistics.example'],
    [67, 'C=US,…,O=Acme Logistics Inc.,…,CN=edi-05.edi.acme-logistics.example'],
    [62, '…,O=Acme Logistics Inc.,…,CN=edi-05.edi.acme-logistics.example'],
    [54, 'O=Acme Logistics…,CN=edi-05.edi.acme-logistics.example'],
    [50, '…,CN=edi-05.edi.acme-logistics.example'],
    [30, 'CN=edi-05.edi.a…istics.example'],
  ])('in %d columns', (width, text) => {
    expect(dnWithin(DN, width)).toBe(text);
    expect(columns(text)).toBeLessThanOrEqual(width);
  });

  it.each([
    ['O=Acme\\, Inc.,OU=a very long unit of it,CN=a\\,b', 24, '…,CN=a\\,b'],
    ['CN=first,O=Acme Logistics Inc.,OU=a very long unit of it', 20, 'CN=first,…'],
    ['CN=first,OU=of it,O=Acme Logistics Incorporated', 28, 'CN=first,O=Acme Logistics I…'],
    ['O=Acme Logistics Inc.,OU=電子データ交換の部署', 24, '…,OU=電子データ交換の部署'],
    ['1.2.3=#0c03616263,2.5.4.10=#0c0361626364656667', 12, '2.5.4…656667'],
  ])('%s', (dn, width, text) => {
    expect(columns(dnWithin(dn, width))).toBeLessThanOrEqual(width);
    expect([text, dnWithin(dn, Math.max(width, columns(text)))]).toContain(text);
  });
});

const anyText = fc.string({ unit: 'grapheme', maxLength: 80 }).map((text) => text.replaceAll('\n', ' '));

it('nothing is wider than its width, and no word is lost', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 12, max: 90 }), (text, width) => {
      const lines = wrapWords(text, width);
      for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      expect(columns(dnWithin(`CN=${text}`, width))).toBeLessThanOrEqual(width);
    }),
  );
});

it('a table fits, whatever its cells are', () => {
  const cell = fc.oneof(
    anyText,
    anyText.map((text) => `C=DE,O=Acme,CN=${text}`),
    fc.constant(''),
  );
  const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 40, max: 160 }), (all, width) => {
      const lines = layOut(['First', 'Second', ''], all, { right: [1], width });
      for (const line of lines) expect(columns(line)).toBeLessThanOrEqual(width);
      const whole = layOut(['First', 'Second', ''], all, { right: [], width: null }).join('\n');
      for (const row of all) for (const one of row) expect(whole).toContain(one.trimEnd());
    }),
  );
});

it.each([
  ['two columns of the same text', 3, 3],
  ['one of twice the other', 4, 2],
  ['the other way round', 2, 4],
])('columns of text share the space by what they hold: %s', (_, ...sizes) => {
  const [left = '', right = ''] = sizes.map((size) => Array.from({ length: size * 8 }, () => 'words').join(' '));
  for (const width of [80, 100, 120]) {
    const [head = '', ...lines] = layOut(['State', 'Found', 'Expected'], [['wrong', left, right]], {
      right: [],
      width,
    });
    const at = head.indexOf('Expected');
    const heights = [(line: string) => line.slice(0, at), (line: string) => line.slice(at)].map(
      (part) => lines.filter((line) => part(line).includes('words')).length,
    );
    expect([width, Math.abs((heights[0] ?? 0) - (heights[1] ?? 0))]).toEqual([
      width,
      expect.toSatisfy((by: number) => by <= 1),
    ]);
    expect(heights[0]).toBeGreaterThan(1);
  }
});

it('a column gets no more than it needs while another is broken', () => {
  const texts = ['wrong', 'twenty columns of it', Array.from({ length: 30 }, () => 'words').join(' ')];
  const [, first = ''] = layOut(['State', 'Found', 'Expected'], [texts], { right: [], width: 100 });
  expect(first).toContain('  twenty columns of it  words');
  expect(columns(first)).toBeGreaterThan(94);
});

describe('what is copied', () => {
  const ARN = 'arn:aws:sns:eu-central-1:111122223333:mtls-watch-AlertsTopic-0123456789AB';
  it.each([
    [`sent 0a1b, marked as a test, to ${ARN}`, ['sent 0a1b, marked as a test, to', ARN]],
    [`  - the topic (${ARN}), which nobody reads`, ['  - the topic', `    (${ARN}),`, '    which nobody reads']],
    [`see https://wiki.bank.example/${'x'.repeat(50)}.`, ['see', `https://wiki.bank.example/${'x'.repeat(50)}.`]],
    [`from s3://bucket/${'x'.repeat(50)} on`, ['from', `s3://bucket/${'x'.repeat(50)}`, 'on']],
    [`no${'x'.repeat(50)}`, [`no${'x'.repeat(38)}`, 'x'.repeat(12)]],
  ])('stays whole in a sentence: %s', (text, lines) => {
    expect(foldLines(text, 40).split('\n')).toEqual(lines);
  });

  it('is broken in a cell, beside which others stand', () => {
    for (const line of wrapWords(`goes to ${ARN}`, 40)) expect(columns(line)).toBeLessThanOrEqual(40);
  });
});

it('words go below where the text of theirs begins, and commands stay whole', () => {
  const text = [
    '    What       the gateway refuses it',
    '    - a point of more than two lines',
    '    aws s3 cp truststore.pem s3://bucket/key',
  ].join('\n');
  expect(foldLines(text, 32)).toBe(
    [
      '    What       the gateway',
      '               refuses it',
      '    - a point of more than two',
      '      lines',
      '    aws s3 cp truststore.pem s3://bucket/key',
    ].join('\n'),
  );
});

it('a table that fits the terminal stays as it is where sentences are broken earlier', () => {
  const arn = `arn:aws:sns:eu-central-1:111111111111:mtls-watch-AlertsTopic${'7'.repeat(24)}`;
  const row = [
    'wrong',
    'topic-subscriptions',
    arn,
    'nobody is subscribed',
    'subscribed, and every subscription confirmed',
  ];
  const head = ['', 'Check', 'Of', 'Found', 'Expected'];
  for (const width of [130, 160, 200]) {
    const table = layOut(head, [row], { right: [], width });
    const sentence = 'word '.repeat(40).trim();
    const folded = foldLines([...table, sentence].join('\n'), 120, width).split('\n');
    expect(folded.slice(0, table.length)).toEqual(table);
    expect(Math.max(...folded.slice(table.length).map((line) => columns(line)))).toBeLessThanOrEqual(120);
    expect(foldLines(table.join('\n'), 120).split('\n')).not.toEqual(table);
  }
});

describe('Japanese, which has no blanks between words', () => {
  it.each([
    ['トラストストアにある同名の CA はこの証明書に署名していません。', 24],
    ['「署名アルゴリズムが古い」証明書、または（RSA）の鍵が短い証明書です。', 15],
    ['クライアント証明書を発行した CA がトラストストアにありません。', 20],
  ])('fills its lines, and keeps punctuation and katakana together: %s', (text, width) => {
    const lines = wrapWords(text, width);
    for (const [at, line] of lines.entries()) {
      expect(columns(line)).toBeLessThanOrEqual(width);
      expect(line).not.toMatch(/^[、。」）ー]|[「（]$/u);
      const next = lines[at + 1];
      if (next === undefined) continue;
      expect(line.slice(-1) + next[0]).not.toMatch(/[ァ-ヴー]{2}/u);
      // No line ends where a word of six characters would have fitted.
      expect(columns(line)).toBeGreaterThan(width - 14);
    }
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });
});

it('breaks the paragraphs of a page anew, and nothing of its code and tables', () => {
  const code = '```sh\naws s3api get-object --bucket BUCKET --key KEY --version-id VERSION truststore.pem\n```';
  const page = `# A title that stays\n\nOne paragraph of\ntwo lines.\n\n- an item that\n  goes on here\n- another\n\n${code}\n\n| a | table of some width |\n`;
  const folded = `# A title that stays\n\nOne paragraph of two\nlines.\n\n- an item that goes on\n  here\n- another\n\n${code}\n\n| a | table of some width |\n`;
  expect(foldMarkdown(page, 22)).toBe(folded);
  expect(foldMarkdown('日本語の段落は\n続きます。\n', 80)).toBe('日本語の段落は続きます。\n');
});

it('marks every line of a quotation', () => {
  expect(foldLines('> - `KEY`: of the truststore in use, and of the one before', 30)).toBe(
    '> - `KEY`: of the truststore\n>   in use, and of the one\n>   before',
  );
});
