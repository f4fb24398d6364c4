/** Loaded before a program: prints its peak memory on standard error when it ends. */

import { peakKib } from '../support/peak-memory.mjs';

process.on('exit', () => process.stderr.write(`peak ${peakKib()} KiB\n`));
