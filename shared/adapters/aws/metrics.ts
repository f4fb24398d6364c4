/**
 * Writes metrics in CloudWatch's embedded metric format ("Specification: Embedded metric format" in the CloudWatch User
 * Guide): JSON lines from which CloudWatch Logs creates metrics. Written without a library, because the format is a
 * single object, and loading a library takes as long as loading all stages together.
 */

import type { Writable } from 'node:stream';
import type { Measure } from '../../model/index.js';
import type { Clock, Meter } from '../../ports/index.js';

/** The namespace and service of the metrics; every metric has the function's name as a dimension. */
export interface MetricPlace {
  readonly namespace: string;
  readonly service: string;
}

export function createMeter(output: Pick<Writable, 'write'>, clock: Clock, { namespace, service }: MetricPlace): Meter {
  const line = (measures: readonly Measure[], dimensions: Measure['dimensions']): string => {
    const named = { service, ...dimensions };
    const values = new Map<string, { readonly unit: Measure['unit']; readonly values: number[] }>();
    for (const { name, unit, value } of measures) {
      const known = values.get(name);
      if (known === undefined) values.set(name, { unit, values: [value] });
      else known.values.push(value);
    }
    const metrics = [...values].map(([Name, { unit }]) => ({ Name, Unit: unit }));
    const directive = { Namespace: namespace, Dimensions: [Object.keys(named)], Metrics: metrics };
    return `${JSON.stringify({
      _aws: { Timestamp: clock.now(), CloudWatchMetrics: [directive] },
      ...named,
      ...Object.fromEntries([...values].map(([name, { values: all }]) => [name, all.length === 1 ? all[0] : all])),
    })}\n`;
  };
  return {
    record: (measures) => {
      const isPlain = ({ dimensions }: Measure): boolean => Object.keys(dimensions).length === 0;
      const plain = measures.filter(isPlain);
      const lines = measures.filter((one) => !isPlain(one)).map((one) => line([one], one.dimensions));
      if (plain.length > 0) lines.push(line(plain, {}));
      if (lines.length > 0) output.write(lines.join(''));
    },
  };
}
