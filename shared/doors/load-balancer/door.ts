/** Application Load Balancers that verify client certificates: one record for each connection. */

import { lazily } from '../../base/lazily.js';
import { CONNECTION_LOG_PATTERN } from '../../logs/filter-patterns.js';
import type { Door } from '../door.js';
import { mayBeConnectionText, mayHaveKey } from '../recognize.js';
import { LOAD_BALANCER_CODES } from './codes.js';

const loadReader = lazily(() => import('../connection-reader.js'));
const loadLog = lazily(() => import('./log.js'));

const KEYS =
  /"(?:tls_?verify_?status|conn(?:ection)?_?trace_?id|leaf_?client_?cert_?\w{1,20}|listener_?port|tls_?handshake_?latency|tls_?key_?exchange)\\?"\s{0,8}:/i;

export const loadBalancer: Door = {
  id: 'load-balancer',
  name: 'Load balancer',
  codes: LOAD_BALANCER_CODES,
  logs: [{ type: 'ALB_CONNECTION_LOGS', filterPattern: () => CONNECTION_LOG_PATTERN }],
  mayHold: (message) => mayHaveKey(message, KEYS) || mayBeConnectionText(message),
  read: async (batch, settings) => {
    const [{ readConnections }, { loadBalancerLog }] = await Promise.all([loadReader(), loadLog()]);
    return readConnections(batch, settings, loadBalancerLog);
  },
};
