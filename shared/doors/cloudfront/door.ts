/** CloudFront distributions with viewer mutual TLS: one record for each connection. */

import { lazily } from '../../base/lazily.js';
import { CONNECTION_LOG_PATTERN } from '../../logs/filter-patterns.js';
import type { Door } from '../door.js';
import { mayBeConnectionText, mayHaveKey } from '../recognize.js';
import { CLOUDFRONT_CODES } from './codes.js';

const loadReader = lazily(() => import('../connection-reader.js'));
const loadLog = lazily(() => import('./log.js'));

const KEYS =
  /"(?:connection_?status|distribution_?(?:tenant_?)?id|tls_?sni|tls_?handshake_?duration|client_?leaf_?cert_?\w{1,20}|connection_?log_?custom_?data|connection_?id|client_?ip|client_?port|server_?ip|event_?timestamp|tls_?protocol|tls_?cipher)\\?"\s{0,8}:/i;

export const cloudFront: Door = {
  id: 'cloudfront',
  name: 'CloudFront',
  codes: CLOUDFRONT_CODES,
  logs: [{ type: 'CONNECTION_LOGS', filterPattern: () => CONNECTION_LOG_PATTERN }],
  mayHold: (message) => mayHaveKey(message, KEYS) || mayBeConnectionText(message),
  read: async (batch, settings) => {
    const [{ readConnections }, { cloudFrontLog }] = await Promise.all([loadReader(), loadLog()]);
    return readConnections(batch, settings, cloudFrontLog);
  },
};
