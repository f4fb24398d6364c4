/**
 * What a replay counted, hour by hour. Logs come in any order, so everything is counted before the first hour is played; what
 * does not fit into memory lies in a temporary file meanwhile, in runs that are sorted by the hour:
 *
 *     put -> held lines -> (full) -> sorted run in the file -> ... -> all runs side by side -> hour after hour
 */

import { commandLimits } from '../../shared/base/command-limits.js';
import { hourOf } from '../../shared/base/time.js';
import { groupId } from '../../shared/model/group-id.js';
import type { Fact, ForbiddenFact, GroupKey } from '../../shared/model/index.js';
import type { FactStore } from '../../shared/ports/index.js';
import { compactString } from './compact-string.js';
import { type TemporaryFile, temporaryFile } from './temporary-file.js';

/** In the order in which they were put; the same fact may occur several times. */
export interface CountedHour {
  /** Hours since the epoch. */
  readonly hour: number;
  readonly facts: readonly Fact[];
  readonly forbidden: readonly ForbiddenFact[];
}

export interface CountedHours {
  readonly facts: FactStore;
  /** The index of the group, from 0, in the order in which groups were first counted. */
  readonly rankOf: (group: GroupKey) => number;
  /** Hours with facts, the earliest first. Called once, after everything was put. */
  readonly hours: () => Iterable<CountedHour>;
  /** Characters in memory, and bytes in the file. */
  readonly size: () => { readonly held: number; readonly spilled: number };
  readonly close: () => void;
}

/** A fact with the index of its group instead of the group, or one of the other 403s. */
type FactLine = (Omit<Fact, 'group'> & { readonly group: number }) | ForbiddenFact;

interface HeldLine {
  readonly hour: number;
  /** The hour, a space, and a `Line` as JSON. */
  readonly text: string;
}

interface Run {
  readonly from: number;
  readonly to: number;
}

/** @param heldCharsMax the characters that are held before they are written to the file */
export function createCountedHours(heldCharsMax: number = commandLimits.replayHeldCharsMax): CountedHours {
  const ranks = new Map<string, number>();
  const groups: GroupKey[] = [];
  const runs: Run[] = [];
  let held: HeldLine[] = [];
  let heldChars = 0;
  const file = temporaryFile();

  const rankOf = (group: GroupKey): number => {
    const id = groupId(group);
    const known = ranks.get(id);
    if (known !== undefined) return known;
    ranks.set(id, groups.length);
    return groups.push(group) - 1;
  };
  const hold = (minute: number, line: FactLine): void => {
    const hour = hourOf(minute);
    const text = compactString(`${hour} ${JSON.stringify(line)}`);
    held.push({ hour, text });
    heldChars += text.length;
  };
  const spill = (): void => {
    const from = runs.at(-1)?.to ?? 0;
    const bytes = Buffer.from(
      byHour(held)
        .map(({ text }) => `${text}\n`)
        .join(''),
    );
    file.write(bytes, from);
    runs.push({ from, to: from + bytes.length });
    held = [];
    heldChars = 0;
  };

  return {
    facts: {
      put: async (facts, forbidden) => {
        for (const fact of facts) hold(fact.minute, { ...fact, group: rankOf(fact.group) });
        for (const fact of forbidden) hold(fact.minute, fact);
        if (heldChars > heldCharsMax) spill();
      },
      window: refuse,
      forbidden: refuse,
    },
    rankOf,
    hours: function* () {
      const sources = [...runs.map((run) => linesOf(file, run, chunkBytes(runs.length))), byHour(held)].map(begin);
      for (;;) {
        const hour = sources.reduce(
          (first, { next }) => Math.min(first, next?.hour ?? first),
          Number.POSITIVE_INFINITY,
        );
        if (hour === Number.POSITIVE_INFINITY) return;
        yield gather(hour, sources, groups);
      }
    },
    size: () => ({ held: heldChars, spilled: runs.at(-1)?.to ?? 0 }),
    close: file.close,
  };
}

/** Nothing reads counts during counting. */
async function refuse(): Promise<never> {
  throw new Error('counts are read when all are there, hour by hour');
}

const byHour = (held: readonly HeldLine[]): HeldLine[] => [...held].sort((a, b) => a.hour - b.hour);

/** All runs are read in parallel, so the chunk of each is smaller the more there are. */
const chunkBytes = (runs: number): number =>
  Math.max(commandLimits.replayReadBytesMin, Math.floor(commandLimits.replayHeldCharsMax / Math.max(1, runs)));

interface RunSource {
  next: HeldLine | null;
  readonly rest: Iterator<HeldLine>;
}

function begin(lines: Iterable<HeldLine>): RunSource {
  const source: RunSource = { next: null, rest: lines[Symbol.iterator]() };
  advance(source);
  return source;
}

function advance(source: RunSource): void {
  const { done, value } = source.rest.next();
  source.next = done === true ? null : value;
}

/** Sources are in the order in which they were put, and so are the lines of an hour in each source. */
function gather(hour: number, sources: readonly RunSource[], groups: readonly GroupKey[]): CountedHour {
  const facts: Fact[] = [];
  const forbidden: ForbiddenFact[] = [];
  for (const source of sources) {
    for (; source.next?.hour === hour; advance(source)) {
      const line: FactLine = JSON.parse(source.next.text.slice(String(hour).length + 1));
      if ('cause' in line) forbidden.push(line);
      else facts.push({ ...line, group: groupAt(groups, line.group) });
    }
  }
  return { hour, facts, forbidden };
}

function groupAt(groups: readonly GroupKey[], rank: number): GroupKey {
  const group = groups[rank];
  if (group === undefined) throw new Error(`a fact of group ${rank}, of which there are ${groups.length}`);
  return group;
}

const NEWLINE = 10;

function* linesOf(file: TemporaryFile, { from, to }: Run, chunk: number): Generator<HeldLine> {
  let rest = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const read = file.read(at, Math.min(chunk, to - at));
    if (read.length === 0) throw new Error('the temporary file ends too early');
    at += read.length;
    const bytes = Buffer.concat([rest, read]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const text = bytes.toString('utf8', start, end);
      yield { hour: Number.parseInt(text, 10), text };
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}
