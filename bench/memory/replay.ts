/** A replay of standard input, forked by `bench/memory/main.ts`; tells its parent what it counted and its peak memory. */

import { performance } from 'node:perf_hooks';
import { replay } from '../../cli/replay/replay.js';
import { parseConfig } from '../../shared/config/settings.js';
import { peakKib } from '../support/peak-memory.mjs';

const config = parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/mtls' } }, 'the benchmark');
const started = performance.now();
const { summary, problems } = await replay(['-'], config);
if (problems.length > 0) throw new Error(problems.map(({ detail }) => detail).join('\n'));
const seconds = (performance.now() - started) / 1000;
const { events, failures } = summary;
process.send?.({ peakKib: peakKib(), seconds, events, failures }, () => process.exit(0));
