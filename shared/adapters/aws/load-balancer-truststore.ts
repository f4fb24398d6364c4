/**
 * Reads trust stores of load balancers: the API names a place in S3 with its signature, for minutes, and the bundle is fetched from
 * there. It is read again at most every `truststoreRecheckMs`. Needs `elasticloadbalancing:GetTrustStoreCaCertificatesBundle`.
 */

import {
  type ElasticLoadBalancingV2Client,
  GetTrustStoreCaCertificatesBundleCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { digest } from '../../base/digest.js';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { Clock } from '../../ports/index.js';
import type { TruststoreObject, TruststoreSource } from '../../ports/truststore.js';

/** A bundle has at most 400 KB; ingest and the sweep have a minute for all that they do. */
const FETCH_MS = 10_000;

export function createLoadBalancerTruststores(
  client: Pick<ElasticLoadBalancingV2Client, 'send'>,
  clock: Clock,
  get: typeof fetch = fetch,
): TruststoreSource {
  const held = new Map<string, { readonly object: TruststoreObject; readonly checkedAt: number }>();
  return {
    read: async (arn) => {
      const known = held.get(arn);
      if (known !== undefined && clock.now() - known.checkedAt < limits.truststoreRecheckMs) return known.object;
      const text = await bundleOf(arn, client, get);
      const object = { text, version: digest('truststore', text), versionId: null, modifiedAt: 0 };
      held.set(arn, { object, checkedAt: clock.now() });
      return object;
    },
    // The API gives the bundle in use, and none before it.
    earlier: async () => [],
  };
}

async function bundleOf(
  arn: string,
  client: Pick<ElasticLoadBalancingV2Client, 'send'>,
  get: typeof fetch,
): Promise<string> {
  try {
    const { Location } = await client.send(new GetTrustStoreCaCertificatesBundleCommand({ TrustStoreArn: arn }));
    if (Location === undefined || Location === '') throw new Error('the API named no place of the bundle');
    const response = await get(Location, { signal: AbortSignal.timeout(FETCH_MS) });
    // The address holds a signature, and is in no message.
    if (!response.ok || response.body === null) throw new Error(`the bundle's place answered ${response.status}`);
    return await textOf(response.body);
  } catch (error) {
    const isDenied =
      (error as { name?: string }).name === 'AccessDeniedException' || /AccessDenied/.test(messageOf(error));
    const what = isDenied
      ? 'access denied: allow elasticloadbalancing:GetTrustStoreCaCertificatesBundle on it'
      : messageOf(error);
    throw new MtlsWatchError('truststore-unreadable', `truststore ${arn} cannot be read: ${what}`, {
      cause: error,
      retryable: !isDenied,
    });
  }
}

/** One character a byte, as of a bundle in S3. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limits.truststoreBytesMax) throw new Error(`it has more than ${limits.truststoreBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}
