/** What is DynamoDB's own about the stores: failures, cost, expiry, and items that are not as they were written. */

import { type DynamoDBClient, DynamoDBServiceException, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { pemOf } from '../../shared/x509/pem.js';
import { CLOCK } from '../contract/containers.js';
import { access, denial, fact, group, incident, notice, rollup } from '../contract/examples.js';
import { ca, leaf } from '../support/certificates.js';
import { countingClient } from '../support/counting-client.js';
import { createTestTable, type LocalDynamo, startDynalite } from '../support/local-table.js';

const PEM = pemOf(Buffer.from('a certificate'));
const DAY = 86_400_000;

let dynamo: LocalDynamo;
let table: string;

beforeAll(async () => {
  dynamo = await startDynalite();
});
afterAll(() => dynamo.stop());
beforeEach(async () => {
  table = await createTestTable(dynamo.client);
});

const storesOn = (client: DynamoDBClient, sleeps: number[] = [], laterMs = 0) =>
  createDynamoStores(
    client,
    table,
    { now: () => CLOCK.now() + laterMs },
    {
      sleep: async (ms) => {
        sleeps.push(ms);
      },
    },
  );

type Answer = Error | object | undefined;

/** A client whose requests are answered by `answer`, where it has one. */
function faultyClient(answer: (command: string, input: object) => Answer | Promise<Answer>): DynamoDBClient {
  const client = dynamo.connect();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const instead = await answer(commandName?.replace('Command', '') ?? '', args.input);
        if (instead instanceof Error) throw instead;
        if (instead !== undefined) return { output: { $metadata: {}, ...instead }, response: {} };
        return next(args);
      },
    { step: 'initialize' },
  );
  return client;
}

const throttled = () =>
  new DynamoDBServiceException({
    name: 'ProvisionedThroughputExceededException',
    message: 'slow down',
    $fault: 'client',
    $metadata: {},
  });

const fails = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

/** What an error goes back to, where it says. */
const rootsOf = (error: unknown): unknown[] => {
  if (error instanceof AggregateError) return error.errors.flatMap(rootsOf);
  return error instanceof Error && error.cause !== undefined ? rootsOf(error.cause) : [error];
};

describe('failures of the world', () => {
  it('are worth a retry, and keep their cause', async () => {
    const cause = throttled();
    const stores = storesOn(faultyClient(() => cause));
    const calls = [
      () => stores.join.put([{ key: 'k', half: denial(1), batchId: 'b' }]),
      () => stores.join.read(['k']),
      () => stores.waiting.due(0, 1),
      () => stores.facts.put([fact(1)], []),
      () => stores.groups.admit('s', 1, ['CN=i']),
      () => stores.rollups.mark([{ group: group(), hour: 1, token: 's' }]),
      () => stores.rollups.close({ group: group(), hour: 1, token: 's', expected: [] }, rollup(1)),
      () => stores.history.load(group()),
      () => stores.incidents.transition(incident(1), null),
      () => stores.outbox.pending(1),
      () => stores.storm.fixRate('b', 1),
    ];
    for (const call of calls) {
      const error = await fails(call());
      expect(error).toMatchObject({ code: 'store-unavailable', retryable: true });
      expect(rootsOf(error)).toContain(cause);
    }
  });

  it('include a table that is not there and a way that is closed', async () => {
    const noTable = createDynamoStores(dynamo.client, 'no-such-table', CLOCK);
    const error = await fails(noTable.history.load(group()));
    expect(error).toMatchObject({ code: 'store-unavailable', retryable: true });
    expect((error as Error).message).toContain('no-such-table');
    const stopped = await startDynalite();
    await stopped.stop();
    const noWay = createDynamoStores(stopped.connect(), table, CLOCK);
    expect(await fails(noWay.history.load(group()))).toMatchObject({ code: 'store-unavailable', retryable: true });
  });

  it('are told apart from bugs', async () => {
    const bug = await fails(storesOn(dynamo.client).certificates.save(new Map([['f'.repeat(3000), PEM]])));
    expect(bug).toMatchObject({ name: 'ValidationException' });
    const broken = storesOn(faultyClient(() => new TypeError('not a function')));
    expect(await fails(broken.history.load(group()))).toBeInstanceOf(TypeError);
  });

  it('in a part of a batch reject once the rest has settled, and a retry completes it', async () => {
    let updates = 0;
    let running = 0;
    const client = faultyClient((command) => {
      if (command === 'UpdateItem' && ++updates % 7 === 3) return throttled();
      return undefined;
    });
    client.middlewareStack.add(
      (next) => async (args) => {
        running++;
        try {
          return await next(args);
        } finally {
          running--;
        }
      },
      { step: 'build' },
    );
    const stores = storesOn(client);
    const writes = Array.from({ length: 30 }, (_, n) => ({ key: `k${n}`, half: denial(n), batchId: 'b' }));
    expect(await fails(stores.join.put(writes))).toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(running).toBe(0);
    const healthy = storesOn(dynamo.client);
    const cells = await healthy.join.put(writes);
    expect(cells.map((cell) => cell.denial?.second)).toEqual(writes.map(() => false));
  });

  it('of a batch that DynamoDB leaves half done are repeated with growing patience, and bounded', async () => {
    type Request = { RequestItems: Record<string, unknown[]> };
    let batches = 0;
    const once = faultyClient((command, input) => {
      if (command !== 'BatchWriteItem' || ++batches > 2) return undefined;
      return { UnprocessedItems: (input as Request).RequestItems };
    });
    const sleeps: number[] = [];
    await storesOn(once, sleeps).certificates.save(new Map([['f', PEM]]));
    expect(sleeps).toEqual([limits.storeBackoffMs, 2 * limits.storeBackoffMs]);
    expect(await storesOn(dynamo.client).certificates.load('f')).toBe(PEM);

    const never = faultyClient((command, input) => {
      if (command === 'BatchWriteItem') return { UnprocessedItems: (input as Request).RequestItems };
      if (command === 'BatchGetItem') return { UnprocessedKeys: (input as Request).RequestItems };
      return undefined;
    });
    const failed = { code: 'store-unavailable', retryable: true };
    expect(await fails(storesOn(never).certificates.save(new Map([['g', PEM]])))).toMatchObject(failed);
    expect(await fails(storesOn(never, sleeps).join.read(['k']))).toMatchObject(failed);
    expect(sleeps).toHaveLength(2 + limits.storeBatchAttemptsMax - 1);
  });

  it('of some keys of a read are asked for again', async () => {
    const healthy = storesOn(dynamo.client);
    await healthy.join.put(['k1', 'k2'].map((key, n) => ({ key, half: denial(n), batchId: 'b' })));
    let reads = 0;
    const client = faultyClient((command, input) => {
      if (command !== 'BatchGetItem' || ++reads > 1) return undefined;
      return { UnprocessedKeys: (input as { RequestItems: object }).RequestItems };
    });
    const cells = await storesOn(client).join.read(['k2', 'k1']);
    expect(cells.map((cell) => cell.denial?.half.eventId)).toEqual(['d1', 'd0']);
  });

  it('between the steps of a notice neither lose nor revive it', async () => {
    let broken: string | null = null;
    const stores = storesOn(faultyClient((command) => (command === broken ? throttled() : undefined)));
    const told = notice('n1');
    for (const step of ['PutItem', 'UpdateItem']) {
      broken = step;
      expect(await fails(stores.incidents.transition(incident(1), told))).toBeInstanceOf(MtlsWatchError);
      broken = null;
      expect(await stores.incidents.load(group())).toBeNull();
      expect(await stores.outbox.pending(10)).toEqual([]);
    }
    expect(await stores.incidents.transition(incident(1), told)).toBe(true);
    for (const step of ['UpdateItem', 'DeleteItem']) {
      expect(await stores.outbox.pending(10)).toEqual([told]);
      broken = step;
      expect(await fails(stores.outbox.clear('n1'))).toBeInstanceOf(MtlsWatchError);
      broken = null;
    }
    // It was struck off the list, and lies there still.
    expect(await stores.outbox.pending(10)).toEqual([]);
    expect((await itemsOf('outbox')).length).toBe(0);
  });
});

describe('what runs at the same time', () => {
  it('finds every notice of a transition that has happened, and takes none away that is about to', async () => {
    const other = storesOn(dynamo.client);
    const seen: unknown[] = [];
    const stores = storesOn(
      faultyClient(async (command) => {
        if (command === 'UpdateItem') seen.push(await other.outbox.pending(10));
        return undefined;
      }),
    );
    await stores.incidents.transition(incident(1), notice('n1'));
    await stores.incidents.transition(incident(2), notice('n2', 1_800_000_000_001));
    expect(seen).toEqual([[], [notice('n1')]]);
    expect(await other.outbox.pending(10)).toEqual([notice('n1'), notice('n2', 1_800_000_000_001)]);
  });

  it('leaves a claim to the claim, or to the other half, that was quicker', async () => {
    const other = storesOn(dynamo.client);
    let meanwhile: (() => Promise<unknown>) | null = null;
    const stores = storesOn(
      faultyClient(async (command) => {
        const once = meanwhile;
        meanwhile = null;
        if (command === 'UpdateItem') await once?.();
        else meanwhile = once;
        return undefined;
      }),
    );
    await stores.join.put(['k1', 'k2'].map((key, n) => ({ key, half: denial(n), batchId: 'b' })));
    meanwhile = () => other.join.claim(['k1'], 's2');
    expect(await stores.join.claim(['k1'], 's1')).toMatchObject([{ claimedBy: 's2' }]);
    meanwhile = () => other.join.put([{ key: 'k2', half: access(1), batchId: 'b' }]);
    expect(await stores.join.claim(['k2'], 's1')).toMatchObject([{ access: { second: true }, claimedBy: null }]);
    expect(await other.join.read(['k1', 'k2'])).toMatchObject([{ claimedBy: 's2' }, { claimedBy: null }]);
  });

  it('is seen by every read', async () => {
    const reads: string[] = [];
    const stores = storesOn(
      faultyClient((command, input) => {
        if (!/Get|Query/.test(command)) return undefined;
        const consistent = JSON.stringify(input).includes('"ConsistentRead":true');
        reads.push(`${command} ${consistent ? 'consistent' : 'stale'}`);
        return undefined;
      }),
    );
    await stores.join.read(['k']);
    await stores.facts.window(group(), 0, 1);
    await stores.incidents.load(group());
    expect(reads).toEqual(['BatchGetItem consistent', 'Query consistent', 'GetItem consistent']);
  });
});

describe('items that are not as they were written', () => {
  const broken = [
    ['cell#k', '-', { denial: { S: '["b"' }, first: { S: 'denial' } }],
    ['cell#k', '-', { denial: { S: '["b", 5]' }, first: { S: 'denial' } }],
    ['cell#k', '-', { claimedBy: { N: '1' } }],
  ] as const;
  it.each(broken)('are named: %s %s %j', async (pk, sk, attributes) => {
    await dynamo.client.send(
      new PutItemCommand({ TableName: table, Item: { pk: { S: pk }, sk: { S: sk }, ...attributes } }),
    );
    const error = await fails(storesOn(dynamo.client).join.read(['k']));
    expect(error).toMatchObject({ code: 'wrong-shape', retryable: false });
    expect((error as Error).message).toContain(`pk "${pk}", sk "${sk}"`);
  });
});

describe('cost', () => {
  const counted = (laterMs = 0) => {
    const client = dynamo.connect();
    return { stores: storesOn(client, [], laterMs), usage: countingClient(client) };
  };

  it('is one unit for each half of an ordinary request', async () => {
    const { stores, usage } = counted();
    const digest = 'd'.repeat(22);
    await stores.join.put([
      { key: digest, half: denial(1, { eventId: digest, requestId: 'u'.repeat(36) }), batchId: digest },
    ]);
    await stores.join.put([
      { key: digest, half: access(1, { eventId: digest, requestId: 'u'.repeat(36) }), batchId: digest },
    ]);
    expect(usage).toEqual({ requests: 2, writeUnits: 2, readUnits: 0 });
  });

  it('is no write for claims on requests that are whole', async () => {
    const { stores, usage } = counted();
    const order = Array.from({ length: 60 }, (_, n) => `k${n}`);
    await stores.join.put(
      order.flatMap((key, n) => [denial(n), access(n)].map((half) => ({ key, half, batchId: 'b' }))),
    );
    const before = usage.writeUnits;
    await stores.join.claim(order, 's');
    expect(usage.writeUnits - before).toBe(0);
  });

  it('is a request for every hundred different items that are asked for at once, and each gets its own', async () => {
    const { stores, usage } = counted();
    const groups = Array.from({ length: 150 }, (_, n) => group(n));
    for (const one of groups.slice(1)) await stores.history.save(one, { of: one.issuerDn });
    const before = usage.requests;
    const asked = await Promise.all([...groups, group(7)].map((one) => stores.history.load(one)));
    expect(usage.requests - before).toBe(2);
    const own = groups.map((one) => ({ of: one.issuerDn }));
    expect(asked).toEqual([null, ...own.slice(1), own[7]]);
    // What was asked before is not an answer to who asks later.
    await stores.history.save(group(7), 'changed');
    expect(await stores.history.load(group(7))).toBe('changed');
  });

  it('is nothing for issuers whose answer is known', async () => {
    const { stores, usage } = counted();
    const many = Array.from({ length: limits.issuersPerScopeMax }, (_, n) => `CN=${n}`);
    await stores.groups.admit('s', 1, many.slice(0, 3));
    await stores.groups.admit('s', 1, many.slice(0, 3));
    expect(usage.requests).toBe(1);
    await stores.groups.admit('s', 1, many);
    await stores.groups.admit('s', 1, ['CN=one too many', 'CN=another']);
    expect(usage.requests).toBe(2);
  });

  it('is a look and a write for certificates, however many a client makes, and none for known ones', async () => {
    const { stores, usage } = counted();
    const many = new Map(Array.from({ length: 500 }, (_, n) => [`f${n}`, PEM]));
    await stores.certificates.save(many);
    expect(usage.requests).toBe(2);
    const first = new Map([...many].slice(0, limits.certificatesPerBatchMax));
    await stores.certificates.save(first);
    expect(usage.requests).toBe(2);
    // What another container saved costs this one a look, until half of its time is over.
    const another = counted();
    await another.stores.certificates.save(first);
    expect(another.usage).toMatchObject({ requests: 1, writeUnits: 0 });
    const later = counted((limits.keptDaysMax / 2) * DAY);
    await later.stores.certificates.save(first);
    expect(later.usage).toMatchObject({ requests: 2, writeUnits: limits.certificatesPerBatchMax });
  });

  it('is one write unit for a certificate with an RSA key of 2,048 bits', async () => {
    const { stores, usage } = counted();
    const { pem, certificate } = leaf({
      subject: 'C=US,O=Acme,CN=client',
      key: 'rsa-a',
      issuer: ca({ subject: 'C=US,O=Acme,CN=Acme Issuing CA', key: 'rsa-b' }),
    });
    await stores.certificates.save(new Map([[certificate.fingerprint, pem]]));
    expect(usage.writeUnits).toBe(1);
    expect(await stores.certificates.load(certificate.fingerprint)).toBe(pem);
  });

  it('is one write unit for an issuer and the fact that is expected of it, while their item is light', async () => {
    const { stores, usage } = counted();
    const minute = CLOCK.now() / 60_000;
    const expecting = (n: number) => ({ group: group(n), minute, batchId: 'b'.repeat(22), requests: 1 });
    let admitted = 0;
    while (await stores.groups.admitWithIntent(expecting(admitted))) admitted++;
    expect(admitted).toBeGreaterThan(4);
    expect(usage).toMatchObject({ requests: admitted, writeUnits: admitted });
    // Nor is anything expected on a day that no sweep looks through any more, or does not yet.
    for (const days of [-2, 1]) {
      expect(await stores.groups.admitWithIntent({ ...expecting(0), minute: minute + days * 1440 })).toBe(false);
    }
    expect(usage.requests).toBe(admitted);
    const yesterday = { ...expecting(0), minute: minute - 1440 };
    expect(await stores.groups.admitWithIntent(yesterday)).toBe(true);
    expect(await storesOn(dynamo.client, [], 86_400_000).rollups.open(minute, 100)).toHaveLength(admitted + 1);
  });

  it('is a look for the issuers of a place that another container admitted', async () => {
    const { stores } = counted();
    await stores.groups.admit('s', 2, ['CN=known']);
    const another = counted();
    expect(await another.stores.groups.admit('s', 2, [])).toEqual(new Set());
    expect(await another.stores.groups.admit('s', 2, ['CN=known'])).toEqual(new Set(['CN=known']));
    await another.stores.groups.admit('s', 2, []);
    expect(another.usage).toEqual({ requests: 1, writeUnits: 0, readUnits: 1 });
  });

  it('counts a failed condition as a write', async () => {
    const { stores, usage } = counted();
    await stores.facts.put([fact(1)], []);
    await stores.facts.put([fact(1)], []);
    expect(usage).toEqual({ requests: 2, writeUnits: 2, readUnits: 0 });
  });
});

describe('the record of an incident that is over', () => {
  it.each([
    ['copied', 'BatchWriteItem'],
    ['struck off', 'UpdateItem'],
  ])('outlives a crash before it is %s, and is there once', async (_step, command) => {
    await storesOn(dynamo.client).incidents.transition(incident(1), null);
    let updates = 0;
    const dying = storesOn(
      faultyClient((name) => {
        // The first update is the transition itself.
        const isCrash = name === command && (name !== 'UpdateItem' || updates++ > 0);
        return isCrash ? throttled() : undefined;
      }),
    );
    const end = incident(2, { state: 'resolved', lastNoticeAt: CLOCK.now() });
    expect(await fails(dying.incidents.transition(end, null))).toMatchObject({ code: 'store-unavailable' });
    const { incidents } = storesOn(dynamo.client);
    // A retry finds the transition made, and makes no second record.
    expect(await incidents.transition(end, null)).toBe(false);
    expect(await incidents.firing(10)).toEqual([]);
    expect(await incidents.firing(10)).toEqual([]);
    const ended = await incidents.ended(CLOCK.now() - DAY, CLOCK.now() + 1, 10);
    expect(ended.map(({ endedAt }) => endedAt)).toEqual([CLOCK.now()]);
    expect(await itemsOf('ended')).toHaveLength(1);
    expect((await itemsOf('incident')).map((item) => item.ended)).toEqual([undefined]);
  });
});

describe('expiry', () => {
  it('comes to every item in its time, and to no incident that fires', async () => {
    const stores = storesOn(dynamo.client);
    const hour = CLOCK.now() / 3_600_000;
    await stores.join.put([{ key: 'put', half: denial(1), batchId: 'b' }]);
    await stores.join.claim(['claimed'], 's');
    await stores.waiting.save({ id: 'w', batchId: 'b', dueAt: 1, halves: [] });
    await stores.facts.put([fact(1)], [{ scope: 's', cause: 'waf', minute: 1, batchId: 'b', requests: 1, count: 1 }]);
    await stores.groups.admit('s', 1, ['CN=i']);
    await stores.rollups.mark([{ group: group(), hour, token: 's' }]);
    await stores.rollups.close({ group: group(), hour, token: 'another', expected: [] }, rollup(hour));
    await stores.history.save(group(), {});
    await stores.certificates.save(new Map([['f', PEM]]));
    await stores.storm.addLoad(1, 'denial', 1);
    await stores.storm.fixRate('b', 1);
    await stores.incidents.transition(incident(1), notice('n'));
    await stores.incidents.transition(incident(1, { group: group(1) }), null);
    await stores.incidents.transition(
      incident(2, { group: group(1), state: 'resolved', lastNoticeAt: CLOCK.now() }),
      null,
    );
    const days = (await itemsOf('')).map(({ pk, ttl }) => {
      const left = ttl?.N === undefined ? 'stays' : (Number(ttl.N) - CLOCK.now() / 1000) / 86_400;
      return `${pk?.S?.split('#')[0]} ${left}`;
    });
    expect(days.sort()).toEqual([
      'cell 31',
      'cell 31',
      'certificate 30',
      'ended 400',
      'fact 61',
      'forbidden 16',
      'groups 400',
      'history 60',
      'incident 7',
      'incident stays',
      'issuers 61',
      'load 31',
      'mark 61',
      'outbox 7',
      'rate 31',
      'rollup 400',
      'scopes 16',
      'waiting 30',
    ]);
    await stores.incidents.transition(incident(3, { group: group(1) }), null);
    expect((await itemsOf('incident')).map(({ ttl }) => ttl)).toEqual([undefined, undefined]);
  });
});

async function itemsOf(prefix: string) {
  const { Items } = await dynamo.client.send(new ScanCommand({ TableName: table }));
  return (Items ?? []).filter(({ pk }) => pk?.S?.startsWith(prefix));
}
