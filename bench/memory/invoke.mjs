/**
 * A Lambda container in small, forked by `bench/memory/main.ts`: imports a bundled function, handles one event, and tells its
 * parent what memory it took at its height. Arguments: the bundle, the file of the event or `-` for none.
 */

import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { peakKib } from '../support/peak-memory.mjs';

const [bundle, file] = process.argv.slice(2);
const { handler } = await import(bundle);
const before = peakKib();
const started = performance.now();
if (file !== '-') await handler(JSON.parse(readFileSync(file, 'utf8')));
const ms = performance.now() - started;
process.send({ peakKib: peakKib(), idleKib: before, ms }, () => process.exit(0));
