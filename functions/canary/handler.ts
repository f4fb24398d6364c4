/** Called every few minutes by the scheduler; the event is not used. */

import { createLog } from '../../shared/adapters/aws/log.js';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoClient, createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { createCanaryCertificate } from '../../shared/adapters/tls/canary-certificate.js';
import { callGateway } from '../../shared/adapters/tls/gateway-call.js';
import { variable } from '../wiring/variable.js';
import { configIn, meterIn } from '../wiring/wiring.js';
import { createCanary } from './canary.js';

export const handler = createCanary({
  canaries: configIn(process.env).canaries,
  clock: systemClock,
  probes: createDynamoStores(createDynamoClient(), variable(process.env, 'TABLE_NAME'), systemClock).probes,
  createCertificate: createCanaryCertificate,
  call: (call, client) => callGateway(call, client),
  meter: meterIn(process.env),
  log: createLog(process.stderr),
});
