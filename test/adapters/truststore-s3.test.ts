import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createS3Truststores } from '../../shared/adapters/aws/truststore.js';
import { limits } from '../../shared/base/limits.js';

interface Version {
  readonly id: string;
  readonly text: string;
  /** When it was put; days before day 0. */
  readonly daysAgo?: number;
  /** With which status it is refused. */
  readonly refused?: number;
}

const DAY = 86_400_000;

/** A bucket with one versioned object, newest version first; counts what is asked of it. */
function bucket(versions: Version[]) {
  const calls: string[] = [];
  const http = (status: number) =>
    Object.assign(new Error(`status ${status}`), { $metadata: { httpStatusCode: status } });
  const bodyOf = ({ id, text }: Version) => ({
    Body: Readable.from([Buffer.from(text)]),
    ETag: `"${text}"`,
    VersionId: id,
    LastModified: new Date(0),
  });
  const send = async (command: {
    constructor: { name: string };
    input: { VersionId?: string; IfNoneMatch?: string };
  }) => {
    calls.push(command.constructor.name);
    const [latest] = versions;
    if (latest === undefined) throw http(404);
    if (command.constructor.name === 'ListObjectVersionsCommand') {
      return {
        Versions: [
          { Key: 'ca.pem.bak', VersionId: 'other' },
          ...versions.map(({ id, text, daysAgo = 0 }) => ({
            Key: 'ca.pem',
            VersionId: id,
            ETag: `"${text}"`,
            Size: text.length,
            LastModified: new Date(-daysAgo * DAY),
          })),
        ],
      };
    }
    const wanted = versions.find(({ id }) => id === command.input.VersionId) ?? latest;
    if (wanted.refused !== undefined) throw http(wanted.refused);
    const output = bodyOf(wanted);
    if (output.ETag === command.input.IfNoneMatch) throw http(304);
    return output;
  };
  return { calls, client: { send } as never };
}

const URI = 's3://trust/ca.pem';

describe('truststores in S3', () => {
  test('are read again only when they changed', async () => {
    const versions = [{ id: 'v1', text: 'one' }];
    const { client, calls } = bucket(versions);
    let now = 0;
    const source = createS3Truststores(client, { now: () => now });
    const first = await source.read(URI);
    expect(first).toMatchObject({ text: 'one', versionId: 'v1' });
    expect(await source.read(URI)).toBe(first);
    expect(calls.length).toBe(1);
    now += limits.truststoreRecheckMs;
    expect(await source.read(URI)).toBe(first);
    expect(calls.length).toBe(2);
    versions.unshift({ id: 'v2', text: 'two' });
    now += limits.truststoreRecheckMs;
    expect(await source.read(URI)).toMatchObject({ text: 'two', versionId: 'v2' });
  });

  test('give the version before', async () => {
    const { client, calls } = bucket([
      { id: 'v2', text: 'two' },
      { id: 'v1', text: 'one' },
    ]);
    const source = createS3Truststores(client, { now: () => 0 });
    expect(await source.earlier(URI)).toMatchObject([{ text: 'one', versionId: 'v1' }]);
    const asked = calls.length;
    expect(await source.earlier(URI)).toMatchObject([{ versionId: 'v1' }]);
    expect(calls.length).toBe(asked);
  });

  test.each<[string, readonly Version[], readonly string[]]>([
    [
      'and those that were in use within the week',
      [
        { id: 'v5', text: 'five', daysAgo: 1 },
        { id: 'v4', text: 'four', daysAgo: 2 },
        { id: 'v3', text: 'three', daysAgo: 6 },
        // In use until six days ago.
        { id: 'v2', text: 'two', daysAgo: 8 },
        { id: 'v1', text: 'one', daysAgo: 9 },
      ],
      ['v4', 'v3', 'v2'],
    ],
    [
      'however long ago it was replaced',
      [
        { id: 'v3', text: 'three', daysAgo: 30 },
        { id: 'v2', text: 'two', daysAgo: 40 },
        { id: 'v1', text: 'one', daysAgo: 50 },
      ],
      ['v2'],
    ],
    [
      'and no contents twice',
      [
        { id: 'v5', text: 'good' },
        { id: 'v4', text: 'good' },
        { id: 'v3', text: 'bad' },
        { id: 'v2', text: 'good' },
        { id: 'v1', text: 'old' },
      ],
      ['v4', 'v3', 'v1'],
    ],
    [
      'and eight in all',
      Array.from({ length: 12 }, (_, n) => ({ id: `v${12 - n}`, text: `${12 - n}` })),
      ['v11', 'v10', 'v9', 'v8', 'v7', 'v6', 'v5', 'v4'],
    ],
    [
      'and as much as one may have',
      Array.from({ length: 5 }, (_, n) => ({ id: `v${5 - n}`, text: `${5 - n}`.repeat(6 << 20) })),
      ['v4', 'v3'],
    ],
  ])('give the version before, %s', async (_, versions, ids) => {
    const source = createS3Truststores(bucket([...versions]).client, { now: () => 0 });
    expect((await source.earlier(URI)).map(({ versionId }) => versionId)).toEqual(ids);
  });

  const five = Array.from({ length: 5 }, (_, n): Version => ({ id: `v${5 - n}`, text: `${5 - n}`, daysAgo: n }));
  const refusing = (statuses: Readonly<Record<string, number>>): Version[] =>
    five.map((one) => ({ ...one, ...(statuses[one.id] !== undefined && { refused: statuses[one.id] }) }) as Version);

  test.each<[string, Readonly<Record<string, number>>, readonly string[]]>([
    ['the oldest, in an archive class', { v1: 403 }, ['v4', 'v3', 'v2']],
    ['one in between, deleted since it was listed', { v3: 404 }, ['v4', 'v2', 'v1']],
    ['the one before the current one', { v4: 403 }, ['v3', 'v2', 'v1']],
    ['all but one', { v4: 403, v3: 404, v1: 500 }, ['v2']],
  ])('leave out an earlier version that cannot be read: %s', async (_, statuses, ids) => {
    const source = createS3Truststores(bucket(refusing(statuses)).client, { now: () => 0 });
    expect((await source.earlier(URI)).map(({ versionId }) => versionId)).toEqual(ids);
  });

  test('say why none of the earlier versions can be read', async () => {
    const { client } = bucket(refusing({ v4: 403, v3: 403, v2: 403, v1: 403 }));
    await expect(createS3Truststores(client, { now: () => 0 }).earlier(URI)).rejects.toMatchObject({
      code: 'truststore-unreadable',
      message: expect.stringContaining('s3:GetObjectVersion'),
    });
  });

  test.each([
    [503, ['v4', 'v3', 'v2', 'v1']],
    [403, ['v4', 'v3', 'v2']],
  ])('ask again for an earlier version that was refused with %d: then %j', async (status, ids) => {
    const versions = refusing({ v1: status });
    const source = createS3Truststores(bucket(versions).client, { now: () => 0 });
    expect(await source.earlier(URI)).toHaveLength(3);
    versions.splice(0, 5, ...five);
    expect((await source.earlier(URI)).map(({ versionId }) => versionId)).toEqual(ids);
  });

  test('forget an earlier version a week after it was replaced, however long the process runs', async () => {
    let now = 0;
    const source = createS3Truststores(bucket([...five]).client, { now: () => now });
    const ids = async () => (await source.earlier(URI)).map(({ versionId }) => versionId);
    expect(await ids()).toEqual(['v4', 'v3', 'v2', 'v1']);
    // The first was in use until three days before.
    now = 4 * DAY;
    expect(await ids()).toEqual(['v4', 'v3', 'v2']);
    now = 30 * DAY;
    expect(await ids()).toEqual(['v4']);
  });

  test('have no version before the first', async () => {
    const source = createS3Truststores(bucket([{ id: 'v1', text: 'one' }]).client, { now: () => 0 });
    expect(await source.earlier(URI)).toEqual([]);
  });

  test('that are too large are not read to their end', async () => {
    const chunk = Buffer.alloc(1 << 20);
    let sent = 0;
    const body = Readable.from(
      (function* () {
        for (; sent < 1000; sent++) yield chunk;
      })(),
    );
    const client = { send: async () => ({ Body: body, ETag: '"x"' }) } as never;
    await expect(createS3Truststores(client, { now: () => 0 }).read(URI)).rejects.toMatchObject({
      code: 'truststore-unreadable',
      retryable: false,
    });
    expect(sent).toBeLessThan(100);
  });

  test.each([
    [404, false, 'there is no such object'],
    [403, false, 's3:GetObject'],
    [503, true, 'status 503'],
  ])('that answer %d say what to do', async (status, retryable, text) => {
    const client = {
      send: async () =>
        Promise.reject(Object.assign(new Error(`status ${status}`), { $metadata: { httpStatusCode: status } })),
    } as never;
    const reading = createS3Truststores(client, { now: () => 0 }).read(URI);
    await expect(reading).rejects.toMatchObject({
      code: 'truststore-unreadable',
      retryable,
      message: expect.stringContaining(text),
    });
  });

  test('need an address', async () => {
    await expect(createS3Truststores(bucket([]).client, { now: () => 0 }).read('https://example.com')).rejects.toThrow(
      'expected s3://bucket/key',
    );
  });
});
