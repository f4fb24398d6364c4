/** The function of an account that sends its logs to a central one. */

import { describe, expect, it } from 'vitest';
import { createHandler, type MemberEvent } from '../../functions/member/custom-resource.js';
import { createRemoval } from '../../functions/member/remove.js';
import { type MemberWorld, putFilters } from '../../functions/member/subscribe.js';
import { limits } from '../../shared/base/limits.js';
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
  return { there, said, world, ...runsOf(world), filters: (name: string) => there.get(name)?.filters };
}

/** @param isLate asked before each log group */
function runsOf(world: MemberWorld, isLate = () => false) {
  return {
    put: async () => (await putFilters(world)).outcome,
    remove: async () => (await createRemoval(world)(isLate)).outcome,
  };
}

const finding = (world: MemberWorld, changes: Partial<FoundAccount>): MemberWorld => ({
  ...world,
  discovery: { find: async (only) => ({ ...(await world.discovery.find(only)), ...changes }) },
});

/** As discovery finds a log group whose filters it may not read. */
const UNREAD = new Map([[EXECUTION, group(EXECUTION, { filters: null })]]);

const listing = (...names: readonly string[]) =>
  async function* () {
    yield* names;
  };

describe('the filters of a member', () => {
  it('are put on both logs of a stage, once, and beside those of somebody else', async () => {
    const { put, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    expect(await put()).toEqual({ put: 2, removed: 0, unmet: 0, waiting: 0 });
    expect(filters(EXECUTION)).toEqual([OURS.execution]);
    expect(filters('/access')).toEqual([foreign('siem'), OURS.access]);
    expect(await put()).toMatchObject({ put: 0 });
  });

  it('come when the log group does', async () => {
    const { put, there, filters } = account({}, [group(EXECUTION, { exists: false }), group('/access')]);
    expect(await put()).toMatchObject({ put: 1, waiting: 1 });
    there.set(EXECUTION, group(EXECUTION));
    expect(await put()).toMatchObject({ put: 1, waiting: 0 });
    expect(filters(EXECUTION)).toEqual([OURS.execution]);
  });

  it('are of the domains that are asked for', async () => {
    const { world } = account();
    const other = runsOf({ ...world, policy: { allow: ['*.other.example'], deny: [] } });
    expect(await other.put()).toMatchObject({ put: 0 });
  });

  it.each([
    ['another of the central account', `${DESTINATION}-33`],
    ['one of another account', DESTINATION.replace('999988887777', '222233334444')],
  ])('follow when the destination becomes another: %s', async (_what, before) => {
    const { world, put, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    await putFilters({ ...world, own: { ...own, destinationArn: before } });
    expect(await put()).toEqual({ put: 2, removed: 0, unmet: 0, waiting: 0 });
    expect([filters(EXECUTION), filters('/access')]).toEqual([[OURS.execution], [foreign('siem'), OURS.access]]);
    expect(await put()).toMatchObject({ put: 0 });
  });

  it('go away also where they lead to the destination of before', async () => {
    const { world, remove, filters } = account();
    await putFilters({ ...world, own: { ...own, destinationArn: `${DESTINATION}-33` } });
    expect(await remove()).toMatchObject({ removed: 2 });
    expect([filters(EXECUTION), filters('/access')]).toEqual([[], []]);
  });

  it('are not those of our name that lead to a function', async () => {
    const theirs = { ...OURS.access, destinationArn: 'arn:aws:lambda:eu-central-1:111122223333:function:theirs' };
    const { put, remove, filters } = account({}, [group(EXECUTION), group('/access', { filters: [theirs] })]);
    expect(await put()).toMatchObject({ put: 1, unmet: 1 });
    expect(await remove()).toMatchObject({ removed: 1 });
    expect(filters('/access')).toEqual([theirs]);
  });

  it('go away together, and no others', async () => {
    const { put, remove, filters } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    await put();
    expect(await remove()).toEqual({ put: 0, removed: 2, unmet: 0, waiting: 0 });
    expect(filters('/access')).toEqual([foreign('siem')]);
  });

  it.each<[string, (world: MemberWorld) => MemberWorld]>([
    ['a list could not be read', (world) => finding(world, { unreadable: [{ what: 'the APIs', why: 'Throttling' }] })],
    ['no stage writes to their logs any more', (world) => finding(world, { domains: [], logGroups: new Map() })],
    ['their filters could not be read at first', (world) => finding(world, { logGroups: UNREAD })],
    [
      'the account cannot be read at all',
      (world) => ({ ...world, discovery: { find: () => Promise.reject(new Error('denied')) } }),
    ],
  ])('go away also where %s', async (_what, changed) => {
    const { world, put, there } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    await put();
    expect(await runsOf(changed(world)).remove()).toMatchObject({ removed: 2 });
    expect([...there.values()].map(({ filters }) => filters)).toEqual([[], [foreign('siem')]]);
  });

  it('go away from more log groups than one run may change otherwise', async () => {
    const names = Array.from({ length: limits.filterChangesPerRunMax + 1 }, (_, n) => `/logs/${n}`);
    const { remove, there } = account(
      {},
      names.map((name) => group(name, { filters: [OURS.access] })),
    );
    expect(await remove()).toMatchObject({ removed: names.length });
    expect([...there.values()].flatMap(({ filters }) => filters)).toEqual([]);
  });

  it('go away at the next attempt where one failed, and every failure is told', async () => {
    const { world, put, there } = account();
    await put();
    let calls = 0;
    const removeFilter: MemberWorld['logGroups']['removeFilter'] = async (name, filterName) => {
      if (calls++ === 0) throw new Error('Throttling');
      return world.logGroups.removeFilter(name, filterName);
    };
    const removal = createRemoval({ ...world, logGroups: { ...world.logGroups, removeFilter } });
    expect((await removal(() => false)).failures).toEqual([]);
    expect([...there.values()].flatMap(({ filters }) => filters)).toEqual([]);
    const never = createRemoval({
      ...world,
      logGroups: { ...world.logGroups, look: () => Promise.reject(new Error('no')), list: listing('/a', '/b') },
    });
    expect((await never(() => false)).failures).toEqual([new Error('no'), new Error('no')]);
  });

  it('that are known are removed in the time there is, or said to be left; the other log groups are said', async () => {
    const { world, put, said } = account();
    await put();
    expect((await createRemoval(world)(() => true)).failures).toHaveLength(2);
    let looks = 0;
    const removal = createRemoval({
      ...world,
      logGroups: { ...world.logGroups, list: listing(EXECUTION, '/x', '/y') },
    });
    expect(await removal(() => looks++ > 2)).toMatchObject({ outcome: { removed: 2 }, failures: [] });
    expect(said).toContainEqual({ type: 'not-looked-at', why: expect.stringContaining('/x') });
  });

  it('are counted where there is no place, and that is told as a failure', async () => {
    const full = ['a', 'b', 'c', 'd', 'e'].slice(0, limits.filtersPerLogGroupMax).map(foreign);
    const { world, said } = account({}, [group(EXECUTION), group('/access', { filters: full })]);
    const why = expect.stringMatching(/^in the way are filters that are not ours: a, b.*; remove one$/);
    expect(await putFilters(world)).toMatchObject({
      outcome: { put: 1, unmet: 1 },
      failures: [
        { message: expect.stringMatching(/^\/access is not sent: in the way are filters .*: a, b.*; remove one$/) },
      ],
      isSending: true,
    });
    expect(said).toContainEqual({ type: 'unmet', logGroup: '/access', why });
  });

  it.each<[string, Partial<FoundLogGroup>, RegExp]>([
    [
      'other filters took the places',
      { filters: ['a', 'b', 'c', 'd', 'e'].map(foreign) },
      /a, b, c, d, e; remove one$/,
    ],
    ['its class takes none', { logClass: 'INFREQUENT_ACCESS' }, /its class INFREQUENT_ACCESS takes no filters$/],
  ])('send nothing, and the stack says why, where no log takes one: %s', async (_what, changes, message) => {
    const { world } = account({}, [group(EXECUTION, changes), group('/access', changes)]);
    const answers: { Status: string; Reason?: string }[] = [];
    const handler = createHandler({
      put: () => putFilters(world),
      removal: () => createRemoval(world),
      answer: async (_url, body) => {
        answers.push(JSON.parse(body));
        return 200;
      },
      sleep: async () => {},
    });
    const call = { getRemainingTimeInMillis: () => 600_000 };
    for (const RequestType of ['Create', 'Update'] as const) {
      await handler({ RequestType, ResponseURL: 'u', StackId: 's', RequestId: 'r', LogicalResourceId: 'l' }, call);
    }
    expect(answers.map(({ Status }) => Status)).toEqual(['FAILED', 'FAILED']);
    expect(answers[0]?.Reason).toMatch(/^\/access is not sent: .*; API-Gateway-Execution-Logs_\S+ is not sent: /);
    expect(answers[0]?.Reason).toMatch(message);
    // So that a scheduled run is an error of the function, and one by hand says it.
    await expect(handler(null, call)).rejects.toThrow('/access is not sent: ');
  });

  it('are put where they can be, and every failure is told', async () => {
    const { world, filters, said } = account();
    const first = await putFilters(refusing(world, EXECUTION));
    expect(first).toMatchObject({ failures: [new Error('not authorized')], outcome: { put: 1 }, isSending: true });
    expect(filters('/access')).toEqual([OURS.access]);
    expect(said).toContainEqual({ type: 'failed', logGroup: EXECUTION, why: 'not authorized' });
    expect(await putFilters(refusing(world, EXECUTION))).toMatchObject({ outcome: { put: 0 }, isSending: true });
  });

  it('send nothing where none can be put, though others lead elsewhere', async () => {
    const { world } = account({}, [group(EXECUTION), group('/access', { filters: [foreign('siem')] })]);
    expect(await putFilters(refusing(world, EXECUTION, '/access'))).toMatchObject({ isSending: false });
    await putFilters({ ...world, own: { ...own, destinationArn: `${DESTINATION}-33` } });
    expect(await putFilters(refusing(world, EXECUTION, '/access'))).toMatchObject({ isSending: false });
  });
});

function refusing(world: MemberWorld, ...groups: readonly string[]): MemberWorld {
  const { putFilter } = world.logGroups;
  const refuse = async () => Promise.reject(new Error('not authorized'));
  return {
    ...world,
    logGroups: {
      ...world.logGroups,
      putFilter: (name, put) => (groups.includes(name) ? refuse() : putFilter(name, put)),
    },
  };
}

describe('the resource of the stack', () => {
  const request = (RequestType: 'Create' | 'Update' | 'Delete'): MemberEvent => ({
    RequestType,
    ResponseURL: 'https://cloudformation.example/answer',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Filters',
  });

  /**
   * @param failing how many runs fail at first
   * @param msLeft what Lambda says there is
   * @param isSending whether a filter is there after each run
   * @param statuses what CloudFormation answers at first
   */
  function stack(failing = 0, msLeft = 600_000, isSending = false, statuses: readonly number[] = []) {
    const [runs, answers, slept] = [[] as string[], [] as object[], [] as number[]];
    const run = (kind: string) => async () => {
      runs.push(kind);
      const outcome = { put: 1, removed: 0, unmet: 0, waiting: 0 };
      const failures = runs.length <= failing ? [new Error('not authorized to perform: logs')] : [];
      return { outcome, failures, isSending };
    };
    const handler = createHandler({
      put: run('put'),
      removal: () => run('remove'),
      answer: async (url, body) => statuses[answers.push({ url, ...JSON.parse(body) }) - 1] ?? 200,
      sleep: async (ms) => void slept.push(ms),
    });
    const call = (event: MemberEvent) => handler(event, { getRemainingTimeInMillis: () => msLeft });
    return { call, runs, answers, slept };
  }

  const same = {
    url: 'https://cloudformation.example/answer',
    PhysicalResourceId: 'subscription-filters',
    StackId: 'stack',
    RequestId: 'request',
    LogicalResourceId: 'Filters',
  };

  it.each([
    ['Create', 'put'],
    ['Update', 'put'],
    ['Delete', 'remove'],
  ] as const)('acts at %s, also where the role is not known at once', async (type, kind) => {
    const { call, runs, answers, slept } = stack(3);
    await call(request(type));
    expect([runs, slept]).toEqual([
      [kind, kind, kind, kind],
      [15_000, 15_000, 15_000],
    ]);
    expect(answers).toEqual([{ Status: 'SUCCESS', ...same }]);
  });

  it('says why they cannot be put', async () => {
    const { call, answers } = stack(4);
    await call(request('Create'));
    expect(answers).toEqual([{ Status: 'FAILED', Reason: 'not authorized to perform: logs', ...same }]);
  });

  it.each(['Create', 'Update'] as const)('is there at %s where one log group fails and others send', async (type) => {
    const { call, runs, answers } = stack(4, 600_000, true);
    await call(request(type));
    expect(runs).toHaveLength(4);
    expect(answers).toEqual([{ Status: 'SUCCESS', ...same }]);
  });

  it('stays where they cannot be taken away, and says what to do', async () => {
    const { call, answers } = stack(4);
    await call(request('Delete'));
    const Reason = 'Filters may be left; delete the stack again, or retain Filters: not authorized to perform: logs';
    expect(answers).toEqual([{ Status: 'FAILED', Reason, ...same }]);
  });

  it.each(['Create', 'Delete'] as const)('answers at %s before its time is up', async (type) => {
    const { call, runs, answers } = stack(1, 44_000);
    await call(request(type));
    expect(runs).toHaveLength(1);
    expect(answers).toMatchObject([{ Status: 'FAILED' }]);
  });

  it('is told again where CloudFormation does not take the answer', async () => {
    const { call, runs, answers, slept } = stack(0, 600_000, true, [503, 500]);
    await call(request('Create'));
    expect([runs.length, slept.length]).toEqual([1, 2]);
    expect(answers).toEqual(Array(3).fill({ Status: 'SUCCESS', ...same }));
    const deaf = stack(0, 600_000, true, Array(9).fill(403)).call(request('Create'));
    await expect(deaf).rejects.toThrow('CloudFormation does not take the answer: status 403');
  });

  it.each([
    ['a schedule', { source: 'aws.events' }, 'put'],
    ['nothing', null, 'put'],
    ['a person who takes them away', { remove: true }, 'remove'],
  ])('answers nobody where %s calls', async (_who, event, kind) => {
    const { call, runs, answers } = stack();
    expect(await call(event as MemberEvent)).toMatchObject({ put: 1 });
    expect([runs, answers]).toEqual([[kind], []]);
    await expect(stack(1).call(event as MemberEvent)).rejects.toThrow('not authorized');
  });
});

it('the destination is the one that is named, or that of the last two digits of the account', () => {
  expect(destinationOf(DESTINATION, '111122223334')).toBe(DESTINATION);
  expect(destinationOf(`${DESTINATION}-NN`, '111122223334')).toBe(`${DESTINATION}-34`);
});
