/** A stack whose functions have told everything once that they can have to tell, and what they told. */

import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, vi } from 'vitest';
import { METRICS_NAMESPACE } from '../../infra/observability/watch-metrics.js';
import type { LogEvent } from '../../shared/model/index.js';
import { ca, type Issued, leaf } from '../support/certificates.js';
import { type MetricKey, nameOf } from '../support/cloudwatch.js';
import { CLOUDFRONT_FIELDS, cloudFrontRecord, jsonRecord } from '../support/connection-records.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch, T0 } from '../support/logs.js';
import { eventOf, type PlayedStack, playStack } from '../support/played-stack.js';
import { synthesise } from './support.js';

export const CANARY = 'api.example.com';
const PARTNER = 'C=US,O=Acme,CN=Acme CA';
const partner = ca({ subject: PARTNER, key: 'ec-a' });
const mimic = ca({ subject: PARTNER, key: 'ec-b' });
const CONNECTION_GROUP = '/aws/vendedlogs/cloudfront/E2DX1SLDPK0123';

export interface ObservedStack {
  readonly template: Template;
  /** The metrics that the functions printed. */
  emitted(): readonly MetricKey[];
  /** What a function logged, line by line. */
  printedBy(service: string): readonly string[];
  /** Those that neither a function printed nor AWS documents. */
  unheardOf(metrics: readonly MetricKey[]): string[];
}

/** Plays before the tests of the file that calls it. */
export function observeStack(): ObservedStack {
  const { template } = synthesise({
    canaries: [{ domain: CANARY }],
    central: { accounts: ['111122223333'] },
    connectionLogGroups: [{ name: CONNECTION_GROUP }],
  });
  const { Resources } = template.toJSON() as { Resources: object };
  let stack: PlayedStack;
  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    stack = playStack(template, partner.pem);
    await playEverything(stack);
  });
  afterAll(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  const emitted = () => stack.metrics.known().filter(({ namespace }) => namespace === METRICS_NAMESPACE);
  const isDocumented = ({ namespace, name, dimensions }: MetricKey): boolean =>
    documented[namespace]?.names.includes(name) === true &&
    documented[namespace]?.dimensions === Object.keys(dimensions).sort().join() &&
    Object.values(dimensions).every((value) => Object.hasOwn(Resources, value));
  return {
    template,
    emitted,
    printedBy: (service) => stack.printed.get(service) ?? [],
    unheardOf: (metrics) => {
      const known = new Set(emitted().map(nameOf));
      return metrics.filter((metric) => !known.has(nameOf(metric)) && !isDocumented(metric)).map(nameOf);
    },
  };
}

/** Everything that a function can have to tell happens once. */
async function playEverything(stack: PlayedStack): Promise<void> {
  const access = accessBatch([
    accessEvent({ n: 1 }),
    accessEvent({ n: 2 }, { 'error.responseType': 'WAF_FILTERED' }),
    accessEvent({ n: 3 }, { requestId: '-', extendedRequestId: '-' }),
    certified(5, partner),
    // Somebody uses the name of the partner's CA.
    certified(6, mimic),
    accessEvent({ n: 7 }),
  ]);
  const message = jsonRecord(cloudFrontRecord(1, { eventTimestamp: String(T0) }), CLOUDFRONT_FIELDS);
  const connections = executionBatch([{ ...accessEvent({ n: 4 }), message }], CONNECTION_GROUP);
  const nameless = denialAsOneEvent({ n: 7, reason: 'the moon is in the wrong quarter' });
  const denials = executionBatch([...[1, 5, 6].map((n) => denialAsOneEvent({ n })), nameless]);
  for (const batch of [denials, access, connections]) stack.call('ingest', eventOf(batch));
  await stack.minute();
  // Of the canary's next call one log is there alone, which the sweep settles when its grace is over.
  stack.faults.isAccessLogOff = true;
  for (let minute = 1; minute < 25; minute++) await stack.minute();
}

function certified(n: number, issuer: Issued): LogEvent {
  const { pem } = leaf({ subject: `C=US,O=Acme,CN=client-${n}`, key: 'ec-c', issuer });
  return accessEvent({ n, issuerDn: PARTNER }, { 'identity.clientCert.clientCertPem': pem });
}

/**
 * The metrics of AWS's own that are looked at, with their dimensions: "Types of metrics for Lambda functions", "Available
 * CloudWatch metrics for Amazon SQS", "DynamoDB Metrics and dimensions", "Monitoring CloudWatch Logs usage with metrics".
 */
export const documented: Readonly<Record<string, { readonly names: readonly string[]; readonly dimensions: string }>> =
  {
    'AWS/Lambda': {
      names: [
        'Invocations',
        'Errors',
        'Throttles',
        'Duration',
        'ConcurrentExecutions',
        'DestinationDeliveryFailures',
        'IteratorAge',
      ],
      dimensions: 'FunctionName',
    },
    'AWS/SQS': { names: ['ApproximateNumberOfMessagesVisible'], dimensions: 'QueueName' },
    'AWS/DynamoDB': { names: ['ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits'], dimensions: 'TableName' },
    'AWS/Logs': {
      names: ['IncomingBytes', 'EMFDisabledErrors', 'EMFParsingErrors', 'EMFValidationErrors'],
      dimensions: 'LogGroupName',
    },
    'AWS/Logs of filters': {
      names: ['ForwardedBytes', 'DeliveryErrors', 'DeliveryThrottling'],
      dimensions: 'DestinationType,FilterName,LogGroupName',
    },
  };
