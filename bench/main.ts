/**
 * `npm run bench`: every benchmark in turn, each in a process of its own, and `docs/performance.md` from what they print.
 * With `--quick` each runs in its short form, which shows that it works and says nothing of speed; nothing is written then.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const isQuick = process.argv.includes('--quick');

/** In the order of the page. */
const BENCHMARKS = [
  'throughput/main.ts',
  'state.ts',
  'storm.ts',
  'cold-start.ts',
  'memory/main.ts',
  'replay.ts',
  'diagnose.ts',
];

/** @returns the section that the benchmark prints */
async function run(file: string): Promise<string> {
  const args = ['--import', 'tsx', `bench/${file}`, '--markdown', ...(isQuick ? ['--quick'] : [])];
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

const sections: string[] = [];
for (const file of BENCHMARKS) {
  process.stderr.write(`${file} …\n`);
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
