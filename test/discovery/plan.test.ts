/** Which filters the reconciler would put and remove, and which it leaves alone. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, planSubscriptions, silentGroups, watchedDomains } from '../../shared/discovery/plan.js';
import { ACCESS_LOG_PATTERN, EXECUTION_LOG_PATTERN } from '../../shared/logs/filter-patterns.js';
import type { FoundAccount, FoundFilter, FoundLogGroup } from '../../shared/model/account.js';
import { domain, door, filter, foreign, found, group, managed, OURS, OWN, stage } from '../support/account.js';

const EXECUTION = 'API-Gateway-Execution-Logs_abc/prod';
const ACCESS = '/logs/access';
const DOMAIN = 'api.bank.example';
const one = domain(DOMAIN, [stage('abc/prod', { access: ACCESS })]);
const everyone = { allow: [], deny: [] };

function plan(
  from: FoundAccount,
  changes: { policy?: typeof everyone | { allow: string[]; deny: string[] }; remembered?: FoundLogGroup[] } = {},
) {
  return planSubscriptions({ found: from, remembered: [], policy: everyone, own: OWN, ...changes });
}

/** One line an action: `put execution on GROUP: missing`. */
function told(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if (action.kind === 'put') return `put ${action.log} on ${action.logGroup}: ${action.because}`;
    if (action.kind === 'remove') return `remove ${action.filterName} from ${action.logGroup}: ${action.because}`;
    if (action.kind === 'hold') return `hold ${action.filterName} on ${action.logGroup}`;
    if (action.kind === 'unmet') return `unmet ${action.log} on ${action.logGroup}: ${action.takenBy.join()}`;
    return `${action.kind} ${action.log} on ${action.logGroup}`;
  });
}

const withAccessFilters = (...filters: FoundFilter[]) =>
  found([one], [group(EXECUTION, { filters: [OURS.execution] }), group(ACCESS, { filters })]);

describe('the plan', () => {
  it('puts the filters that are missing, each with its pattern and its domains', () => {
    const actions = plan(found([one], [group(EXECUTION), group(ACCESS)]));
    expect(actions).toEqual([
      {
        kind: 'put',
        logGroup: ACCESS,
        log: 'access',
        domains: [DOMAIN],
        filterName: 'mtls-watch-discovered-access',
        pattern: ACCESS_LOG_PATTERN,
        because: 'missing',
      },
      {
        kind: 'put',
        logGroup: EXECUTION,
        log: 'execution',
        domains: [DOMAIN],
        filterName: 'mtls-watch-discovered-execution',
        pattern: EXECUTION_LOG_PATTERN,
        because: 'missing',
      },
    ]);
  });

  it('subscribes the connection logs of other front doors, and only those of its Region', () => {
    const doors = [
      door('partners', '/alb'),
      door('E1', 'us-east-1:/alb2', { kind: 'cloudfront', hosts: ['edge.bank.example'] }),
    ];
    const groups = [group('/alb'), group('/alb2')];
    expect(told(plan(found([], groups, { doors })))).toEqual(['put connection on /alb: missing']);
    const inPlace = [group('/alb', { filters: [OURS.connection] })];
    expect(plan(found([], inPlace, { doors }))).toEqual([]);
    // One log group for all: each kind of log has a filter of its own.
    expect(told(plan(found([one], [group(ACCESS)], { doors: [door('partners', ACCESS)] })))).toEqual([
      `put access on ${ACCESS}: missing`,
      `put connection on ${ACCESS}: missing`,
    ]);
    expect(told(plan(found([], inPlace, { doors: [] })))).toEqual([
      'remove mtls-watch-discovered-connection from /alb: unused',
    ]);
  });

  it('removes nothing where the deliveries of a door could not be read', () => {
    const inPlace = [group('/alb', { filters: [OURS.connection] })];
    expect(told(plan(found([], inPlace, { doors: [door('partners', null)] })))).toEqual([
      'hold mtls-watch-discovered-connection on /alb',
    ]);
  });

  it('watches a door under any of its names, unless one of them is denied', () => {
    const doors = [door('partners', '/alb', { hosts: ['edge.bank.example'] })];
    const planned = (policy: { allow: string[]; deny: string[] }) =>
      told(plan(found([], [group('/alb')], { doors }), { policy })).length;
    expect(planned({ allow: ['*.bank.example'], deny: [] })).toBe(1);
    expect(planned({ allow: ['partners'], deny: [] })).toBe(1);
    expect(planned({ allow: ['api.bank.example'], deny: [] })).toBe(0);
    expect(planned({ allow: [], deny: ['edge.bank.example'] })).toBe(0);
  });

  it('changes nothing where all is in place', () => {
    expect(plan(withAccessFilters(OURS.access))).toEqual([]);
  });

  it('changes an outdated pattern, also where no place is free', () => {
    const outdated = withAccessFilters({ ...OURS.access, pattern: '403' }, foreign('siem'));
    expect(told(plan(outdated))).toEqual([`put access on ${ACCESS}: outdated`]);
  });

  it('puts its own filter again where somebody let it see what a transformer makes of the log', () => {
    const transformed = withAccessFilters({ ...OURS.access, isOnTransformed: true });
    expect(told(plan(transformed))).toEqual([`put access on ${ACCESS}: outdated`]);
  });

  it('is not content with another filter to ingest that sees what a transformer makes of the log', () => {
    const byHand = filter('by-hand', OURS.access.pattern);
    expect(told(plan(withAccessFilters(byHand)))).toEqual([]);
    expect(told(plan(withAccessFilters({ ...byHand, isOnTransformed: true })))).toEqual([
      `put access on ${ACCESS}: missing`,
    ]);
  });

  it('takes both kinds from one group, and vended logs wherever they go', () => {
    const both = domain('a.example', [
      stage('abc/prod', {
        executionLog: { kind: 'vended', logGroup: ACCESS, destinationArn: 'arn', level: 'ERROR' },
        access: ACCESS,
      }),
      stage('def/prod', {
        executionLog: { kind: 'vended', logGroup: null, destinationArn: 'arn:aws:s3:::b', level: 'ERROR' },
      }),
      stage('ghi/$default', { kind: 'HTTP', access: '/logs/http' }),
    ]);
    expect(told(plan(found([both], [group(ACCESS), group('/logs/http')])))).toEqual([
      `put execution on ${ACCESS}: missing`,
      `put access on ${ACCESS}: missing`,
      'put access on /logs/http: missing',
    ]);
  });

  const others = (count: number) => Array.from({ length: count }, (_, n) => foreign(`siem${n}`));

  it('gives the last place to the execution log and says who has the other', () => {
    const both = domain('a.example', [
      stage('abc/prod', {
        executionLog: { kind: 'vended', logGroup: ACCESS, destinationArn: 'arn', level: 'ERROR' },
        access: ACCESS,
      }),
    ]);
    expect(told(plan(found([both], [group(ACCESS, { filters: others(4) })])))).toEqual([
      `put execution on ${ACCESS}: missing`,
      `unmet access on ${ACCESS}: siem0,siem1,siem2,siem3`,
    ]);
    expect(told(plan(withAccessFilters(...others(5))))).toEqual([
      `unmet access on ${ACCESS}: siem0,siem1,siem2,siem3,siem4`,
    ]);
    // Whether a third place is there, only an attempt tells.
    expect(told(plan(withAccessFilters(...others(2))))).toEqual([`put access on ${ACCESS}: missing`]);
    const infrequent = group(ACCESS, { filters: [], logClass: 'INFREQUENT_ACCESS' });
    expect(told(plan(found([one], [infrequent])))).toContain(`unmet access on ${ACCESS}: `);
  });

  it('waits for a group that nobody has made yet, and leaves one alone whose filters it cannot read', () => {
    expect(told(plan(found([one], [group(EXECUTION, { exists: false }), group(ACCESS, { filters: null })])))).toEqual([
      `wait execution on ${EXECUTION}`,
    ]);
  });

  it('leaves to the stack what the stack subscribed, and takes its own away there', () => {
    expect(plan(withAccessFilters(filter('mtls-watch-access', 'an older pattern')))).toEqual([]);
    expect(plan(withAccessFilters(filter('by-hand', ACCESS_LOG_PATTERN)))).toEqual([]);
    expect(told(plan(withAccessFilters(OURS.access, filter('mtls-watch-access', ACCESS_LOG_PATTERN))))).toEqual([
      `remove mtls-watch-discovered-access from ${ACCESS}: doubled`,
    ]);
  });

  it('removes its own where the stage is gone, and nothing else', () => {
    const gone = group('/logs/gone', { filters: [OURS.access, foreign('siem')] });
    expect(told(plan(withAccessFilters(OURS.access), { remembered: [gone] }))).toEqual([
      'remove mtls-watch-discovered-access from /logs/gone: unused',
    ]);
  });

  it('removes the filter of a kind that is no longer written, and frees its place before it is taken', () => {
    const nowAccess = found(
      [domain(DOMAIN, [stage('abc/prod', { executionLog: { kind: 'off' }, access: ACCESS })])],
      [group(ACCESS, { filters: [OURS.execution, foreign('siem')] })],
    );
    expect(told(plan(nowAccess))).toEqual([
      `remove mtls-watch-discovered-execution from ${ACCESS}: unused`,
      `put access on ${ACCESS}: missing`,
    ]);
  });

  it('does not take a name that somebody else uses', () => {
    const theirs = { ...OURS.access, destinationArn: foreign('x').destinationArn };
    expect(told(plan(withAccessFilters(theirs)))).toEqual([`unmet access on ${ACCESS}: mtls-watch-discovered-access`]);
  });

  it.each([
    ['our name, sending elsewhere', { ...OURS.access, destinationArn: foreign('x').destinationArn }],
    ['sending to us, under another name', filter('somebody', 'other pattern')],
    ['of another stack', filter('mtls-watch-eu-discovered-access', ACCESS_LOG_PATTERN)],
  ])('does not touch a filter that is %s', (_what, theirs) => {
    const remembered = [group('/logs/gone', { filters: [theirs] })];
    expect(plan(found([], []), { remembered })).toEqual([]);
  });

  it.each([
    ['a list could not be read', { unreadable: [{ what: 'the REST APIs', why: 'access denied' }] }],
    [
      'a log could not be placed',
      { domains: [domain('b.example', [stage('x/y', { executionLog: { kind: 'unknown' } })])] },
    ],
  ])('removes nothing while %s', (_what, changes) => {
    const remembered = [group('/logs/gone', { filters: [OURS.access] })];
    expect(told(plan(found([], [], changes as Partial<FoundAccount>), { remembered }))).toEqual([
      'hold mtls-watch-discovered-access on /logs/gone',
    ]);
  });

  it('removes though a detail could not be read', () => {
    const unreadable = [{ what: 'a truststore', why: 'access denied', isDetail: true as const }];
    const remembered = [group('/logs/gone', { filters: [OURS.access] })];
    expect(told(plan(found([], [], { unreadable }), { remembered }))).toHaveLength(1);
  });
});

describe('the domains to watch', () => {
  const names = ['bank.example', 'api.bank.example', 'eu.api.bank.example', 'evilbank.example', 'API.Other.example'];
  it.each([
    [[], [], names],
    [['api.bank.example'], [], ['api.bank.example']],
    [['*.bank.example'], [], ['api.bank.example', 'eu.api.bank.example']],
    [['api.other.EXAMPLE'], [], ['API.Other.example']],
    [['*'], ['*.bank.example'], ['bank.example', 'evilbank.example', 'API.Other.example']],
    [['bank.example'], ['bank.example'], []],
    [[], ['*'], []],
  ])('allowed %j, denied %j', (allow, deny, expected) => {
    const domains = names.map((name) => domain(name, []));
    expect(watchedDomains(domains, { allow, deny }).map(({ name }) => name)).toEqual(expected);
  });

  it('lose their filters when they are denied', () => {
    const policy = { allow: [], deny: [DOMAIN] };
    expect(told(plan(withAccessFilters(OURS.access), { policy }))).toEqual([
      `remove mtls-watch-discovered-access from ${ACCESS}: unused`,
      `remove mtls-watch-discovered-execution from ${EXECUTION}: unused`,
    ]);
  });
});

/** Small accounts in which everything may collide. */
const accounts = fc
  .record({
    stages: fc.array(
      fc.record({
        place: fc.constantFrom('a/p', 'b/p', 'c/p'),
        log: fc.constantFrom('g1', 'g2', 'g3', null),
        access: fc.constantFrom('g1', 'g2', 'g3', null),
        domain: fc.constantFrom('a.example', 'b.example'),
      }),
      { maxLength: 5 },
    ),
    filters: fc.array(
      fc.record({
        group: fc.constantFrom('g1', 'g2', 'g3'),
        one: fc.constantFrom(
          OURS.access,
          OURS.execution,
          { ...OURS.access, pattern: 'old' },
          foreign('siem'),
          foreign('mtls-watch-discovered-access'),
          filter('mtls-watch-access', ACCESS_LOG_PATTERN),
        ),
      }),
      { maxLength: 6 },
    ),
    deny: fc.subarray(['a.example', 'b.example']),
  })
  .map(({ stages, filters, deny }) => {
    const domains = ['a.example', 'b.example'].map((name) =>
      domain(
        name,
        stages
          .filter((each) => each.domain === name)
          .map(({ place, log, access }) =>
            stage(place, {
              executionLog:
                log === null ? { kind: 'off' } : { kind: 'vended', logGroup: log, destinationArn: '', level: 'INFO' },
              access,
            }),
          ),
      ),
    );
    const groups = ['g1', 'g2', 'g3'].map((name) => {
      const named = new Map(filters.filter((each) => each.group === name).map((each) => [each.one.name, each.one]));
      return group(name, { filters: [...named.values()].slice(0, 5) });
    });
    return { domains, groups, policy: { allow: [], deny } };
  });

/** The groups as they are after the plan. */
function after(groups: readonly FoundLogGroup[], actions: readonly Action[]): FoundLogGroup[] {
  return groups.map((each) => {
    let filters = [...(each.filters ?? [])];
    for (const action of actions.filter(({ logGroup }) => logGroup === each.name)) {
      if (action.kind === 'remove') filters = filters.filter(({ name }) => name !== action.filterName);
      if (action.kind !== 'put') continue;
      filters = [
        ...filters.filter(({ name }) => name !== action.filterName),
        filter(action.filterName, action.pattern),
      ];
      expect(filters.length).toBeLessThanOrEqual(5);
    }
    return { ...each, filters };
  });
}

describe('on any account', () => {
  it('what is not ours stays, and a second run finds nothing to do', () => {
    fc.assert(
      fc.property(accounts, ({ domains, groups, policy }) => {
        const actions = plan(found(domains, groups), { policy });
        const then = after(groups, actions);
        const theirs = (each: FoundLogGroup) =>
          each.filters?.filter(
            ({ name, destinationArn }) =>
              destinationArn !== OWN.destinationArn || !name.startsWith('mtls-watch-discovered-'),
          );
        expect(then.map(theirs)).toEqual(groups.map(theirs));
        const again = plan(found(domains, then), { policy });
        expect(again.filter(({ kind }) => kind === 'put' || kind === 'remove')).toEqual([]);
        expect(told(again)).toEqual(told(actions.filter(({ kind }) => kind === 'unmet')));
      }),
    );
  });
});

describe('silence', () => {
  const HOUR = 3_600_000;
  const now = 1_000 * HOUR;
  const silent = (groups: FoundLogGroup[], domains = [one]) =>
    silentGroups(groups, domains, now, 24).map(({ name }) => name);

  it('is a log group that used to have events and has none', () => {
    expect(
      silent([
        group('never', { lastEventAt: null }),
        group('just', { lastEventAt: now - 24 * HOUR }),
        group('long', { lastEventAt: now - 24 * HOUR - 1 }),
      ]),
    ).toEqual(['long']);
  });

  it('is not asked of an execution log that only tells of errors, unless it is an access log as well', () => {
    const old = now - 100 * HOUR;
    const errors = stage('abc/prod', { executionLog: managed('abc/prod', 'ERROR') });
    expect(silent([group(EXECUTION, { lastEventAt: old })], [domain(DOMAIN, [errors])])).toEqual([]);
    expect(silent([group(EXECUTION, { lastEventAt: old })])).toEqual([EXECUTION]);
    const shared = stage('abc/prod', { executionLog: managed('abc/prod', 'ERROR'), access: EXECUTION });
    expect(silent([group(EXECUTION, { lastEventAt: old })], [domain(DOMAIN, [shared])])).toEqual([EXECUTION]);
  });
});
