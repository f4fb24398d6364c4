/**
 * `npm run bench`: every benchmark in turn, each in a process of its own, and `docs/performance.md` from what they print.
 * With `--quick` each runs in its short form, which shows that it works and says nothing of speed; nothing is written then.
 * `npm run bench -- NAME …` runs the one of that name, with the options that follow.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isQuick = process.argv.includes('--quick');

/** In the order of the page; the last two have their own pages. */
const BENCHMARKS = {
  throughput: 'throughput/main.ts',
  state: 'state.ts',
  storm: 'storm.ts',
  'cold-start': 'cold-start.ts',
  memory: 'memory/main.ts',
  replay: 'replay/main.ts',
  diagnose: 'diagnose.ts',
  detect: 'detect/main.ts',
  report: 'report.ts',
} as const;
const APART: readonly string[] = ['detect', 'report'];

/** @returns the section that the benchmark prints */
async function run(file: string): Promise<string> {
  // Totals are exact however the log is cut, and that is what the page shows.
  const how = isQuick ? ['--quick'] : file === BENCHMARKS.storm ? ['--recut'] : [];
  const args = ['--import', 'tsx', `bench/${file}`, '--markdown', ...how];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  let section = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    section += text;
    process.stdout.write(text);
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`bench/${file} ended with ${code}`);
  return section.trim();
}

/** @returns the exit code of the one benchmark */
async function runAlone(name: string, options: readonly string[]): Promise<number> {
  const file = Object.entries(BENCHMARKS).find(([known]) => known === name)?.[1];
  if (file === undefined) {
    console.error(`there is no benchmark ${name}; expected one of ${Object.keys(BENCHMARKS).join(', ')}`);
    return 2;
  }
  const child = spawn(process.execPath, ['--import', 'tsx', `bench/${file}`, ...options], {
    cwd: root,
    stdio: 'inherit',
  });
  const [code] = await once(child, 'close');
  return code ?? 1;
}

async function runAll(): Promise<void> {
  const sections: string[] = [];
  for (const [name, file] of Object.entries(BENCHMARKS)) {
    if (APART.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    sections.push(await run(file));
  }

  if (!isQuick) {
    const page = `# Performance

What the benchmarks of \`npm run bench\` measured, one after the other, on Node ${process.version} and ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}. Machines differ and are
noisy: contenders take turns in one process, figures are medians, and what counts are the ratios and the counts.
[Cost](cost.md) follows from them.

${sections.join('\n\n').replace(/\n{3,}/g, '\n\n')}
`;
    writeFileSync(`${root}docs/performance.md`, page);
  }
}

const [name, ...options] = process.argv.slice(2);
if (name === undefined || name.startsWith('-')) await runAll();
else process.exitCode = await runAlone(name, options);
