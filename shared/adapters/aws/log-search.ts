/**
 * Searches log groups with FilterLogEvents and follows them with StartLiveTail. Needs `logs:DescribeLogGroups`,
 * `logs:FilterLogEvents` and, to follow, `logs:StartLiveTail`.
 */

import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  StartLiveTailCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { MtlsWatchError } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { LogSearch } from '../../ports/log-search.js';
import { reasonOf } from './discovery/reader.js';

export function logsClient(): CloudWatchLogsClient {
  const isElsewhere = Object.keys(process.env).some((name) => /^AWS_ENDPOINT_URL(_CLOUDWATCH_LOGS)?$/.test(name));
  return new CloudWatchLogsClient({
    maxAttempts: limits.discoveryAttemptsMax,
    retryMode: 'adaptive',
    // The SDK adds a host prefix for Live Tail, which a custom endpoint does not have.
    disableHostPrefix: isElsewhere,
  });
}

export function createLogSearch(logs: Pick<CloudWatchLogsClient, 'send'>): LogSearch {
  return {
    async group(name) {
      const { logGroups = [] } = await answered(`the log group ${name}`, () =>
        logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50 })),
      );
      const found = logGroups.find(({ logGroupName }) => logGroupName === name);
      if (found === undefined) return null;
      const { arn = '', logGroupClass = 'STANDARD', storedBytes = null } = found;
      return { name, arn: arn.replace(/:\*$/, ''), logClass: logGroupClass, storedBytes };
    },
    async page({ logGroup, pattern, from, to, limit }, token) {
      const { events = [], nextToken = null } = await answered(`the log group ${logGroup}`, () =>
        logs.send(
          new FilterLogEventsCommand({
            logGroupName: logGroup,
            startTime: from,
            // The end time of CloudWatch Logs is inclusive.
            endTime: to - 1,
            ...(pattern !== null && { filterPattern: pattern }),
            ...(token !== null && { nextToken: token }),
            ...(limit !== undefined && { limit }),
          }),
        ),
      );
      return {
        events: events.map(({ eventId = null, logStreamName = '', timestamp = from, message = '' }) => ({
          logGroup,
          logStream: logStreamName,
          id: eventId,
          timestamp,
          message,
        })),
        next: nextToken,
      };
    },
    async *tail(groups, pattern, stop) {
      const nameOf = new Map(groups.map(({ arn, name }) => [arn, name]));
      const { responseStream } = await answered('Live Tail', () =>
        logs.send(
          new StartLiveTailCommand({
            logGroupIdentifiers: groups.map(({ arn }) => arn),
            logEventFilterPattern: pattern,
          }),
          { abortSignal: stop },
        ),
      );
      if (responseStream === undefined) throw unavailable('Live Tail', new Error('the answer holds no stream'));
      for await (const { sessionUpdate } of responseStream) {
        const results = sessionUpdate?.sessionResults ?? [];
        yield results.map(({ logGroupIdentifier = '', logStreamName = '', timestamp = 0, message = '' }) => ({
          logGroup: groupNameOf(logGroupIdentifier, nameOf),
          logStream: logStreamName,
          id: null,
          timestamp,
          message,
        }));
      }
    },
  };
}

/** Live Tail names groups as `123456789012:NAME`. */
function groupNameOf(identifier: string, nameOf: ReadonlyMap<string, string>): string {
  return nameOf.get(identifier) ?? identifier.replace(/^\d{12}:/, '');
}

async function answered<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unavailable(what, error);
  }
}

function unavailable(what: string, cause: unknown): MtlsWatchError {
  return new MtlsWatchError('logs-unavailable', `${what}: ${reasonOf(cause)}`, { cause, retryable: true });
}
