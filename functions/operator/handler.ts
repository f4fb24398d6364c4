/** Called by operators with `aws lambda invoke`; see `docs/alerts.md`. */

import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoClient, createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { variable } from '../wiring/variable.js';
import { createOperator } from './operator.js';

export const handler = createOperator({
  stores: createDynamoStores(createDynamoClient(), variable(process.env, 'TABLE_NAME'), systemClock),
  clock: systemClock,
  audit: (line) => process.stdout.write(`${JSON.stringify({ level: 'INFO', ...line })}\n`),
});
