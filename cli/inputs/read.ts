/**
 * Reads what the command line is given: files, folders, objects in S3 and `-`, in every rendering that API Gateway's logs come in.
 * Memory is bounded whatever the input: bytes are read in chunks, records meet the bounds of `shared/base/command-limits.ts`, and
 * events are handed on by the window.
 *
 *     files -> bytes (gunzip) -> units (lines, JSON values) -> events -> batches
 */

import { MtlsWatchError, unreadable } from '../../shared/base/errors.js';
import { formatOfGroup, type RecordFormat } from '../../shared/logs/record-format.js';
import { type BlocksOf, blocksHere } from './blocks.js';
import { type InputSource, sourcesOf } from './files.js';
import type { InputItem, InputOptions } from './item.js';
import { fileReader } from './reader.js';

/**
 * Yields everything in the inputs, file by file in sorted order. A file that cannot be read is a `problem` and costs
 * the others nothing; records that cannot be read are in their batch's `malformed`.
 * @throws MtlsWatchError `unreadable-input` when an input does not exist, or when nothing at all could be read
 */
export async function* readInputs(paths: readonly string[], options: InputOptions = {}): AsyncGenerator<InputItem> {
  if (options.live) yield* options.live;
  if (options.live && paths.length === 0) return;
  const format = formatOfGroup(options.formats ?? {}, '');
  const sources = options.sources ?? (await sourcesOf(paths, options));
  const sizes = sources.map(({ bytes }) => bytes);
  const bytesTotal = sizes.reduce((sum, bytes) => (sum === null || bytes === null ? null : sum + bytes), 0);
  const counter = { bytesRead: 0 };
  const problems: string[] = [];
  let delivered = 0;
  for (const source of sources) {
    for await (const item of readSource(source, counter, format, options.seen, options.blocksOf)) {
      if (item.kind === 'problem') problems.push(`${item.file}: ${item.detail}`);
      else delivered += 1;
      yield item;
      yield { kind: 'progress', bytesRead: counter.bytesRead, bytesTotal };
    }
    yield { kind: 'progress', bytesRead: counter.bytesRead, bytesTotal };
  }
  const [first] = problems;
  if (delivered === 0 && first !== undefined) {
    const others = problems.length > 1 ? ` (and ${problems.length - 1} more like it)` : '';
    throw unreadable(`nothing could be read from the inputs: ${first}${others}`);
  }
}

/** One file; also one that nobody named, such as an exported object. */
export async function* readSource(
  source: InputSource,
  counter: { bytesRead: number },
  format: RecordFormat | null,
  seen: InputOptions['seen'],
  blocksOf: BlocksOf = blocksHere,
): AsyncGenerator<InputItem> {
  const ready: InputItem[] = [];
  const reader = fileReader(source, format, (item) => ready.push(item), seen);
  let problem: string | null = null;
  try {
    for await (const { bytes, marks, bytesRead } of blocksOf(source)) {
      counter.bytesRead += bytesRead;
      await reader.push(bytes, marks);
      yield* ready.splice(0);
    }
  } catch (error) {
    problem = fileProblem(error);
  }
  try {
    await reader.end();
  } catch (error) {
    // The error that ended the file is more useful than an error about the rest.
    problem ??= fileProblem(error);
  }
  yield* ready;
  if (problem !== null) yield { kind: 'problem', file: source.name, detail: problem };
}

/** Only errors of the file are problems of the file; any other error is a bug and must crash. */
function fileProblem(error: unknown): string {
  if (!(error instanceof MtlsWatchError)) throw error;
  return error.message;
}
