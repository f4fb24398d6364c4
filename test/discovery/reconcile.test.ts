/** The reconciler on an account in memory: what it does, in which order, what it says and what it never does. */

import { describe, expect, it } from 'vitest';
import { createReconciler } from '../../functions/reconcile/reconcile.js';
import { limits } from '../../shared/base/limits.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN, SYSTEM_FIELDS } from '../../shared/logs/filter-patterns.js';
import type { FoundDomain, FoundLogGroup, Unreadable } from '../../shared/model/account.js';
import { domain, filter, foreign, found, group, memoryLogGroups, OURS, OWN, stage } from '../support/account.js';
import { T0 } from '../support/logs.js';
import { createMemoryInventory } from '../support/memory-inventory.js';
import { listening, testConfig } from '../support/world.js';

const ACCESS = '/logs/access';
const EXECUTION = 'API-Gateway-Execution-Logs_abc/prod';
const HOUR = 3_600_000;
const BANK = domain('api.bank.example', [stage('abc/prod', { access: ACCESS })]);

function account(settings: object, groups: readonly FoundLogGroup[] = []) {
  const there = new Map(groups.map((one) => [one.name, one]));
  const logGroups = memoryLogGroups(there);
  const inventory = createMemoryInventory();
  const lines: string[] = [];
  const { measures, meter } = listening();
  const state = { domains: [] as FoundDomain[], unreadable: [] as Unreadable[], looks: 0 };
  const world = {
    config: testConfig(settings),
    own: OWN,
    clock: { now: () => T0 },
    logGroups,
    inventory,
    log: { info: (line: string) => lines.push(line), error: (line: string) => lines.push(`ERROR ${line}`) },
    discovery: {
      find: async () => {
        state.looks++;
        const names = state.domains.flatMap(({ stages }) =>
          stages.flatMap(({ executionLog, accessLog }) => [
            'logGroup' in executionLog ? executionLog.logGroup : null,
            accessLog?.logGroup ?? null,
          ]),
        );
        const seen = names.flatMap((name) =>
          name === null ? [] : [there.get(name) ?? group(name, { exists: false })],
        );
        return found(state.domains, seen, { unreadable: state.unreadable });
      },
    },
  };
  const run = createReconciler({ world, meter });
  return {
    state,
    there,
    world,
    inventory,
    lines,
    run: async (event?: unknown) => {
      lines.length = 0;
      measures.length = 0;
      return run(event);
    },
    measured: () => Object.fromEntries(measures.map(({ name, value }) => [name, value])),
    filtersOn: (name: string) => there.get(name)?.filters?.map((one) => one.name),
  };
}

const on = (more: object = {}) => ({ discover: { mode: 'on', truststoreBuckets: ['truststores'], ...more } });

/** Everything that is asked of it after the last breath fails. */
function mortal<T extends object>(target: T, power: { left: number }): T {
  return new Proxy(target, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name);
      return async (...args: unknown[]) => {
        if (power.left-- <= 0) throw new Error('the function died');
        return typeof method === 'function' ? method(...args) : undefined;
      };
    },
  });
}

describe('an account in which APIs come and go', () => {
  it('is subscribed as they come, and left as it was when they are gone', async () => {
    const to = account(on(), [group(ACCESS, { filters: [foreign('siem')] })]);
    to.state.domains = [BANK];
    expect(await to.run()).toMatchObject({ filtersPut: 1, filtersRemoved: 0 });
    expect(to.filtersOn(ACCESS)).toEqual(['siem', 'mtls-watch-discovered-access']);
    expect(to.lines).toEqual([
      'found 1 custom domain(s) with mutual TLS, 1 of them to watch: api.bank.example',
      `put the filter mtls-watch-discovered-access on ${ACCESS}: the access log of api.bank.example was not subscribed`,
      `${EXECUTION} does not exist yet; the execution log of api.bank.example is subscribed once it does`,
      expect.stringContaining('of doctor are wrong'),
    ]);

    to.there.set(EXECUTION, group(EXECUTION));
    expect(await to.run()).toMatchObject({ filtersPut: 1 });
    expect(to.filtersOn(EXECUTION)).toEqual(['mtls-watch-discovered-execution']);
    expect(await to.run()).toMatchObject({ filtersPut: 0, filtersRemoved: 0 });
    expect(to.measured()).toEqual({
      FiltersPut: 0,
      FiltersRemoved: 0,
      FiltersUnmet: 0,
      SilentLogGroups: 0,
      DomainsFound: 1,
      DoctorChecksFailed: 1,
    });
    // Its format has no field at all; the filters are the reconciler's own business.
    expect(to.lines.at(-1)).toBe(
      '1 check(s) of doctor are wrong: access-log-format of API abc (abc/prod); mtls-watch doctor says what to do',
    );

    to.state.domains = [];
    expect(await to.run()).toMatchObject({ filtersRemoved: 2 });
    expect(to.filtersOn(ACCESS)).toEqual(['siem']);
    expect(to.filtersOn(EXECUTION)).toEqual([]);
    expect(await to.inventory.subscribed()).toEqual([]);
    expect(await to.inventory.domains()).toEqual([]);
  });

  it('is told to ingest before the first filter is put', async () => {
    const to = account(on(), [group(ACCESS), group(EXECUTION)]);
    to.state.domains = [BANK];
    let knownAtFirst: unknown = null;
    const { putFilter } = to.world.logGroups;
    to.world.logGroups.putFilter = async (logGroup, put) => {
      knownAtFirst ??= [await to.inventory.domains(), [...(await to.inventory.subscribed())].sort()];
      return putFilter(logGroup, put);
    };
    await to.run();
    expect(knownAtFirst).toEqual([
      [
        {
          name: 'api.bank.example',
          truststoreUri: 's3://truststores/api.bank.example.pem',
          stages: [{ apiId: 'abc', stage: 'prod', hasExecutionLog: true }],
          accessLogGroups: [ACCESS],
        },
      ],
      [ACCESS, EXECUTION].sort(),
    ]);
  });

  it('keeps its filters and its stages while a part of it cannot be read', async () => {
    const to = account(on(), [group(ACCESS), group(EXECUTION)]);
    to.state.domains = [BANK];
    await to.run();
    to.state.domains = [{ ...BANK, stages: [] }];
    to.state.unreadable = [{ what: 'the stages of API abc', why: 'TooManyRequestsException: slow down' }];
    expect(await to.run()).toMatchObject({ filtersRemoved: 0 });
    expect(to.lines).toContain(
      'could not read the stages of API abc: TooManyRequestsException: slow down; no filter is removed in this run',
    );
    expect(to.filtersOn(ACCESS)).toEqual(['mtls-watch-discovered-access']);
    expect((await to.inventory.domains())[0]?.stages).toHaveLength(1);
    to.state.unreadable = [];
    expect(await to.run()).toMatchObject({ filtersRemoved: 2 });
  });

  it('is put right by the next run when this one is cut off anywhere', async () => {
    for (let calls = 0; ; calls++) {
      const to = account(on(), [group(ACCESS), group(EXECUTION), group('/logs/old')]);
      to.state.domains = [
        domain('old.example', [stage('old/v1', { executionLog: { kind: 'off' }, access: '/logs/old' })]),
      ];
      await to.run();
      to.state.domains = [BANK];
      const power = { left: calls };
      const outcome = await createReconciler({
        world: {
          ...to.world,
          logGroups: mortal(to.world.logGroups, power),
          inventory: mortal(to.inventory, power),
        },
        meter: listening().meter,
      })().catch((error: unknown) => error);
      await to.run();
      expect([to.filtersOn(ACCESS), to.filtersOn(EXECUTION), to.filtersOn('/logs/old')]).toEqual([
        ['mtls-watch-discovered-access'],
        ['mtls-watch-discovered-execution'],
        [],
      ]);
      expect(await to.inventory.subscribed()).toHaveLength(2);
      if (!(outcome instanceof Error)) {
        expect(calls).toBeGreaterThan(7);
        break;
      }
    }
  });
});

describe('a dry run', () => {
  it('says what it would do and changes nothing at all', async () => {
    const to = account({ discover: {} }, [group(ACCESS, { filters: [OURS.execution] }), group(EXECUTION)]);
    to.state.domains = [BANK];
    const before = JSON.stringify([...to.there]);
    expect(await to.run()).toMatchObject({ filtersPut: 0, filtersRemoved: 0 });
    expect(JSON.stringify([...to.there])).toBe(before);
    expect([await to.inventory.domains(), await to.inventory.subscribed()]).toEqual([[], []]);
    expect(to.lines.filter((line) => line.startsWith('would'))).toEqual([
      `would remove the filter mtls-watch-discovered-execution from ${ACCESS}: no watched stage writes there any more`,
      `would put the filter mtls-watch-discovered-access on ${ACCESS}: the access log of api.bank.example was not subscribed`,
      `would put the filter mtls-watch-discovered-execution on ${EXECUTION}: the execution log of api.bank.example was not subscribed`,
    ]);
    expect(to.lines).toContain(
      'alerts of api.bank.example come without a verdict: name the bucket of s3://truststores/api.bank.example.pem under discover.truststoreBuckets',
    );
  });
});

describe('wishes that cannot be met', () => {
  it('are data, counted and said, also where somebody was faster', async () => {
    const to = account(on(), [
      group(ACCESS, { filters: ['siem', 'archive', 'audit', 'copy', 'lake'].map((name) => foreign(name)) }),
      group(EXECUTION),
    ]);
    to.state.domains = [BANK];
    to.world.logGroups.putFilter = async () => 'its places are taken';
    expect(await to.run()).toMatchObject({ filtersPut: 0, filtersUnmet: 2 });
    expect(to.lines).toContain(
      `cannot subscribe ${ACCESS} to the access log of api.bank.example: in the way are filters that are not ours: siem, archive, audit, copy, lake; remove one`,
    );
    expect(to.lines.join('\n')).toMatch(
      /cannot subscribe \S+ to the execution log of api\.bank\.example: its places are taken/,
    );
  });

  it('an error at one log group does not keep the others from being subscribed', async () => {
    const to = account(on(), [group(ACCESS), group(EXECUTION)]);
    to.state.domains = [BANK];
    const { putFilter } = to.world.logGroups;
    to.world.logGroups.putFilter = async (name, put) => {
      if (name === ACCESS) throw new Error('access denied');
      return putFilter(name, put);
    };
    await expect(to.run()).rejects.toThrow('1 step(s) failed');
    expect(to.filtersOn(EXECUTION)).toEqual(['mtls-watch-discovered-execution']);
    expect(to.lines.join('\n')).toContain('ERROR could not do it: would put the filter mtls-watch-discovered-access');
  });
});

describe('an HTTP API', () => {
  it('is covered once it was found in earnest, and not by a dry run', async () => {
    const wrongIn = async (settings: object) => {
      const to = account(settings);
      to.state.domains = [domain('http.example', [stage('h1/$default', { kind: 'HTTP' })])];
      await to.run();
      return to.lines.at(-1);
    };
    expect(await wrongIn(on())).not.toContain('http-api-covered');
    expect(await wrongIn({ discover: {} })).toContain('http-api-covered of API h1 (h1/$default)');
  });

  it('is said to be uncountable where certificates are dropped', async () => {
    const http = domain('http.example', [stage('h1/$default', { kind: 'HTTP' })]);
    const told = async (certificates: string) => {
      const to = account({ ...on(), privacy: { certificates } });
      to.state.domains = [http, BANK];
      await to.run();
      return to.lines.filter((line) => line.includes('privacy.certificates'));
    };
    expect(await told('keep')).toEqual([]);
    expect(await told('drop')).toEqual([expect.stringContaining('HTTP API(s) h1 cannot')]);
  });
});

it('an execution log whose stage was not found is not asked for silence: nothing tells its level', async () => {
  const quiet = { lastEventAt: T0 - 25 * HOUR };
  const to = account({ ...on(), accessLogGroups: [{ name: ACCESS }], executionLogGroups: [{ name: EXECUTION }] }, [
    group(ACCESS, { filters: [filter('mtls-watch-access', ACCESS_LOG_PATTERN)], ...quiet }),
    group(EXECUTION, { filters: [filter('mtls-watch-execution', EXECUTION_LOG_PATTERN)], ...quiet }),
  ]);
  expect((await to.run()).silentLogGroups).toEqual([ACCESS]);
});

describe('names from the account', () => {
  it('reach the log clean, and few', async () => {
    const evil = `evil\u202e\u001b[31m.example`;
    const many = Array.from({ length: limits.namesInLogLineMax + 5 }, (_, index) => domain(`d${index}.example`, []));
    const to = account(on());
    to.state.domains = [domain(evil, []), ...many];
    await to.run();
    expect(to.lines.join('')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    expect(to.lines[0]).toMatch(/and 6 more$/);
  });
});

describe('where nothing is discovered', () => {
  const settings = { accessLogGroups: [{ name: ACCESS }], executionLogGroups: [{ name: EXECUTION }] };
  const stack = filter('mtls-watch-access', ACCESS_LOG_PATTERN);

  it('the configured log groups alone are looked at, for silence and for lost filters', async () => {
    const to = account(settings, [
      group(ACCESS, { filters: [stack], lastEventAt: T0 - 25 * HOUR }),
      // As quiet as one at level ERROR is while all is well.
      group(EXECUTION, { filters: [foreign('siem')], lastEventAt: T0 - 25 * HOUR }),
    ]);
    expect(await to.run()).toEqual({ filtersPut: 0, filtersRemoved: 0, filtersUnmet: 1, silentLogGroups: [ACCESS] });
    expect(to.state.looks).toBe(0);
    expect(to.lines).toEqual([
      `the stack's filter for the execution log on ${EXECUTION} is gone, or delivers what a transformer makes of it: nothing of it is counted; mtls-watch doctor --fix prints the command that puts it again`,
      `no event for 24 hours in ${ACCESS}: look whether the stages still write there (mtls-watch doctor)`,
    ]);
    expect(to.measured()).toEqual({ FiltersPut: 0, FiltersRemoved: 0, FiltersUnmet: 1, SilentLogGroups: 1 });
  });

  it('those that the event names are looked at as well, and an event that names none is as good as none', async () => {
    const groups = [
      group(ACCESS, { filters: [stack], lastEventAt: T0 - 25 * HOUR }),
      group(EXECUTION, { filters: [], lastEventAt: T0 - 25 * HOUR }),
    ];
    const to = account({}, groups);
    const event = { executionLogGroups: [{ name: EXECUTION }], accessLogGroups: [{ name: ACCESS }] };
    expect(await to.run(event)).toMatchObject({ filtersUnmet: 1, silentLogGroups: [ACCESS] });
    for (const other of [undefined, null, {}, { Records: [{ body: '{}' }] }])
      expect(await to.run(other)).toMatchObject({ filtersUnmet: 0, silentLogGroups: [] });
    await expect(to.run({ accessLogGroups: [{ name: 'no name' }] })).rejects.toMatchObject({ code: 'bad-config' });
    // Named twice, looked at once.
    const twice = account(settings, groups);
    expect(await twice.run(event)).toMatchObject({ filtersUnmet: 1, silentLogGroups: [ACCESS] });
  });

  it.each([
    [26, []],
    [24, [ACCESS]],
    [null, []],
  ])('silence after %j hours', async (silentAfterHours, expected) => {
    const to = account({ ...settings, silentAfterHours }, [
      group(ACCESS, { filters: [stack], lastEventAt: T0 - 25 * HOUR }),
    ]);
    expect((await to.run()).silentLogGroups).toEqual(expected);
  });

  it('a filter on what a transformer makes of the log is as good as none', async () => {
    const to = account(settings, [group(ACCESS, { filters: [{ ...stack, isOnTransformed: true }], lastEventAt: T0 })]);
    expect(await to.run()).toMatchObject({ filtersUnmet: 1 });
  });

  it.each([
    [{}, ['@aws.account', '@aws.region'], 1],
    [{}, SYSTEM_FIELDS, 0],
    [null, [], 0],
  ] as const)(
    'with central %j a filter has to tell where events come from: %j',
    async (central, systemFields, unmet) => {
      const to = account({ ...settings, central }, [
        group(ACCESS, { filters: [{ ...stack, systemFields }], lastEventAt: T0 }),
      ]);
      expect(await to.run()).toMatchObject({ filtersUnmet: unmet });
      expect(to.lines.filter((line) => line.includes('emits no system fields'))).toHaveLength(unmet);
    },
  );

  it('a group that is not there yet is neither silent nor lost', async () => {
    expect(await account(settings).run()).toMatchObject({ filtersUnmet: 0, silentLogGroups: [] });
  });
});
