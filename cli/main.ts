#!/usr/bin/env node
/** The command, as the package ships it. */
import './engine.mjs';

// What is imported above is loaded before the first line runs.
const { run } = await import('./command-line.js');
await run();
