/** Queries of Logs Insights: what is asked, what is answered, and when one is given up. */

import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { expect, it } from 'vitest';
import { createInsights } from '../../shared/adapters/aws/insights.js';
import { limits } from '../../shared/base/limits.js';

/** Answers with these states one after the other, the last of them for good; notes the commands. */
function scene(states: readonly string[], results?: readonly object[]) {
  const asked: [name: string, input: Record<string, unknown>][] = [];
  const slept: number[] = [];
  const send = async (command: { input: Record<string, unknown> }) => {
    asked.push([command.constructor.name, command.input]);
    if (command.constructor.name === 'StartQueryCommand') return { queryId: 'q' };
    const polls = asked.filter(([name]) => name === 'GetQueryResultsCommand').length;
    const status = states[Math.min(polls, states.length) - 1];
    return { status, ...(results && { results }) };
  };
  const client = { send } as unknown as Pick<CloudWatchLogsClient, 'send'>;
  const insights = createInsights(client, async (ms) => slept.push(ms));
  return { asked, slept, query: () => insights.query('/group', 'fields @message', 5_999, 12_001) };
}

it('asks for whole seconds that hold the time, waits, and returns rows by field', async () => {
  const rows = [[{ field: 'a', value: '1' }, { field: 'b' }], [{ value: 'no field' }]];
  const { query, asked, slept } = scene(['Scheduled', 'Running', 'Unknown', 'Complete'], rows);
  expect(await query()).toEqual({ rows: [{ a: '1', b: '' }, { '': 'no field' }], isCut: false });
  expect(asked[0]?.[1]).toEqual({
    ...{ logGroupName: '/group', queryString: 'fields @message', startTime: 5, endTime: 12 },
    limit: limits.insightsRowsMax,
  });
  expect(asked.slice(1).map(([name, { queryId }]) => [name, queryId])).toEqual(
    Array.from({ length: 4 }, () => ['GetQueryResultsCommand', 'q']),
  );
  expect(slept).toEqual(Array.from({ length: 4 }, () => limits.insightsPollMs));
});

it('without rows is empty, and with as many as it asked for says that there may be more', async () => {
  expect(await scene(['Complete']).query()).toEqual({ rows: [], isCut: false });
  const rows = (count: number) => Array.from({ length: count }, () => [{ field: 'a', value: '1' }]);
  expect((await scene(['Complete'], rows(limits.insightsRowsMax - 1)).query()).isCut).toBe(false);
  expect((await scene(['Complete'], rows(limits.insightsRowsMax)).query()).isCut).toBe(true);
});

it.each(['Failed', 'Cancelled', 'Timeout'])('that ends as %s is unavailable', async (status) => {
  const { query, asked } = scene(['Running', status]);
  await expect(query()).rejects.toMatchObject({
    code: 'insights-unavailable',
    message: expect.stringContaining(status),
  });
  expect(asked.map(([name]) => name)).not.toContain('StopQueryCommand');
});

it('that takes too long is stopped, and unavailable', async () => {
  const { query, asked, slept } = scene(['Running']);
  await expect(query()).rejects.toMatchObject({
    code: 'insights-unavailable',
    message: expect.stringContaining('60 seconds'),
  });
  expect(asked.at(-1)).toEqual(['StopQueryCommand', { queryId: 'q' }]);
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(limits.insightsWaitMsMax);
});

it('takes other bounds of rows and time from whoever asks', async () => {
  const inputs: Record<string, unknown>[] = [];
  const row = [{ field: 'a', value: '1' }];
  const answering = (status: string) => async (command: { input: Record<string, unknown> }) => {
    inputs.push(command.input);
    return command.constructor.name === 'StartQueryCommand' ? { queryId: 'q' } : { status, results: [row, row] };
  };
  const client = (status: string) => ({ send: answering(status) }) as unknown as Pick<CloudWatchLogsClient, 'send'>;
  const { query } = createInsights(client('Complete'), async () => undefined);
  expect((await query('/group', 'q', 0, 1_000, 2)).isCut).toBe(true);
  expect((await query('/group', 'q', 0, 1_000, 3)).isCut).toBe(false);
  expect(inputs[0]?.limit).toBe(2);
  const hasty = createInsights(client('Running'), async () => undefined, 3_000);
  await expect(hasty.query('/group', 'q', 0, 1_000)).rejects.toMatchObject({
    message: expect.stringContaining('3 seconds'),
  });
});
