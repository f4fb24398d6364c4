/**
 * The account's log groups and their subscription filters. Looking needs `logs:DescribeLogGroups`,
 * `logs:DescribeLogStreams` and `logs:DescribeSubscriptionFilters`; changing `logs:PutSubscriptionFilter` and
 * `logs:DeleteSubscriptionFilter`.
 */

import {
  type CloudWatchLogsClient,
  DeleteSubscriptionFilterCommand,
  LimitExceededException,
  PutSubscriptionFilterCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import type { LogGroups } from '../../ports/inventory.js';
import { lookAtLogGroup } from './discovery/logs.js';
import { createReader } from './discovery/reader.js';

/** All three methods reject with `discovery-failed` if CloudWatch Logs refuses or does not answer. */
export function createLogGroups(logs: Pick<CloudWatchLogsClient, 'send'>): LogGroups {
  return {
    look: async (name) => {
      const reader = createReader();
      const group = await lookAtLogGroup(name, logs, reader);
      if (group !== null) return group;
      throw refused(reader.unreadable.map(({ what, why }) => `${what} cannot be looked at: ${why}`).join('; '));
    },
    putFilter: async (logGroupName, { name, pattern, destinationArn }) => {
      const put = { logGroupName, filterName: name, filterPattern: pattern, destinationArn };
      try {
        await logs.send(new PutSubscriptionFilterCommand(put));
        return true;
      } catch (error) {
        if (error instanceof LimitExceededException) return false;
        throw refused(`the filter ${name} cannot be put on ${logGroupName}: ${messageOf(error)}`, error);
      }
    },
    removeFilter: async (logGroupName, filterName) => {
      try {
        await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName }));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return;
        throw refused(`the filter ${filterName} cannot be removed from ${logGroupName}: ${messageOf(error)}`, error);
      }
    },
  };
}

function refused(what: string, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('discovery-failed', what, { cause, retryable: true });
}
