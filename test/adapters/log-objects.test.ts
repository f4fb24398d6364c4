/** Logs in S3: what is listed, what is passed over, and what an unreadable one says. */

import type { S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { listLogObjects, openLogObject } from '../../shared/adapters/aws/log-objects.js';

type Input = Record<string, unknown>;
type S3 = Pick<S3Client, 'send'>;

const s3With = (answer: (input: Input, command: string) => unknown): S3 =>
  ({
    send: async (command: { input: Input }) => answer(command.input, command.constructor.name),
  }) as unknown as S3;

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** Three pages of two objects each, and what was asked. */
function paged() {
  const asked: Input[] = [];
  const s3 = s3With((input, command) => {
    asked.push(input);
    if (command === 'GetObjectCommand') return { Body: [Buffer.from('a line, '), Buffer.from(String(input.Key))] };
    const page = Number(input.ContinuationToken ?? 0);
    const object = (n: number) => ({
      Key: `logs/${page}-${n}.gz`,
      Size: n,
      ETag: `"${page}${n}"`,
      LastModified: new Date(n),
    });
    return { Contents: [object(1), object(2)], ...(page < 2 && { NextContinuationToken: `${page + 1}` }) };
  });
  return { s3, asked };
}

it('lists all pages, and opens an object in whatever state it is then', async () => {
  const { s3, asked } = paged();
  const found = await listLogObjects('bucket', 'logs/', 100, s3);
  expect(found.map(({ key }) => key)).toEqual(
    ['0', '1', '2'].flatMap((page) => [`logs/${page}-1.gz`, `logs/${page}-2.gz`]),
  );
  expect(found[3]).toMatchObject({ etag: '"12"', bytes: 2, writtenAt: 2 });
  expect(asked.map(({ Bucket, Prefix, ContinuationToken: token }) => [Bucket, Prefix, token])).toEqual(
    [undefined, '1', '2'].map((token) => ['bucket', 'logs/', token]),
  );
  expect(await textOf(found[4]!.open())).toBe('a line, logs/2-1.gz');
  expect(asked.at(-1)).toEqual({ Bucket: 'bucket', Key: 'logs/2-1.gz', IfMatch: undefined });
});

it.each([
  [0, 1],
  [2, 2],
  [3, 2],
  [4, 3],
])('asks no further where it has more than %d: %d pages', async (most, pages) => {
  const { s3, asked } = paged();
  expect(await listLogObjects('bucket', 'logs/', most, s3)).toHaveLength(2 * pages);
  expect(asked).toHaveLength(pages);
});

it('passes over the empty objects by which consoles show folders, and nothing else that is empty', async () => {
  const objects = [{ Key: 'logs/', Size: 0 }, { Key: 'logs/empty.gz', Size: 0 }, { Key: 'logs/odd/', Size: 1 }, {}];
  const found = await listLogObjects(
    'bucket',
    '',
    9,
    s3With(() => ({ Contents: objects })),
  );
  expect(found.map(({ key, bytes, etag, writtenAt }) => [key, bytes, etag, writtenAt])).toEqual([
    ['logs/empty.gz', 0, '', 0],
    ['logs/odd/', 1, '', 0],
    ['', 0, '', 0],
  ]);
  expect(
    await listLogObjects(
      'bucket',
      '',
      9,
      s3With(() => ({})),
    ),
  ).toEqual([]);
});

it('opens an object only as it was when it was listed', async () => {
  const { s3, asked } = paged();
  expect(await textOf(openLogObject({ bucket: 'b', key: 'k', etag: '"1"' }, s3))).toBe('a line, k');
  expect(asked).toEqual([{ Bucket: 'b', Key: 'k', IfMatch: '"1"' }]);
});

it('says of which object or prefix something cannot be read, and why', async () => {
  const refusing = s3With(() => {
    throw new Error('no access');
  });
  const unreadable = (place: string, why: string) => ({
    code: 'unreadable-input',
    message: expect.stringMatching(new RegExp(`^s3://b/${place}: .*${why}`)),
  });
  await expect(listLogObjects('b', 'logs/', 1, refusing)).rejects.toMatchObject(unreadable('logs/', 'no access'));
  const open = (s3: S3) => textOf(openLogObject({ bucket: 'b', key: 'k', etag: '' }, s3));
  await expect(open(refusing)).rejects.toMatchObject(unreadable('k', 'no access'));
  await expect(open(s3With(() => ({})))).rejects.toMatchObject(unreadable('k', 'no body'));
  const broken = async function* () {
    yield Buffer.from('half');
    throw new Error('cut off');
  };
  await expect(open(s3With(() => ({ Body: broken() })))).rejects.toMatchObject(unreadable('k', 'cut off'));
});
