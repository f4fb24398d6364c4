/** Checks of what is set once for an account and Region. */

import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, wrong } from '../check.js';
import { aws, partitionOf, replaceAt } from '../shell.js';
import type { Context } from './context.js';
import { logPolicies } from './log-policies.js';

const ROLE = 'api-gateway-logs';

export function accountChecks(context: Context): Check[] {
  const { found } = context;
  if (found.domains.length + found.doors.length === 0) return [noDomains(context)];
  const needsRole = found.domains.some(({ stages }) => stages.some(({ kind }) => kind === 'REST'));
  return [...(needsRole ? [gatewayLoggingRole(context)] : []), ...logPolicies(context)];
}

function noDomains({ found }: Context): Check {
  const subject: Subject = {
    id: 'domains',
    domain: null,
    about: `account ${found.accountId}, ${found.region}`,
    expected: 'a custom domain, distribution or load balancer with mutual TLS',
  };
  return wrong(
    subject,
    'none',
    'Look into the account and Region of your custom domains: set AWS_PROFILE and AWS_REGION.',
  );
}

/**
 * Without this role the gateway writes neither execution logs nor access logs of REST APIs, regardless of the settings
 * of their stages.
 */
function gatewayLoggingRole({ found }: Context): Check {
  const subject: Subject = {
    id: 'gateway-logging-role',
    domain: null,
    about: `account ${found.accountId}, ${found.region}`,
    expected: 'a role with which API Gateway may write logs',
  };
  const role = found.gatewayLoggingRoleArn;
  if (role === null) return unknown(subject, COULD_NOT_BE_READ, ALLOW_READING);
  if (role !== '') return ok(subject, role);
  const partition = partitionOf(found.region);
  return wrong(
    subject,
    'none is set',
    `Make a role that apigateway.amazonaws.com may assume, with the managed policy AmazonAPIGatewayPushToCloudWatchLogs, and set it for the account. A new role takes some seconds to be known: repeat the last command if it is refused.`,
    [
      aws('iam', 'create-role', found, {
        'role-name': ROLE,
        'assume-role-policy-document': {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' },
          ],
        },
      }),
      aws('iam', 'attach-role-policy', found, {
        'role-name': ROLE,
        'policy-arn': `arn:${partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`,
      }),
      aws('apigateway', 'update-account', found, {
        'patch-operations': [replaceAt('/cloudwatchRoleArn', `arn:${partition}:iam::${found.accountId}:role/${ROLE}`)],
      }),
    ],
  );
}
