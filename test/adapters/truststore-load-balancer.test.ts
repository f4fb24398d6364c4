/** Trust stores of load balancers: where the API points, and no further. */

import { describe, expect, it } from 'vitest';
import { createLoadBalancerTruststores } from '../../shared/adapters/aws/load-balancer-truststore.js';
import { limits } from '../../shared/base/limits.js';
import { truststoreUri } from '../../shared/config/qualified-names.js';
import { parseConfig } from '../../shared/config/settings.js';

const ARN = 'arn:aws:elasticloadbalancing:eu-central-1:123456789012:truststore/partners/73e2d6bc24d8a067';
const PLACE = 'https://s3.example/bundle?X-Amz-Signature=secret';

function api(bundle: () => Response, location: string | undefined = PLACE) {
  const asked: unknown[] = [];
  let now = 0;
  const client = {
    send: async ({ input }: { input: unknown }) => {
      asked.push(input);
      return { Location: location };
    },
  };
  const get = async (place: unknown) => {
    asked.push(place);
    return bundle();
  };
  const source = createLoadBalancerTruststores(client as never, { now: () => now }, get as typeof fetch);
  return { source, asked, later: (ms: number) => (now += ms) };
}

describe('the trust store of a load balancer', () => {
  it('is fetched from where the API says, and again after a while', async () => {
    let text = 'one';
    const { source, asked, later } = api(() => new Response(text));
    const first = await source.read(ARN);
    expect(first).toMatchObject({ text: 'one', versionId: null, modifiedAt: 0 });
    expect(asked).toEqual([{ TrustStoreArn: ARN }, PLACE]);
    text = 'two';
    expect(await source.read(ARN)).toBe(first);
    later(limits.truststoreRecheckMs);
    const second = await source.read(ARN);
    expect(second.text).toBe('two');
    expect(second.version).not.toBe(first.version);
    expect(await source.earlier(ARN)).toEqual([]);
  });

  it.each([
    ['a place that answers with an error', () => api(() => new Response('', { status: 403 })), /place answered 403/],
    ['no place', () => api(() => new Response('x'), ''), /named no place/],
    [
      'too large a bundle',
      () => api(() => new Response(new Uint8Array(limits.truststoreBytesMax + 1))),
      /has more than \d+ bytes/,
    ],
  ])('is not readable with %s, and no message holds the signature', async (_name, made, message) => {
    const failure = made().source.read(ARN);
    await expect(failure).rejects.toMatchObject({
      code: 'truststore-unreadable',
      message: expect.stringMatching(message),
    });
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it('says which permission is missing', async () => {
    const denied = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    const source = createLoadBalancerTruststores({ send: () => Promise.reject(denied) } as never, { now: () => 0 });
    await expect(source.read(ARN)).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('allow elasticloadbalancing:GetTrustStoreCaCertificatesBundle on it'),
    });
  });
});

describe('the setting', () => {
  const parse = (truststores: object) =>
    parseConfig({ runbooks: { baseUrl: 'https://wiki.example.com/r' }, truststores }, 'the test').truststores;

  it('takes the ARN of a trust store, and the place of a door as it is counted', () => {
    const truststores = {
      'app/files/5a9c3e7d1b2f4860:443': ARN,
      'distribution/E2DX1SLDPK0123': 's3://trust/edge.pem',
      '123456789012/files.bank.example': ARN,
    };
    expect(parse(truststores)).toEqual(truststores);
    expect(truststoreUri('app/files/5a9c3e7d1b2f4860:443', truststores)).toBe(ARN);
    expect(truststoreUri('123456789012/app/files/5a9c3e7d1b2f4860:443', truststores)).toBe(ARN);
    expect(truststoreUri('app/files/5a9c3e7d1b2f4860:8443', truststores)).toBeNull();
  });

  it.each([ARN.replace('truststore', 'loadbalancer'), 'arn:aws:s3:::bucket/key', `${ARN}\n`])('refuses %s', (value) => {
    expect(() => parse({ 'a.example': value })).toThrow(/expected s3:\/\/bucket\/key or the ARN of a trust store/);
  });
});
