/**
 * API Gateway: two logs, whose halves of a request are joined. Its readers and patterns stand in `shared/logs`, its sentences
 * in `shared/model/reasons.ts`.
 */

import { accessLogPattern, EXECUTION_LOG_PATTERN } from '../../logs/filter-patterns.js';
import { readBatch } from '../../logs/read-batch.js';
import type { Door } from '../door.js';

export const apiGateway: Door = {
  id: 'api-gateway',
  name: 'API Gateway',
  codes: {},
  logs: [
    { type: 'EXECUTION_LOGS', filterPattern: () => EXECUTION_LOG_PATTERN },
    { type: 'ACCESS_LOGS', filterPattern: (formats = []) => accessLogPattern(formats) },
  ],
  // It also says of text that is no record of any door why it cannot be read.
  mayHold: () => true,
  read: async (batch, { domains, byAccount, formats }) => ({
    parsed: await readBatch(batch, domains, byAccount, formats),
    declined: [],
  }),
};
