/** Called every minute by the scheduler; its event names log groups in addition to those of the settings. */

import { once } from '../../shared/base/lazily.js';
import type { AskInsights } from '../../shared/calls/count-calls.js';
import { wire } from '../wiring/wiring.js';
import { createSweep } from './sweep.js';

/** The client is loaded where somebody is asked about, which is rare. */
const load = once(async () => (await import('./ask.js')).createAsk());

const ask: AskInsights = async (...what) => (await load())(...what);

export const handler = createSweep(wire(process.env), ask);
