/**
 * The account's log groups and their subscription filters. Looking needs `logs:DescribeLogGroups`,
 * `logs:DescribeLogStreams` and `logs:DescribeSubscriptionFilters`; changing `logs:PutSubscriptionFilter` and
 * `logs:DeleteSubscriptionFilter`.
 */

import {
  type CloudWatchLogsClient,
  DeleteSubscriptionFilterCommand,
  DescribeLogGroupsCommand,
  LimitExceededException,
  PutSubscriptionFilterCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { LogGroups } from '../../ports/inventory.js';
import { isSubscribable, lookAtLogGroup } from './discovery/logs.js';
import { createReader } from './discovery/reader.js';

/**
 * CloudWatch Logs answers alike where the places of a log group are taken (five, two in some Regions) and where five of its filters,
 * metric filters included, have a regular expression. How many filters there are tells them apart.
 */
function noRoom(pattern: string, filters: number | null, error: Error): string {
  const isPlaces = !pattern.startsWith('%') || (filters !== null && filters >= limits.filtersPerLogGroupSure);
  const why =
    filters === null
      ? 'its places for filters, or those for filters with a regular expression, are taken; remove one'
      : isPlaces
        ? `its places are taken by ${filters} filters, and this Region gives no more; remove one that is not ours`
        : 'five filters of it, metric filters included, have a regular expression; remove one of these';
  return `${why} (${messageOf(error)})`;
}

/**
 * All methods reject with `discovery-failed` if CloudWatch Logs refuses or does not answer.
 * @param roleArn that of filters towards a destination; none for those towards a function
 */
export function createLogGroups(logs: Pick<CloudWatchLogsClient, 'send'>, roleArn?: string): LogGroups {
  const countOf = async (name: string): Promise<number | null> =>
    (await lookAtLogGroup(name, logs, createReader()))?.filters?.length ?? null;
  return {
    look: async (name) => {
      const reader = createReader();
      const group = await lookAtLogGroup(name, logs, reader);
      if (group !== null) return group;
      throw refused(reader.unreadable.map(({ what, why }) => `${what} cannot be looked at: ${why}`).join('; '));
    },
    list: async function* () {
      let nextToken: string | undefined;
      do {
        const page = await logs.send(new DescribeLogGroupsCommand({ nextToken, limit: 50 })).catch((error: unknown) => {
          throw refused(`the log groups cannot be listed: ${messageOf(error)}`, error);
        });
        for (const { logGroupName = '', logGroupClass } of page.logGroups ?? []) {
          if (isSubscribable(logGroupClass)) yield logGroupName;
        }
        nextToken = page.nextToken;
      } while (nextToken !== undefined && nextToken !== '');
    },
    putFilter: async (logGroupName, { name, pattern, destinationArn }) => {
      const put = { logGroupName, filterName: name, filterPattern: pattern, destinationArn, roleArn };
      try {
        await logs.send(new PutSubscriptionFilterCommand(put));
        return null;
      } catch (error) {
        if (error instanceof LimitExceededException) return noRoom(pattern, await countOf(logGroupName), error);
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
