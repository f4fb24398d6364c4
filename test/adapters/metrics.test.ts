/** The embedded metric format, against the fields that CloudWatch's specification asks for. */

import { expect, it } from 'vitest';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import { count, seconds } from '../../shared/count/metrics.js';

function recorded(record: (meter: ReturnType<typeof createMeter>) => void): unknown[] {
  let text = '';
  const output = {
    write: (chunk: string) => {
      text += chunk;
      return true;
    },
  };
  record(createMeter(output, { now: () => 1_795_310_178_202 }, { namespace: 'MtlsWatch', service: 'ingest' }));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

const head = (dimensions: string[], metrics: object[]) => ({
  _aws: {
    Timestamp: 1_795_310_178_202,
    CloudWatchMetrics: [{ Namespace: 'MtlsWatch', Dimensions: [dimensions], Metrics: metrics }],
  },
  service: 'ingest',
});

it('is one line for what has no dimensions, and one for each measure that has', () => {
  const lines = recorded((meter) =>
    meter.record([
      count('EventsRead', 7),
      seconds('DeliveryLag', 2.5),
      count('Failures', 2, { scope: 'api.bank.example', reason: 'expired' }),
      count('Failures', 3, { scope: 'api.bank.example', reason: 'self-signed' }),
    ]),
  );
  const failures = head(['service', 'scope', 'reason'], [{ Name: 'Failures', Unit: 'Count' }]);
  expect(lines).toEqual([
    { ...failures, scope: 'api.bank.example', reason: 'expired', Failures: 2 },
    { ...failures, scope: 'api.bank.example', reason: 'self-signed', Failures: 3 },
    {
      ...head(
        ['service'],
        [
          { Name: 'EventsRead', Unit: 'Count' },
          { Name: 'DeliveryLag', Unit: 'Seconds' },
        ],
      ),
      EventsRead: 7,
      DeliveryLag: 2.5,
    },
  ]);
});

it('gives all values of a metric that was measured twice', () => {
  const [line] = recorded((meter) => meter.record([count('EventsRead', 7), count('EventsRead', 8)]));
  expect(line).toMatchObject({ EventsRead: [7, 8] });
});

it('is nothing for nothing', () => {
  expect(recorded((meter) => meter.record([]))).toEqual([]);
});
