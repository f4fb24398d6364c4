/** Files that threads read ahead give what they give when they are read here, in the same order, errors included. */

import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, it } from 'vitest';
import { sourcesOf } from '../../cli/inputs/files.js';
import { readInputs } from '../../cli/inputs/read.js';
import { readAhead, readingOf } from '../../cli/inputs/read-ahead.js';
import { seenEvents } from '../../cli/inputs/seen.js';
import { commandLimits } from '../../shared/base/command-limits.js';
import { digest } from '../../shared/base/digest.js';
import { linesOf } from '../support/mutated-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-'));
const thread = join(dirname(inject('cli')), 'reading-thread.js');

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Every item but the progress, and the error that ended the reading. */
async function itemsOf(paths: readonly string[], threads: number, isUnread: boolean): Promise<unknown[]> {
  const sources = await sourcesOf(paths, {});
  const { blocksOf, close } = readingOf(sources, threads, thread);
  const items: unknown[] = [];
  try {
    for await (const item of readInputs(paths, { sources, blocksOf, seen: isUnread ? seenEvents() : null })) {
      // Whether somebody knew before that an event is plain makes no difference to what comes of it.
      if (item.kind !== 'batch') items.push(item.kind === 'progress' ? item.kind : item);
      else
        items.push({ ...item, events: item.batch.events.map(({ isPlainSuccess: _, ...event }) => event), batch: null });
    }
  } catch (error) {
    items.push(String(error));
  } finally {
    await close();
  }
  return items.filter((item) => item !== 'progress').map((item) => digest(JSON.stringify(item)));
}

/** More than two blocks, in which lines come twice. */
const textOf = (form: 'json' | 'export') => Buffer.from(`${linesOf(form).join('\n')}\n`.repeat(4));
const [LINES, EXPORT] = [textOf('json'), textOf('export')];
const whole = gzipSync(LINES);
const damaged = Buffer.from(whole);
// What is left of a damaged slice of 16 KiB is inflated byte by byte.
damaged.fill(0xff, 16_500, 16_564);

const FILES: readonly [string, string | Buffer][] = [
  ['events.gz', whole],
  ['events-again.jsonl', LINES],
  ['000000.gz', gzipSync(EXPORT)],
  ['cut.gz', whole.subarray(0, whole.length - 2_000)],
  ['damaged.gz', damaged],
  ['nested.gz', gzipSync(gzipSync(LINES.subarray(0, 300_000)))],
  ['members.gz', Buffer.concat([gzipSync(LINES.subarray(0, 700_001)), gzipSync(LINES.subarray(700_001))])],
  ['empty.gz', gzipSync('')],
  ['empty', ''],
  ['binary', Buffer.from(Array.from({ length: 5_000 }, (_, n) => n % 7))],
  ['long-line.gz', gzipSync(Buffer.concat([LINES.subarray(0, 9_000), Buffer.alloc(1_500_000, 'x'), LINES]))],
  ['marked.jsonl', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), LINES])],
  ['carriage.jsonl', LINES.toString().replaceAll('\n', '\r\n')],
  [
    'one-value.json',
    JSON.stringify({
      events: LINES.toString()
        .trim()
        .split('\n')
        .slice(0, 400)
        .map((line) => JSON.parse(line)),
    }),
  ],
  [
    'table.csv',
    `@timestamp,@message\n${'"2026-10-12 00:00:00.000","(a) Access denied. Reason: a\nb"\n'.repeat(20_000)}`,
  ],
];

const day = readdirSync('sample/day/logs', { recursive: true, encoding: 'utf8', withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name));
const made = FILES.map(([name, content]) => file(name, content));

it.each<[string, readonly string[], readonly number[]]>([
  ['all files, some of them twice', [...made, ...made.slice(0, 3)], [1, 2, 4]],
  ['the sample day', day, [3]],
  ...made
    .slice(3, 10)
    .map((path): [string, string[], number[]] => [`${path.slice(folder.length + 1)} alone`, [path], [1]]),
])('%s', async (_, paths, counts) => {
  for (const isUnread of [true, false]) {
    const here = await itemsOf(paths, 0, isUnread);
    for (const threads of isUnread ? counts : counts.slice(-1))
      expect(await itemsOf(paths, threads, isUnread)).toEqual(here);
  }
});

it('another thread marks the lines, and fills the same few buffers', async () => {
  const sources = await sourcesOf([file('long.jsonl', Buffer.concat(Array.from({ length: 16 }, () => LINES)))], {});
  const { blocksOf, close } = readingOf(sources, 1, thread);
  const blocks: { bytes: number; isMarked: boolean; buffer: number }[] = [];
  for (const source of sources) {
    for await (const { bytes, marks } of blocksOf(source)) {
      blocks.push({ bytes: bytes.length, isMarked: (marks?.rows.length ?? 0) > 0, buffer: bytes.buffer.byteLength });
    }
  }
  await close();
  expect(new Set(blocks.map(({ isMarked }) => isMarked))).toEqual(new Set([true]));
  expect(blocks.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(16 * LINES.length);
  expect(new Set(blocks.map(({ buffer }) => buffer))).toEqual(new Set([commandLimits.inputBlockBytes]));
});

it('a large file that is no log keeps no thread from the files behind it', async () => {
  const large = Buffer.alloc(
    (commandLimits.inputBlocksAheadMax + 4) * commandLimits.inputBlockBytes,
    Buffer.from([0, 1, 2, 3]),
  );
  const paths = [file('large.bin', large), file('behind.jsonl', LINES)];
  expect(await itemsOf(paths, 1, true)).toEqual(await itemsOf(paths, 0, true));
});

it('asks for a number of workers', async () => {
  await expect(readAhead([], { workers: 'many' })).rejects.toThrow(
    '--workers got many; expected a number from 0 to 99',
  );
  expect(await readAhead(['-'], { workers: '2' })).toBeNull();
});
