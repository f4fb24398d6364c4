/** What can be changed in a file, as Stryker's mutators see it, and which of it a seed draws. Pure, except that parsing is asynchronous. */

import { createHash } from 'node:crypto';
import { Instrumenter, type InstrumenterOptions, type InstrumentResult } from '@stryker-mutator/instrumenter';

type Mutant = InstrumentResult['mutants'][number];
type Logger = ConstructorParameters<typeof Instrumenter>[0];

/** One change of one place. */
export interface Point {
  /** `file:line:column-line:column mutator → replacement`: the same place and change have the same key in every run. */
  readonly key: string;
  /** From the root of the tree, with slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly mutator: string;
  /** What stands there, and what the mutant has in its place. */
  readonly from: string;
  readonly to: string;
  /** As Stryker counts: lines and columns from 0. */
  readonly location: Mutant['location'];
}

const silent = new Proxy({}, { get: (_, name) => () => !String(name).startsWith('is') && undefined }) as Logger;
const options: InstrumenterOptions = { plugins: null, excludedMutations: [], ignorers: [] };

/** Those replace an operator: what stands around them must not take it apart. */
const OPERATORS = new Set(['ArithmeticOperator', 'EqualityOperator', 'LogicalOperator']);

/** Every point of the files, in their order. Throws where a file does not parse. */
export async function pointsOf(texts: ReadonlyMap<string, string>): Promise<Point[]> {
  const files = [...texts].map(([name, content]) => ({ name, content, mutate: true as const }));
  const { mutants } = await new Instrumenter(silent).instrument(files, options);
  const starts = new Map([...texts].map(([file, text]) => [file, lineStarts(text)]));
  return mutants.map((mutant) => {
    const { fileName, location, mutatorName, replacement } = mutant;
    const [start, end] = span(location, starts.get(fileName) ?? []);
    return {
      key: keyOf(mutant),
      file: fileName,
      line: location.start.line + 1,
      mutator: mutatorName,
      from: texts.get(fileName)?.slice(start, end) ?? '',
      to: replacement,
      location,
    };
  });
}

/** The text of the point's file with the change made. */
export function mutate({ location, mutator, to }: Point, text: string): string {
  const [start, end] = span(location, lineStarts(text));
  return text.slice(0, start) + (OPERATORS.has(mutator) ? `(${to})` : to) + text.slice(end);
}

function keyOf({ fileName, location: { start, end }, mutatorName, replacement }: Mutant): string {
  const place = `${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1}`;
  return `${fileName}:${place} ${mutatorName} → ${replacement}`;
}

function span({ start, end }: Mutant['location'], starts: readonly number[]): [start: number, end: number] {
  return [(starts[start.line] ?? 0) + start.column, (starts[end.line] ?? 0) + end.column];
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
}

/**
 * The files with a counter at each of these points, and which of the counters' numbers belongs to which point. Points inside
 * of a drawn one get counters too, which nobody asks for.
 */
export async function withCounters(points: readonly Point[], texts: ReadonlyMap<string, string>) {
  const files = [...new Set(points.map(({ file }) => file))].map((name) => ({
    name,
    content: texts.get(name) ?? '',
    mutate: points.filter(({ file }) => file === name).map(({ location }) => location),
  }));
  const result = await new Instrumenter(silent).instrument(files, options);
  return { files: result.files, keys: new Map(result.mutants.map((mutant) => [mutant.id, keyOf(mutant)])) };
}

/** `shared/logs/json.ts` is of the folder `shared/logs`, everything below it too. */
export function folderOf(file: string): string {
  return file.split('/').slice(0, 2).join('/');
}

/**
 * Draws `count` points: two of every folder that has them, and the others from wherever the seed says. A file that changes changes
 * what is drawn of it, and nothing else.
 */
export function draw(points: readonly Point[], count: number, seed: number): Point[] {
  const rank = ({ key }: Point): string => createHash('sha256').update(`${seed} ${key}`).digest('hex');
  const ranked = points.map((point) => [rank(point), point] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  const ofFolder = new Map<string, number>();
  const isFirst = ({ file }: Point): boolean => {
    const before = ofFolder.get(folderOf(file)) ?? 0;
    ofFolder.set(folderOf(file), before + 1);
    return before < 2;
  };
  const shuffled = ranked.map(([, point]) => point);
  const first = new Set(shuffled.filter(isFirst));
  return [...first, ...shuffled.filter((point) => !first.has(point))]
    .slice(0, count)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
