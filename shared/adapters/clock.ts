/** The one place that reads the time of day. */

import type { Clock } from '../ports/index.js';

export const systemClock: Clock = { now: () => Date.now() };
