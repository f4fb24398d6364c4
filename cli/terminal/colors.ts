/** Colours on a terminal, none in a pipe. `NO_COLOR` and `FORCE_COLOR` take precedence. */

import { createColors } from 'picocolors';

const { NO_COLOR, FORCE_COLOR } = process.env;

export const pc = createColors(NO_COLOR ? false : FORCE_COLOR ? true : process.stdout.isTTY === true);
