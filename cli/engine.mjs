/**
 * What V8 is told before any code is loaded. Plain JavaScript, because in a checkout it runs before anything is compiled. Code that V8
 * compiled is kept under its settings, so that those come first.
 */

import nodeModule from 'node:module';
import { setFlagsFromString } from 'node:v8';

// V8 lets the heap grow to four times what is in use before it collects, which costs a long replay a hundred megabytes and saves it
// no time. And the V8 of Node 20 optimises what ran for some milliseconds: on another thread, but in runs of seconds that takes a
// third of all processor time, and hardly any code comes to use it. A flag that a version does not know is an error message.
const v8Version = Number.parseInt(process.versions.v8, 10);
if (v8Version >= 11 && v8Version <= 13) setFlagsFromString('--heap-growing-percent=150');
if (v8Version === 11) setFlagsFromString('--interrupt-budget=500000');

// Node from 22.8 on keeps compiled code between runs.
nodeModule.enableCompileCache?.();
