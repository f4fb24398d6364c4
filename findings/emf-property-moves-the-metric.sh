#!/usr/bin/env bash
# Expected: in the embedded metric format library a dimension and a property of one name are kept apart, or the second is
#   refused: the library does validate names, lengths and characters.
# Happens: both are keys of one JSON object, and the property is written over the dimension. The metric is then filed
#   under the property's value; a metric of that name does the same and makes a number the value of the dimension.
# Why it matters: a handler that sets the dimension issuer and later logs the issuer of the refused certificate in full as
#   a property files its counts under another issuer string, with no error, and alarms on the first see nothing.
# Source: LogSerializer.serialize in aws-embedded-metrics: dimensions, then properties, then metrics into one body.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-embedded-metrics@4.2.1 >/dev/null || exit 2
echo "node $(node --version), aws-embedded-metrics 4.2.1"

cat > probe.cjs <<'EOF'
const { MetricsContext } = require('aws-embedded-metrics/lib/logger/MetricsContext');
const { LogSerializer } = require('aws-embedded-metrics/lib/serializers/LogSerializer');

const record = (add) => {
  const context = MetricsContext.empty();
  context.setNamespace('Refusals');
  context.putDimensions({ issuer: 'acme' });
  context.putMetric('refused', 1);
  add(context);
  return JSON.parse(new LogSerializer().serialize(context)[0]);
};
const plain = record(() => {});
const property = record((context) => context.setProperty('issuer', 'O=Acme,CN=Acme CA'));
const metric = record((context) => context.putMetric('issuer', 7));
for (const [name, { _aws, ...values }] of Object.entries({ plain, property, metric })) {
  console.log(name.padEnd(9), JSON.stringify(_aws.CloudWatchMetrics[0].Dimensions), JSON.stringify(values));
}
if (plain.issuer !== 'acme' || property.issuer !== 'O=Acme,CN=Acme CA' || metric.issuer !== 7) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
