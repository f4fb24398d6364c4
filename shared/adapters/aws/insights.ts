/**
 * Runs queries of CloudWatch Logs Insights, with bounds on time, rows and parallel queries. The time range bounds the
 * data that a query scans, and so its cost. A query that takes too long is stopped.
 */

import { setTimeout as wait } from 'node:timers/promises';
import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';

export interface InsightsAnswer {
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Whether there may be more rows than were requested. */
  readonly isCut: boolean;
}

export interface Insights {
  /**
   * @param from milliseconds since the epoch; `to` is exclusive
   * @param rowsMax default: `limits.insightsRowsMax`
   * @throws MtlsWatchError `insights-unavailable`
   */
  query(logGroup: string, query: string, from: number, to: number, rowsMax?: number): Promise<InsightsAnswer>;
}

type Sleep = (ms: number) => Promise<unknown>;

/** @param waitMsMax after which a query is given up */
export function createInsights(
  client: Pick<CloudWatchLogsClient, 'send'>,
  sleep: Sleep = wait,
  waitMsMax: number = limits.insightsWaitMsMax,
): Insights {
  const ask: Insights['query'] = async (logGroup, query, from, to, rowsMax = limits.insightsRowsMax) => {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName: logGroup,
        queryString: query,
        startTime: Math.floor(from / 1000),
        endTime: Math.ceil(to / 1000) - 1,
        limit: rowsMax,
      }),
    );
    for (let waited = 0; waited < waitMsMax; waited += limits.insightsPollMs) {
      await sleep(limits.insightsPollMs);
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === 'Complete') {
        const rows = results.map((row) => Object.fromEntries(row.map(({ field = '', value = '' }) => [field, value])));
        return { rows, isCut: rows.length >= rowsMax };
      }
      if (status !== 'Scheduled' && status !== 'Running' && status !== 'Unknown') {
        throw new Error(`the query ended as ${status}`);
      }
    }
    await client.send(new StopQueryCommand({ queryId }));
    throw new Error(`the query took more than ${waitMsMax / 1000} seconds and was stopped`);
  };
  return {
    query: async (...asked) => {
      try {
        return await ask(...asked);
      } catch (error) {
        throw new MtlsWatchError('insights-unavailable', `CloudWatch Logs Insights: ${messageOf(error)}`, {
          cause: error,
          retryable: true,
        });
      }
    },
  };
}
