/**
 * `npm run mutate`: draws a sample of small changes to `shared/`, makes each in a copy of the tree, runs the test files that come
 * by it, and tells which changes no test noticed. Exits 1 where under 85 % of a sample are noticed. See docs/mutation.md.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { draw, mutate, type Point, pointsOf } from './points.js';
import { type Reach, reaches } from './reach.js';
import { type Fate, type Result, summary } from './summary.js';
import { openWorkshop, root, type Workshop } from './workshop.js';

const USAGE = `usage: mutate [--sample N] [--seed N]... [--in PATH] [--seconds N] [--workers N] [--again]
  --sample   how many changes each seed draws (160)
  --seed     which; may be given several times (1)
  --in       only files whose path begins so (shared/)
  --seconds  of tests for one change, as they took without it; the nearest and fastest run first (60)
  --workers  how many changes are tried side by side (2)
  --again    try those again that survived before`;

const options = {
  sample: { type: 'string', default: '160' },
  seed: { type: 'string', multiple: true, default: ['1'] },
  in: { type: 'string', default: 'shared/' },
  seconds: { type: 'string', default: '60' },
  workers: { type: 'string', default: '2' },
  again: { type: 'boolean', default: false },
} as const;

const { values } = parseArgs({ options: { ...options, seed: { ...options.seed, default: ['1'] } } });
const [sample = 0, seconds = 0, workers = 0, ...seeds] = [
  values.sample,
  values.seconds,
  values.workers,
  ...values.seed,
].map(Number);
if (![sample, seconds, workers, ...seeds].every((n) => Number.isSafeInteger(n) && n > 0)) {
  console.error(`${USAGE}\nEach N is a whole number from 1.`);
  process.exit(2);
}

/** Results stay here, so that a run that was stopped goes on where it was. */
const folder = join(root, 'out', 'mutation');
const path = join(folder, 'results.json');
const known: Record<string, Result> = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const texts = sources();
const digests = new Map([...texts].map(([file, text]) => [file, createHash('sha256').update(text).digest('hex')]));
const all = await pointsOf(texts);
const samples = seeds.map((seed) => ({ seed, points: draw(all, sample, seed) }));
const open = [...new Set(samples.flatMap(({ points }) => points))].filter((point) => {
  const fate = resultOf(point)?.fate;
  return fate === undefined || (values.again && (fate === 'survived' || fate === 'not reached'));
});
if (open.length > 0) await tryAll(open);
const summaries = samples.map(({ seed, points }) => summary(seed, points, resultOf));
console.log(summaries.map(({ lines }) => lines.join('\n')).join('\n\n'));
process.exit(summaries.every(({ isEnough }) => isEnough) ? 0 : 1);

function sources(): Map<string, string> {
  const files = readdirSync(join(root, 'shared'), { recursive: true, encoding: 'utf8' });
  const named = files.map((file) => `shared/${file.replaceAll('\\', '/')}`).sort();
  const chosen = named.filter((file) => file.endsWith('.ts') && file.startsWith(values.in));
  return new Map(chosen.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

/** What is known of a point, unless its file is another since. */
function resultOf({ key, file }: Point): Result | undefined {
  const result = known[key];
  return result?.digest === digests.get(file) ? result : undefined;
}

async function tryAll(open: readonly Point[]): Promise<void> {
  const workshops = Array.from({ length: workers }, () => openWorkshop());
  const closeAll = (): void => {
    for (const workshop of workshops) workshop.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      closeAll();
      process.exit(130);
    });
  }
  try {
    const [first] = workshops as [Workshop];
    mkdirSync(folder, { recursive: true });
    const reach = join(folder, 'reach.json');
    // New tests may come by what survived before.
    if (values.again) rmSync(reach, { force: true });
    const reachOf = await reaches(first, open, texts, seconds, reach);
    const waiting = [...open.entries()];
    const work = async (workshop: Workshop): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const [index, point] = next;
        const result = await tryOut(workshop, point, reachOf.get(point.key));
        known[point.key] = result;
        writeFileSync(path, JSON.stringify(known, null, 1));
        console.log(`${index + 1}/${open.length} ${result.fate}: ${point.key}`);
      }
    };
    await Promise.all(workshops.map(work));
  } finally {
    closeAll();
  }
}

async function tryOut(workshop: Workshop, point: Point, reach: Reach | undefined): Promise<Result> {
  const text = texts.get(point.file) ?? '';
  const result = (fate: Fate, by: string | null = null): Result => ({
    fate,
    by,
    digest: digests.get(point.file) ?? '',
  });
  if (reach === undefined || reach.tests.length === 0) return result('not reached');
  const change = { file: point.file, text: mutate(point, text) };
  // Far above what they took before: others may keep the machine busy.
  const answer = await workshop.run(reach.tests, change, 60_000 + 6 * reach.milliseconds);
  if (answer === null) return result('timeout');
  return result(answer.failed === null ? 'survived' : 'killed', answer.failed);
}
