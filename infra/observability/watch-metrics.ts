/**
 * The metrics that the functions write in embedded metric format, as alarms and the dashboard name them. A metric is told
 * by its namespace, name and all of its dimensions: one that differs in a letter is another one, which never has data.
 * `test/infra/observed.test.ts` holds these to what the functions print.
 */

import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';

export const METRICS_NAMESPACE = 'MtlsWatch';

/**
 * @param service the function, as Powertools names it in the dimension `service` of every metric
 * @param options dimensions here are besides `service`
 */
export function watchMetric(metricName: string, service: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    ...options,
    dimensionsMap: { service, ...options.dimensionsMap },
  });
}
