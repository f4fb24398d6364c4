/**
 * What Lambda does with a new container: load the handler, hand it the first event. Prints the milliseconds from the start
 * of the process until the handler is loaded and until it has answered, and the processor's time, which a busy machine
 * stretches less.
 *
 *     node cold-start-child.mjs HANDLER.mjs EVENT.json
 */

import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , handlerFile, eventFile] = process.argv;
const event = JSON.parse(readFileSync(eventFile, 'utf8'));
const { handler } = await import(pathToFileURL(handlerFile).href);
const loaded = performance.now();
await handler(event);
const answered = performance.now();
const { user, system } = process.cpuUsage();
process.stderr.write(`\n${JSON.stringify({ loaded, answered, cpu: (user + system) / 1000 })}\n`);
process.exit(0);
