import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { type DecodedDelivery, decodePayload, decodeSubscription } from '../../shared/logs/decode.js';
import { unpackRecord } from '../../shared/logs/unpack.js';
import type { LogBatch } from '../../shared/model/index.js';
import { accessEvent, denialAsLines, executionBatch, subscriptionEvent, subscriptionPayload } from '../support/logs.js';

const batch = executionBatch([...denialAsLines({ n: 1 }), accessEvent({ n: 1 })]);
const payload = subscriptionPayload(batch);
const dataOf = (text: string | Buffer): { awslogs: { data: string } } => ({
  awslogs: { data: gzipSync(text).toString('base64') },
});

async function decodeRecord(gzip: Buffer): Promise<DecodedDelivery[]> {
  const deliveries: DecodedDelivery[] = [];
  for await (const delivery of unpackRecord(gzip.toString('base64'))) deliveries.push(delivery);
  return deliveries;
}

describe('decode', () => {
  it('reads a subscription event, with or without a policy level', () => {
    expect(decodeSubscription(subscriptionEvent(payload))).toEqual(batch);
    expect(decodeSubscription(subscriptionEvent({ ...payload, policyLevel: 'ACCOUNT_LEVEL_POLICY' }))).toEqual(batch);
  });

  it('reads the same payload from a Kinesis record', async () => {
    expect(await decodeRecord(gzipSync(JSON.stringify(payload)))).toEqual([batch]);
  });

  it('reads several payloads from one Kinesis record, whatever is between them', async () => {
    const tricky = { ...payload, logEvents: [{ id: '1', timestamp: 1, message: 'ends in }{"messageType":"x"} {' }] };
    const texts = [payload, tricky, payload].map((one) => JSON.stringify(one));
    for (const between of ['', '\n', ' \r\n']) {
      expect(await decodeRecord(gzipSync(texts.join(between)))).toEqual([batch, decodePayload(tricky), batch]);
    }
    const members = Buffer.concat(texts.map((text) => gzipSync(text)));
    expect(await decodeRecord(members)).toHaveLength(3);
  });

  it('reads the account of each event of a centralised log group', () => {
    const fields = (account: unknown) => ({ extractedFields: { '@aws.account': account, '@aws.region': 'eu-west-1' } });
    const [one] = batch.events;
    const events = [
      { ...one, ...fields('111122223333') },
      { ...one, ...fields('no account') },
      { ...one, ...fields(7) },
    ];
    const decoded = decodePayload({ ...payload, logEvents: events }) as LogBatch;
    expect(decoded.events).toEqual([{ ...one, account: '111122223333' }, one, one]);
    const other = { ...payload, logEvents: [{ ...one, ...fields('444455556666') }] };
    const same = { ...payload, logEvents: [{ ...one, ...fields('111122223333') }] };
    expect((decodePayload(other) as LogBatch).batchId).not.toBe((decodePayload(same) as LogBatch).batchId);
  });

  it('gives the same batch id to the same events only', () => {
    const other = decodePayload({ ...payload, logEvents: batch.events.slice(1) }) as LogBatch;
    expect((decodePayload(payload) as LogBatch).batchId).toBe(batch.batchId);
    expect(other.batchId).not.toBe(batch.batchId);
  });

  it('tells a reachability probe from data', () => {
    const probe = {
      ...payload,
      messageType: 'CONTROL_MESSAGE',
      logEvents: [{ id: '', timestamp: 1, message: 'CWL CONTROL MESSAGE: Checking' }],
    };
    expect(decodeSubscription(subscriptionEvent(probe))).toMatchObject({
      kind: 'control',
      message: 'CWL CONTROL MESSAGE: Checking',
    });
  });

  it('rejects a broken event and keeps its neighbours', () => {
    const broken = [
      null,
      { id: 'x', timestamp: 'now', message: 'm' },
      { id: 'y', timestamp: Number.NaN, message: 'm' },
      { id: 'z', timestamp: 1 },
    ];
    const decoded = decodePayload({ ...payload, logEvents: [...broken, ...batch.events] }) as LogBatch;
    expect(decoded.events).toEqual(batch.events);
    expect(decoded.malformed.map((reject) => reject.code)).toEqual(broken.map(() => 'not-a-log-event'));
  });

  it.each([
    ['wrong-shape', null],
    ['wrong-shape', { awslogs: {} }],
    ['wrong-shape', dataOf('[]')],
    ['wrong-shape', dataOf('{"messageType":"SURPRISE","logGroup":"g","logEvents":[]}')],
    ['bad-base64', { awslogs: { data: '%%%%%%%% not base64 %%%%%%%%' } }],
    ['bad-base64', { awslogs: { data: '' } }],
    ['bad-gzip', { awslogs: { data: Buffer.from('not gzip at all').toString('base64') } }],
    ['bad-gzip', { awslogs: { data: gzipSync(JSON.stringify(payload)).subarray(0, 60).toString('base64') } }],
    ['bad-json', dataOf('{"messageType":')],
    ['payload-too-large', dataOf(Buffer.alloc(limits.payloadBytesMax + 1))],
  ])('answers %s and names the cause', (code, event) => {
    const error = thrownBy(() => decodeSubscription(event));
    expect(error).toBeInstanceOf(MtlsWatchError);
    expect(error).toMatchObject({ code });
    if (['bad-gzip', 'bad-json', 'payload-too-large'].includes(code))
      expect((error as Error).cause).toBeInstanceOf(Error);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
