/** Called every minute by the scheduler; the event is not used. */

import { wire } from '../wiring/wiring.js';
import { createSweep } from './sweep.js';

export const handler = createSweep(wire(process.env));
