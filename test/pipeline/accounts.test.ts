/** Two accounts whose names and ids are all the same: nothing of one may meet anything of the other. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  accountOf,
  bareName,
  inAccount,
  isNamed,
  settingFor,
  truststoreUri,
} from '../../shared/config/qualified-names.js';
import { runbookUrl } from '../../shared/config/runbooks.js';
import { policyFor } from '../../shared/detect/detect.js';
import { linksOf } from '../../shared/incidents/console-links.js';
import { matches } from '../../shared/incidents/silence.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { GroupKey, LogBatch, LogEvent } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import {
  ACCESS_GROUP,
  accessEvent,
  denialAsBareLines,
  denialAsLines,
  denialAsOneEvent,
  EXECUTION_GROUP,
  type Refusal,
  T0,
} from '../support/logs.js';
import { parse } from '../support/parse.js';
import { countedIn, type TestWorld, testConfig, testWorld } from '../support/world.js';

const MINUTE = 60_000;
const A = '111122223333';
const B = '444455556666';

const CENTRAL = { central: { accounts: [A, B] } };

function batchFrom(owner: string, logGroup: string, events: readonly LogEvent[]): LogBatch {
  return batchOf({ owner, logGroup, logStream: 'stream-1', events, malformed: [] });
}

/** One side of a request, as either log delivers it. */
interface Part {
  readonly owner: string;
  readonly logGroup: string;
  readonly event: LogEvent;
}

function partsOf(owner: string, refusals: readonly Refusal[]): Part[] {
  return refusals.flatMap((refusal) => [
    { owner, logGroup: EXECUTION_GROUP, event: denialAsOneEvent(refusal) },
    { owner, logGroup: ACCESS_GROUP, event: accessEvent(refusal) },
  ]);
}

async function deliver(world: TestWorld, batches: readonly LogBatch[]): Promise<void> {
  for (const batch of batches) {
    const { facts } = await ingest(batch, world);
    await alert(
      facts.map((fact) => fact.group),
      world,
    );
  }
}

/** What was counted of one account, without its name; waiting halves included. */
async function countedOf(world: TestWorld, account: string): Promise<string[]> {
  world.at = T0 + 10 * MINUTE;
  await sweep(world);
  return countedIn(world.stores)
    .filter((line) => accountOf(line) === account)
    .map(bareName);
}

describe('names in an account', () => {
  it('carry it in front, and can be looked up with it or without', () => {
    const scope = inAccount(A, 'partners.bank.example');
    expect([scope, accountOf(scope), bareName(scope)]).toEqual([
      `${A}/partners.bank.example`,
      A,
      'partners.bank.example',
    ]);
    expect(inAccount('', 'partners.bank.example')).toBe('partners.bank.example');
    expect(accountOf('abc123/prod')).toBe('');
    expect(['partners.bank.example', scope, `${B}/partners.bank.example`].map((name) => isNamed(name, scope))).toEqual([
      true,
      true,
      false,
    ]);
    expect(settingFor({ 'partners.bank.example': 1, [scope]: 2 }, scope)).toBe(2);
    expect(settingFor({ 'partners.bank.example': 1 }, scope)).toBe(1);
    expect(settingFor({}, 'constructor')).toBeUndefined();
  });
});

describe('accounts with the same domain, API, log groups, streams, event ids and request ids', () => {
  const refusals: Refusal[] = [
    { n: 1 },
    { n: 2, issuerDn: 'C=US,O=Two,CN=CA' },
    { n: 3, requestId: '11111111-1111-4111-8111-111111111111' },
    { n: 4, requestId: '11111111-1111-4111-8111-111111111111' },
    { n: 5, reason: 'self signed certificate' },
  ];
  // The other account's clients differ in nothing but who they say they are.
  const others = refusals.map((refusal) => ({ ...refusal, issuerDn: 'C=JP,O=Other,CN=CA' }));

  it('count what each would count alone, in any order and with duplicates', async () => {
    const subset = (parts: readonly Part[]) => fc.subarray([...parts], { minLength: 1 });
    const story = fc.tuple(subset(partsOf(A, refusals)), subset(partsOf(B, others))).chain(([ofA, ofB]) =>
      fc.record({
        ofA: fc.constant(ofA),
        ofB: fc.constant(ofB),
        // The same order for both worlds, or a reused request id could be pinned on another of its requests.
        order: fc.shuffledSubarray([...ofA, ...ofB], { minLength: ofA.length + ofB.length }),
        again: fc.shuffledSubarray([...ofA, ...ofB]),
      }),
    );
    const batchOfPart = ({ owner, logGroup, event }: Part) => batchFrom(owner, logGroup, [event]);
    await fc.assert(
      fc.asyncProperty(story, async ({ order, again }) => {
        const both = testWorld(CENTRAL);
        await deliver(both, [...order, ...again].map(batchOfPart));
        for (const account of [A, B]) {
          const alone = testWorld(CENTRAL);
          const own = [...order, ...again].filter(({ owner }) => owner === account);
          await deliver(alone, own.map(batchOfPart));
          expect(await countedOf(both, account)).toEqual(await countedOf(alone, account));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('meet where accounts are not told apart, which is what the property would find', async () => {
    const world = testWorld();
    await deliver(world, [
      batchFrom(A, EXECUTION_GROUP, [denialAsOneEvent({ n: 1 })]),
      batchFrom(B, ACCESS_GROUP, [accessEvent({ n: 1, issuerDn: 'C=JP,O=Other,CN=CA' })]),
    ]);
    expect(countedIn(world.stores)).toEqual(['api.bank.example | C=JP,O=Other,CN=CA | issuer-not-found: 1']);
  });

  it('fire apart', async () => {
    const world = testWorld(CENTRAL);
    const many = Array.from({ length: 40 }, (_, n) => ({ n, at: T0 }));
    const batches = (owner: string, some: readonly Refusal[]) => [
      batchFrom(
        owner,
        EXECUTION_GROUP,
        some.map((refusal) => denialAsOneEvent(refusal)),
      ),
      batchFrom(
        owner,
        ACCESS_GROUP,
        some.map((refusal) => accessEvent(refusal)),
      ),
    ];
    await deliver(world, [...batches(A, many), ...batches(B, many.slice(0, 3))]);
    expect(world.published.map(({ group, count }) => [group.scope, count])).toEqual([[`${A}/api.bank.example`, 40]]);
  });

  it('meet neither in one batch of a centralised log group, where lines are put together', () => {
    const of = (account: string, events: readonly LogEvent[]) => events.map((event) => ({ ...event, account }));
    const lines = (extendedRequestId: string) => denialAsLines({ n: 1, extendedRequestId });
    const events = [...of(A, lines('ofA=').slice(1)), ...of(B, lines('ofB='))];
    const { denials } = parse(batchFrom('999988887777', EXECUTION_GROUP, events), {}, true);
    expect(denials.map(({ scope, extendedRequestId }) => [scope, extendedRequestId])).toEqual([
      [`${A}/abc123/prod`, null],
      [`${B}/abc123/prod`, 'ofB='],
    ]);
    expect(new Set(denials.map(({ eventId }) => eventId)).size).toBe(2);
    const [, reason] = denialAsBareLines({ n: 2 });
    const [, , id] = denialAsBareLines({ n: 2 });
    const apart = parse(batchFrom('999988887777', EXECUTION_GROUP, [...of(A, [reason!]), ...of(B, [id!])]), {}, true);
    expect(apart.denials.map(({ requestId }) => requestId)).toEqual(['']);
  });
});

describe('what a central stack calls things', () => {
  it('is the account of the event, else of the log group, and the name alone where neither is known', () => {
    const scopes = (owner: string, account?: string) => {
      const event = { ...denialAsOneEvent({ n: 1 }), ...(account !== undefined && { account }) };
      return parse(batchFrom(owner, EXECUTION_GROUP, [event]), {}, true).denials.map(({ scope }) => scope);
    };
    expect(scopes(A)).toEqual([`${A}/abc123/prod`]);
    expect(scopes(A, B)).toEqual([`${B}/abc123/prod`]);
    expect(scopes('CloudwatchLogs')).toEqual(['abc123/prod']);
    const central = parse(batchFrom(A, `${B}/${EXECUTION_GROUP}`, [denialAsOneEvent({ n: 1 })]), {}, true);
    expect(central.denials[0]?.scope).toBe(`${A}/abc123/prod`);
  });

  it('follows the domains of the configuration, with the account or without', () => {
    const scope = (domains: Record<string, string>) =>
      parse(batchFrom(A, EXECUTION_GROUP, [denialAsOneEvent({ n: 1 })]), domains, true).denials[0]?.scope;
    expect(scope({ abc123: 'api.bank.example' })).toBe(`${A}/api.bank.example`);
    expect(scope({ abc123: 'api.bank.example', [`${A}/abc123/prod`]: 'own.bank.example' })).toBe(
      `${A}/own.bank.example`,
    );
    expect(scope({ [`${B}/abc123`]: 'api.bank.example' })).toBe(`${A}/abc123/prod`);
  });

  const group: GroupKey = { scope: `${A}/api.bank.example`, issuerDn: 'CN=CA', reason: 'issuer-not-found' };
  const selectors = [`${A}/api.bank.example`, 'api.bank.example', `${B}/api.bank.example`] as const;

  it.each([
    ['a truststore', (scope: string) => truststoreUri(group.scope, { [scope]: 's3://b/k' }) === 's3://b/k'],
    [
      'a detection override',
      (scope: string) =>
        policyFor(group, testConfig({ detection: { overrides: [{ scope, floor: 77 }] } }).detection).floor === 77,
    ],
    [
      'a runbook override',
      (scope: string) => {
        const overrides = [{ scope, url: 'https://team.example/page' }];
        const config = testConfig({ runbooks: { baseUrl: 'https://wiki.example.com', overrides } });
        return runbookUrl(config, group, group.reason) === 'https://team.example/page';
      },
    ],
    [
      'a silence',
      (scope: string) => matches({ scope, issuerDn: null, reason: null } as Parameters<typeof matches>[0], group),
    ],
  ])('%s is meant by its account and by its name, and not by another account', (_what, isMeant) => {
    expect(selectors.map(isMeant)).toEqual([true, true, false]);
  });

  it('an HTTP API is named in its account, so that the one of the same id elsewhere keeps its execution log', async () => {
    const world = testWorld({ ...CENTRAL, apisWithoutExecutionLog: [`${B}/abc123`] });
    await deliver(world, [
      batchFrom(A, EXECUTION_GROUP, [denialAsOneEvent({ n: 1 })]),
      batchFrom(A, ACCESS_GROUP, [accessEvent({ n: 1 })]),
    ]);
    expect(countedIn(world.stores)).toEqual([`${A}/api.bank.example | C=US,O=Acme,CN=Acme CA | issuer-not-found: 1`]);
    const named = testWorld({ ...CENTRAL, apisWithoutExecutionLog: ['abc123'] });
    await deliver(named, [batchFrom(A, ACCESS_GROUP, [accessEvent({ n: 1 })])]);
    expect([...named.stores.facts.allForbidden()].map(({ scope }) => scope)).toEqual([`${A}/api.bank.example`]);
  });

  it('is looked for in the logs by domain and account', () => {
    const config = testConfig({ accessLogGroups: [{ name: '/central/access' }] });
    const place = { region: 'eu-west-1', tableName: 't', dashboardName: null };
    const { accessLog } = linksOf({ group, reasonText: '', since: T0, at: T0 }, config, place);
    expect(accessLog).toContain('domainName*20*3d*20*22api.bank.example*22');
    expect(accessLog).toContain(`*40aws.account*20*3d*20*22${A}*22`);
    const alone = linksOf(
      { group: { ...group, scope: 'api.bank.example' }, reasonText: '', since: T0, at: T0 },
      config,
      place,
    );
    expect(alone.accessLog).not.toContain('aws.account');
  });
});
