/** Called by CloudWatch Logs with a batch of log lines, or by a Kinesis stream with several. */

import { wire } from '../wiring/wiring.js';
import { createIngest } from './ingest.js';

export const handler = createIngest(wire(process.env));
