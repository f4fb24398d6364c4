/** What a sample showed, in lines. Pure. */

import { folderOf, type Point } from './points.js';

export type Fate = 'killed' | 'survived' | 'timeout' | 'not reached';

export interface Result {
  readonly fate: Fate;
  /** The test that failed first. */
  readonly by: string | null;
  /** Of the file that was changed. */
  readonly digest: string;
}

const KILLED_MIN = 0.85;

/** The figures by folder, and each survivor with its place and change. A change that makes tests hang is noticed, too. */
export function summary(seed: number, points: readonly Point[], resultOf: (point: Point) => Result | undefined) {
  const fates = points.map((point) => ({ ...point, fate: resultOf(point)?.fate ?? 'not reached' }));
  const isKilled = ({ fate }: { fate: Fate }): boolean => fate === 'killed' || fate === 'timeout';
  const killed = fates.filter(isKilled).length;
  const isEnough = killed >= KILLED_MIN * fates.length;
  const row = (name: string, of: typeof fates): string => {
    const [hung, dead] = [of.filter(({ fate }) => fate === 'timeout'), of.filter(isKilled)];
    return name.padEnd(22) + [of.length, dead.length, hung.length].map((n) => String(n).padStart(9)).join('');
  };
  const folders = [...new Set(fates.map(({ file }) => folderOf(file)))];
  const survivors = fates.filter((one) => !isKilled(one));
  const lines = [
    `seed ${seed}              changes   killed  by time`,
    ...folders.map((folder) =>
      row(
        folder,
        fates.filter(({ file }) => folderOf(file) === folder),
      ),
    ),
    row('together', fates),
    '',
    ...survivors.flatMap(({ file, line, mutator, from, to, fate }) => [
      `${file}:${line} ${mutator}: ${fate}`,
      `  ${short(from)}`,
      `  ${short(to)}`,
    ]),
    `seed ${seed}: ${killed} of ${fates.length} killed, ${((100 * killed) / fates.length).toFixed(1)} %; at least ${100 * KILLED_MIN} % are expected`,
  ];
  return { lines, isEnough };
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 140 ? `${line.slice(0, 139)}…` : line;
}
