/** What `shared/discovery/checks/account.ts` says of what is set once for an account. */

import { expect } from 'vitest';
import { breaking } from '../../support/checks.js';

breaking([
  [
    'no domain and no other front door',
    ({ found }) => {
      found.domains = [];
      found.doors = [];
    },
    ['wrong domains of account 123456789012, eu-west-1: none'],
  ],
  [
    'no domain, but a load balancer that verifies',
    ({ found }) => {
      found.domains = [];
    },
    [],
  ],
  [
    'no role to write logs with',
    ({ found }) => {
      found.gatewayLoggingRoleArn = '';
    },
    ['wrong gateway-logging-role of account 123456789012, eu-west-1: none is set'],
    [
      expect.stringMatching(/^aws iam create-role .*--role-name api-gateway-logs /),
      expect.stringMatching(/^aws iam attach-role-policy .*AmazonAPIGatewayPushToCloudWatchLogs$/),
      expect.stringMatching(/^aws apigateway update-account .*arn:aws:iam::123456789012:role\/api-gateway-logs/),
    ],
  ],
  [
    'an account whose settings cannot be read',
    ({ found }) => {
      found.gatewayLoggingRoleArn = null;
    },
    ['unknown gateway-logging-role of account 123456789012, eu-west-1: could not be read'],
  ],
]);
