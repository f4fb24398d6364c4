/** What CloudWatch Logs answers to changes of subscription filters, and what that means. */

import {
  LimitExceededException,
  ResourceNotFoundException,
  ServiceUnavailableException,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { createLogGroups } from '../../shared/adapters/aws/log-groups.js';
import { filter } from '../support/account.js';

const $metadata = {};
const full = new LimitExceededException({ message: 'Resource limit exceeded.', $metadata });
const gone = new ResourceNotFoundException({ message: 'The specified log group does not exist.', $metadata });
const down = new ServiceUnavailableException({ message: 'try again', $metadata });

/** CloudWatch Logs answering every call like this. */
function answering(answer: unknown) {
  const sent: unknown[] = [];
  const send = async (command: { readonly input: unknown }) => {
    sent.push(command.input);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { sent, logGroups: createLogGroups({ send } as unknown as Parameters<typeof createLogGroups>[0]) };
}

describe('a filter', () => {
  it('is put as it is', async () => {
    const { sent, logGroups } = answering({});
    expect(await logGroups.putFilter('/logs', filter('mine', 'pattern', 'arn'))).toBeNull();
    expect(sent).toEqual([
      { logGroupName: '/logs', filterName: 'mine', filterPattern: 'pattern', destinationArn: 'arn' },
    ]);
  });

  it('without a place is no error; a log group that is gone is one', async () => {
    expect(await answering(full).logGroups.putFilter('/logs', filter('mine', ''))).toMatch(/are taken.*\(/);
    const put = answering(gone).logGroups.putFilter('/logs', filter('mine', ''));
    await expect(put).rejects.toMatchObject({ code: 'discovery-failed', cause: gone });
    await expect(put).rejects.toThrow('the filter mine cannot be put on /logs: The specified log group');
  });

  it.each([
    ['two filters there, so its places', '%status%', 2, /its places are taken by 2 filters/],
    ['five filters there', '%status%', 5, /its places are taken by 5 filters/],
    ['one filter there, and ours an expression', '%status%', 1, /have a regular expression; remove one of these/],
    ['one filter there, and ours a word', '"denied"', 1, /its places are taken by 1 filters/],
  ])('is refused for room: %s', async (_, pattern, count, words) => {
    const filters = Array.from({ length: count }, (_, n) => ({ filterName: `f${n}` }));
    const send = async (command: { readonly input: object }) => {
      if ('filterPattern' in command.input) throw full;
      return { logGroups: [{ logGroupName: '/logs' }], subscriptionFilters: filters, logStreams: [] };
    };
    const logGroups = createLogGroups({ send } as unknown as Parameters<typeof createLogGroups>[0]);
    expect(await logGroups.putFilter('/logs', filter('mine', pattern))).toMatch(words);
  });

  it('that is gone is removed; one that cannot be removed is an error', async () => {
    await answering(gone).logGroups.removeFilter('/logs', 'mine');
    await expect(answering(down).logGroups.removeFilter('/logs', 'mine')).rejects.toMatchObject({ retryable: true });
  });
});

describe('the log groups', () => {
  it('are listed to the last page, without those that take no filters', async () => {
    const pages: Readonly<Record<string, object>> = {
      first: { logGroups: [{ logGroupName: '/a', logGroupClass: 'STANDARD' }, { logGroupName: '/b' }], nextToken: '2' },
      2: { logGroups: [], nextToken: '3' },
      3: { logGroups: [{ logGroupName: '/c', logGroupClass: 'DELIVERY' }, { logGroupName: '/d' }] },
    };
    const send = async ({ input }: { readonly input: { readonly nextToken?: string } }) =>
      pages[input.nextToken ?? 'first'];
    const logGroups = createLogGroups({ send } as unknown as Parameters<typeof createLogGroups>[0]);
    const names: string[] = [];
    for await (const name of logGroups.list()) names.push(name);
    expect(names).toEqual(['/a', '/b', '/d']);
  });

  it('that cannot be listed are an error that says why', async () => {
    await expect(answering(down).logGroups.list()[Symbol.asyncIterator]().next()).rejects.toThrow(/listed: try again/);
  });
});

describe('a log group', () => {
  it('that cannot be looked at is an error that says why', async () => {
    await expect(answering(down).logGroups.look('/logs')).rejects.toThrow(/log group \/logs.*try again/);
  });

  it('that is not on the list is not there', async () => {
    const { logGroups } = answering({ logGroups: [{ logGroupName: '/logs-of-others' }] });
    expect(await logGroups.look('/logs')).toMatchObject({ name: '/logs', exists: false });
  });

  it('of a class that takes no filters says so, and is not asked for them', async () => {
    const { sent, logGroups } = answering({
      logGroups: [{ logGroupName: '/logs', logGroupClass: 'INFREQUENT_ACCESS' }],
      logStreams: [],
    });
    expect(await logGroups.look('/logs')).toMatchObject({ exists: true, logClass: 'INFREQUENT_ACCESS', filters: [] });
    expect(sent).toHaveLength(2);
  });
});
