import { expect, it } from 'vitest';
import { observedConnection } from '../../shared/doors/connection-logs.js';
import {
  CLOUDFRONT_FIELDS,
  cloudFrontRecord,
  jsonRecord,
  LOAD_BALANCER_FIELDS,
  loadBalancerRecord,
} from '../support/connection-records.js';

const cloudFront = (changes: Record<string, string>, without: readonly string[] = []) => {
  const fields = CLOUDFRONT_FIELDS.filter((field) => !without.includes(field));
  return observedConnection(jsonRecord(cloudFrontRecord(1, changes), fields));
};

it('says nothing of a connection whose record does not tell what came of it', () => {
  expect(cloudFront({ connectionStatus: 'Failed:ClientCertExpired' })?.outcome).toBe('refused');
  expect(cloudFront({ connectionStatus: 'Failed:ClientCertExpired' }, ['connectionStatus'])).toBeNull();
  expect(cloudFront({ connectionStatus: 'what nobody knows' })).toBeNull();
  expect(observedConnection('{"tls_verify_status": 7}')).toBeNull();
});

it.each([
  ['Success', 'accepted'],
  ['Failed:ClientCertExpired', 'refused'],
  ['Failed:UnmappedConnectionError', 'failed'],
])('tells what came of a connection at a load balancer: %s is %s', (tls_verify_status, outcome) => {
  const record = jsonRecord(loadBalancerRecord(1, { tls_verify_status }), LOAD_BALANCER_FIELDS);
  expect(observedConnection(record)?.outcome).toBe(outcome);
});
