import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aws, isReference, quote } from '../../shared/discovery/shell.js';
import { anyText } from '../support/any-text.js';
import { hostileNames } from '../support/hostile-names.js';

/** What bash takes each word for. A word cannot hold a NUL, so that it parts them. */
function understood(words: readonly string[]): string[] {
  const script = words.map((word) => `printf '%s\\0' ${word}`).join('\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  expect(stderr).toBe('');
  return stdout.split('\0').slice(0, -1);
}

const nasty = [
  ...hostileNames,
  '',
  ' ',
  "it's",
  '$(touch /tmp/x)',
  '`id`',
  '"; rm -rf ~; "',
  '!!',
  '*',
  '~',
  '# no comment',
  'a\\b',
  "\\'",
  'line\nbreak',
  '\u001b[201~rm -rf ~\n',
  '\u202egnp.exe',
  'zero\u200bwidth',
  '-rf',
  "\u0007'",
];

describe('a word for the shell', () => {
  it('is the very text, whatever it holds', () => {
    const random = fc.sample(anyText({ maxLength: 40 }), 300);
    // Neither a NUL nor half a character can be passed to a command at all.
    const texts = [...nasty, ...random].filter((text) => !text.includes('\0') && !/\p{Cs}/u.test(text));
    expect(understood(texts.map(quote))).toEqual(texts);
  });

  it('shows a terminal nothing to act on', () => {
    for (const text of nasty) expect(quote(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  it('is left alone where it is plain', () => {
    expect(quote('arn:aws:logs:eu-west-1:1:log-group:/a/b')).toBe('arn:aws:logs:eu-west-1:1:log-group:/a/b');
  });
});

describe('a command line', () => {
  it('names the Region and quotes what needs it', () => {
    const line = aws('logs', 'put-x', { region: 'eu-west-1' }, { name: "o'x", json: { a: ["'"] }, n: 3, flag: true });
    const [head, ...words] = line.split(' --');
    expect(head).toBe('aws logs put-x');
    expect(understood(words.map((word) => word.replace(/^\S+ ?/, '')))).toEqual([
      'eu-west-1',
      "o'x",
      '{"a":["\'"]}',
      '3',
      '',
    ]);
  });

  it('lets no value pass for an option', () => {
    expect(aws('logs', 'x', { region: 'r' }, { name: '-rf', other: '- -' })).toBe(
      "aws logs x --region r --name=-rf --other='- -'",
    );
  });

  it('knows what the AWS CLI would read from a file or an address', () => {
    expect(['file://x', 'fileb://x', 'https://x', 'HTTP://x'].every(isReference)).toBe(true);
    expect(['files/x', 's3://x', 'x/file://y'].some(isReference)).toBe(false);
  });
});
