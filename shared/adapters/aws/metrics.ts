/** Writes measures in CloudWatch's embedded metric format, through Powertools. */

import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '../../ports/index.js';

/** Namespace and service name come from Powertools' own environment variables. */
export function createMeter(): Meter {
  const metrics = new Metrics();
  return {
    record: (measures) => {
      for (const { name, unit, value, dimensions } of measures) {
        if (Object.keys(dimensions).length === 0) {
          metrics.addMetric(name, MetricUnit[unit], value);
          continue;
        }
        const single = metrics.singleMetric();
        single.addDimensions(dimensions);
        single.addMetric(name, MetricUnit[unit], value);
      }
      // It would warn of having none, where all measures have dimensions.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    },
  };
}
