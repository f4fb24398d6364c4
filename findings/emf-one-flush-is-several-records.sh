#!/usr/bin/env bash
# Expected: one flush of the embedded metric format library is one log record, or several of which one has the properties.
# Happens: a metric of more than 100 values is spread over several records, and every one of them repeats all properties and
#   dimensions, while another metric with one value is in the first alone.
# Why it matters: counting records by a property, "how many batches had refusals", counts a batch of 250 three times, and only large
#   ones, that is, only during an outage; a filter on the second metric sees the property in records without it.
# Source: LogSerializer.serialize in aws-embedded-metrics: 100 values a metric and 100 metrics a record.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-embedded-metrics@4.2.1 >/dev/null || exit 2
echo "node $(node --version), aws-embedded-metrics 4.2.1"

cat > probe.cjs <<'EOF'
const { MetricsContext } = require('aws-embedded-metrics/lib/logger/MetricsContext');
const { LogSerializer } = require('aws-embedded-metrics/lib/serializers/LogSerializer');

const records = (values) => {
  const context = MetricsContext.empty();
  context.setNamespace('Refusals');
  context.setProperty('batch', '7f3a');
  for (let value = 0; value < values; value += 1) context.putMetric('lagMs', value);
  context.putMetric('refused', values);
  return new LogSerializer().serialize(context).map((text) => JSON.parse(text));
};
const seen = [100, 250].map((values) => {
  const all = records(values);
  const shape = all.map(({ batch, lagMs, refused }) => `${batch} lagMs:${lagMs.length} refused:${refused ?? '-'}`);
  console.log(`${values} values: ${shape.join(' | ')}`);
  return shape.length;
});
if (seen.join() !== '1,3') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
