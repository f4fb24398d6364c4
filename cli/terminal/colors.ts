/** Colours on a terminal, none when piped, in CI or not. `NO_COLOR` and `FORCE_COLOR` have the last word. */

import { createColors } from 'picocolors';

const { NO_COLOR, FORCE_COLOR } = process.env;

export const pc = createColors(NO_COLOR ? false : FORCE_COLOR ? true : process.stdout.isTTY === true);
