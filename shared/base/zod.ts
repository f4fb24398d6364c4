/**
 * zod for what a function loads before its first event: the small build, whose functions come one by one, so that those
 * nobody calls stay out of the bundle. It brings no texts, and messages must say what was expected: these are the English ones.
 */

import { en } from 'zod/locales';
import { config } from 'zod/mini';

config(en());

export * from 'zod/mini';
export { _default as withDefault } from 'zod/mini';
