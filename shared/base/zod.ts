/**
 * zod for modules that a function loads before its first event: the small build, whose functions are imported one by
 * one, so that unused ones stay out of the bundle. It has no messages of its own; these are the English ones, because
 * messages must say what was expected.
 */

import { en } from 'zod/locales';
import { config } from 'zod/mini';

config(en());

export * from 'zod/mini';
export { _default as withDefault } from 'zod/mini';
