/** The function of an account that sends its logs to a central one. */

import { describe, expect, it } from 'vitest';
import { createHandler, type MemberEvent } from '../../functions/member/custom-resource.js';
import { createMember } from '../../functions/member/subscribe.js';
import { destinationOf } from '../../shared/config/destination.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import type { FoundAccount, FoundLogGroup } from '../../shared/model/account.js';
import { domain, filter, foreign, found, group, memoryLogGroups, stage } from '../support/account.js';

const DESTINATION = 'arn:aws:logs:eu-central-1:999988887777:destination:mtls-watch';
const EXECUTION = 'API-Gateway-Execution-Logs_rest/prod';
const own = { destinationArn: DESTINATION, stackName: 'mtls-watch-member' };
const OURS = {
  execution: filter('mtls-watch-member-discovered-execution', EXECUTION_LOG_PATTERN, DESTINATION),
  access: filter('mtls-watch-member-discovered-access', ACCESS_LOG_PATTERN, DESTINATION),
};

/** An account with a stage whose two logs are there, and what its function does. */
function account(
  changes: Partial<FoundAccount> = {},
  groups: readonly FoundLogGroup[] = [group(EXECUTION), group('/access')],
) {
  const there = new Map(groups.map((one) => [one.name, one]));
  const domains = [domain('a.example', [stage('rest/prod', { access: '/access' })])];
  const said: object[] = [];
  const logGroups = memoryLogGroups(there);
  const world = {
    discovery: { find: async () => found(domains, [...there.values()], changes) },
    logGroups,
    own,
    policy: { allow: ['*'], deny: [] },
    say: (line: object) => said.push(line),
  };
  return { there, said, world, run: createMember(world), filters: (name: string) => there.get(name)?.filters };
}

describe('the filters of a member', () => {
  it('are put on both logs of a stage, once, and beside those of somebody else', async () => {
    const { run, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    expect(await run(false)).toEqual({ put: 2, removed: 0, unmet: 0, waiting: 0 });
    expect(filters(EXECUTION)).toEqual([OURS.execution]);
    expect(filters('/access')).toEqual([foreign('siem'), OURS.access]);
    expect(await run(false)).toMatchObject({ put: 0 });
  });

  it('come when the log group does', async () => {
    const { run, there, filters } = account({}, [group(EXECUTION, { exists: false }), group('/access')]);
    expect(await run(false)).toMatchObject({ put: 1, waiting: 1 });
    there.set(EXECUTION, group(EXECUTION));
    expect(await run(false)).toMatchObject({ put: 1, waiting: 0 });
    expect(filters(EXECUTION)).toEqual([OURS.execution]);
  });

  it('are of the domains that are asked for', async () => {
    const { world } = account();
    const other = createMember({ ...world, policy: { allow: ['*.other.example'], deny: [] } });
    expect(await other(false)).toMatchObject({ put: 0 });
  });

  it.each([
    ['another of the central account', `${DESTINATION}-33`],
    ['one of another account', DESTINATION.replace('999988887777', '222233334444')],
  ])('follow when the destination becomes another: %s', async (_what, before) => {
    const { world, run, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    await createMember({ ...world, own: { ...own, destinationArn: before } })(false);
    expect(await run(false)).toEqual({ put: 2, removed: 0, unmet: 0, waiting: 0 });
    expect([filters(EXECUTION), filters('/access')]).toEqual([[OURS.execution], [foreign('siem'), OURS.access]]);
    expect(await run(false)).toMatchObject({ put: 0 });
  });

  it('go away also where they lead to the destination of before', async () => {
    const { world, run, filters } = account();
    await createMember({ ...world, own: { ...own, destinationArn: `${DESTINATION}-33` } })(false);
    expect(await run(true)).toMatchObject({ removed: 2 });
    expect([filters(EXECUTION), filters('/access')]).toEqual([[], []]);
  });

  it('are not those of our name that lead to a function', async () => {
    const theirs = { ...OURS.access, destinationArn: 'arn:aws:lambda:eu-central-1:111122223333:function:theirs' };
    const { run, filters } = account({}, [group(EXECUTION), group('/access', { filters: [theirs] })]);
    expect(await run(false)).toMatchObject({ put: 1, unmet: 1 });
    expect(await run(true)).toMatchObject({ removed: 1 });
    expect(filters('/access')).toEqual([theirs]);
  });

  it('go away together, and no others', async () => {
    const { run, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    await run(false);
    expect(await run(true)).toEqual({ put: 0, removed: 2, unmet: 0, waiting: 0 });
    expect(filters('/access')).toEqual([foreign('siem')]);
  });

  it('are counted where there is no place', async () => {
    const { run } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('a'), foreign('b')] })]);
    expect(await run(false)).toMatchObject({ put: 1, unmet: 1 });
  });

  it('are put where they can be, before a failure is told', async () => {
    const { world, filters, said } = account();
    const run = createMember({
      ...world,
      logGroups: {
        ...world.logGroups,
        putFilter: async (name, put) => {
          if (name === EXECUTION) throw new Error('not authorized');
          return world.logGroups.putFilter(name, put);
        },
      },
    });
    await expect(run(false)).rejects.toThrow('not authorized');
    expect(filters('/access')).toEqual([OURS.access]);
    expect(said).toContainEqual({ type: 'failed', logGroup: EXECUTION, why: 'not authorized' });
  });
});

describe('the resource of the stack', () => {
  const request = (RequestType: 'Create' | 'Update' | 'Delete'): MemberEvent => ({
    RequestType,
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Filters',
  });

  /** @param failing how many runs fail at first */
  function stack(failing = 0) {
    const [runs, answers, slept, said] = [[] as boolean[], [] as object[], [] as number[], [] as object[]];
    const handler = createHandler({
      run: async (isRemoval) => {
        runs.push(isRemoval);
        if (runs.length <= failing) throw new Error('not authorized to perform: logs:PutSubscriptionFilter');
        return { put: 1, removed: 0, unmet: 0, waiting: 0 };
      },
      put: async (url, body) => void answers.push({ url, ...JSON.parse(body) }),
      sleep: async (ms) => void slept.push(ms),
      say: (line) => said.push(line),
    });
    return { handler, runs, answers, slept, said };
  }

  const same = {
    url: 'https://cloudformation.example/answer',
    PhysicalResourceId: 'subscription-filters',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Filters',
  };

  it.each(['Create', 'Update'] as const)(
    'puts the filters at %s, also where the role is not known at once',
    async (type) => {
      const { handler, runs, answers, slept } = stack(3);
      await handler(request(type));
      expect([runs, slept]).toEqual([
        [false, false, false, false],
        [15_000, 15_000, 15_000],
      ]);
      expect(answers).toEqual([{ Status: 'SUCCESS', ...same }]);
    },
  );

  it('says why they cannot be put', async () => {
    const { handler, answers } = stack(4);
    await handler(request('Create'));
    expect(answers).toEqual([
      { Status: 'FAILED', Reason: 'not authorized to perform: logs:PutSubscriptionFilter', ...same },
    ]);
  });

  it('takes them away at Delete, and never holds the stack up', async () => {
    const { handler, runs, answers, said } = stack(9);
    await handler(request('Delete'));
    expect(runs).toEqual([true]);
    expect(answers).toEqual([{ Status: 'SUCCESS', ...same }]);
    expect(said).toEqual([expect.objectContaining({ type: 'not-removed' })]);
  });

  it.each([
    ['a schedule', { source: 'aws.events' }, false],
    ['nothing', null, false],
    ['a person who takes them away', { remove: true }, true],
  ])('answers nobody where %s calls', async (_who, event, isRemoval) => {
    const { handler, runs, answers } = stack();
    expect(await handler(event as MemberEvent)).toMatchObject({ put: 1 });
    expect([runs, answers]).toEqual([[isRemoval], []]);
  });
});

it('the destination is the one that is named, or that of the last two digits of the account', () => {
  expect(destinationOf(DESTINATION, '111122223334')).toBe(DESTINATION);
  expect(destinationOf(`${DESTINATION}-NN`, '111122223334')).toBe(`${DESTINATION}-34`);
});
