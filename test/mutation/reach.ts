/** Which test files come by which point: one run of all of them, on files with counters. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { folderOf, type Point, withCounters } from './points.js';
import type { Workshop } from './workshop.js';

export interface Reach {
  readonly tests: readonly string[];
  /** What they took together. */
  readonly milliseconds: number;
}

interface Hit {
  readonly test: string;
  readonly run: readonly string[];
  readonly loaded: readonly string[];
}

/**
 * The test files that come by each point, the nearest and fastest first, as many as take the seconds given. What a module does
 * when it is loaded belongs to every test file that loads it.
 * @param file keeps them for a run that goes on later
 */
export async function reaches(
  workshop: Workshop,
  points: readonly Point[],
  texts: ReadonlyMap<string, string>,
  seconds: number,
  file: string,
): Promise<Map<string, Reach>> {
  const kept: Record<string, Reach> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  if (points.every(({ key }) => kept[key] !== undefined)) return new Map(Object.entries(kept));
  const hits = join(workshop.folder, 'hits.jsonl');
  const written = (): string[] => (existsSync(hits) ? readFileSync(hits, 'utf8').trim().split('\n') : []);
  console.log(`${points.length} changes; first all tests run once, to see which come by which`);
  const progress = setInterval(() => console.log(`${written().length} test files`), 20_000);
  const { files, keys } = await withCounters(points, texts);
  const { files: ran } = await workshop.count(files, hits).finally(() => clearInterval(progress));
  const failed = ran.filter(({ isPassed }) => !isPassed).map(({ test }) => test);
  if (failed.length > 0) console.log(`left out, since they fail on counted files: ${failed.join(', ')}`);
  const milliseconds = new Map(ran.flatMap((one) => (one.isPassed ? [[one.test, one.milliseconds] as const] : [])));

  const testsOf = new Map<string, Set<string>>();
  const loaded = new Set<string>();
  for (const line of written()) {
    const hit = JSON.parse(line) as Hit;
    for (const id of hit.loaded) loaded.add(keys.get(id) ?? '');
    for (const key of hit.run.map((id) => keys.get(id) ?? '')) {
      testsOf.set(key, (testsOf.get(key) ?? new Set()).add(relative(workshop.folder, hit.test)));
    }
  }
  const found = new Map<string, Reach>();
  for (const { key, file: of } of points) {
    const tests = new Set([...(testsOf.get(key) ?? []), ...(loaded.has(key) ? await workshop.importersOf(of) : [])]);
    found.set(key, nearest(tests, of, milliseconds, seconds * 1000));
  }
  writeFileSync(file, JSON.stringify({ ...kept, ...Object.fromEntries(found) }, null, 1));
  return found;
}

function nearest(tests: Iterable<string>, file: string, took: ReadonlyMap<string, number>, most: number): Reach {
  const folder = `test/${folderOf(file).slice('shared/'.length)}/`;
  const rank = (test: string): number => (test.startsWith(folder) ? 0 : most) + (took.get(test) ?? 0);
  const chosen: string[] = [];
  let milliseconds = 0;
  for (const test of [...tests].filter((one) => took.has(one)).sort((a, b) => rank(a) - rank(b))) {
    if (chosen.length > 0 && milliseconds > most) break;
    chosen.push(test);
    milliseconds += took.get(test) ?? 0;
  }
  return { tests: chosen, milliseconds };
}
