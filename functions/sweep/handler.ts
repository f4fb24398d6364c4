/** Called every minute by the scheduler, whose event says nothing that is needed. */

import { wire } from '../wiring/wiring.js';
import { createSweep } from './sweep.js';

export const handler = createSweep(wire(process.env));
