#!/usr/bin/env bash
# Expected: when a CloudWatch Logs payload is unzipped and found to break the schema, the error says which field is wrong,
#   as zod does.
# Happens: CloudWatchLogsSchema of Powertools for AWS Lambda says "Failed to decompress CloudWatch log data" for
#   everything: a payload that unzips well and lacks logStream, one with no log events, one that is no JSON. The inner
#   error is thrown away.
# Why it matters: on call, a batch in the dead-letter queue with this message sends people to look for a broken gzip or a
#   truncated record; the true cause is one field, and nothing names it.
# Source: CloudWatchLogsSchema in @aws-lambda-powertools/parser: one catch around gunzip, JSON.parse and parse.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @aws-lambda-powertools/parser@2.35.0 zod@4.6.7 >/dev/null || exit 2
echo "node $(node --version), @aws-lambda-powertools/parser 2.35.0, zod 4.6.7"

cat > probe.mjs <<'EOF'
import { gzipSync } from 'node:zlib';
import { CloudWatchLogsSchema } from '@aws-lambda-powertools/parser/schemas';

const whole = {
  messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup: 'gateway', logStream: 'one', subscriptionFilters: ['watch'],
  logEvents: [{ id: '1', timestamp: 1760000000000, message: 'Access denied' }],
};
const { logStream, ...withoutStream } = whole;
const cases = {
  whole: JSON.stringify(whole),
  'no logStream': JSON.stringify(withoutStream),
  'no events': JSON.stringify({ ...whole, logEvents: [] }),
  'no JSON': 'Access denied',
};
let changed = false;
for (const [name, text] of Object.entries(cases)) {
  const result = CloudWatchLogsSchema.safeParse({ awslogs: { data: gzipSync(text).toString('base64') } });
  const said = result.success ? 'accepted' : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  console.log(`${name.padEnd(13)} ${said}`);
  changed ||= name === 'whole' ? !result.success : said !== 'awslogs.data: Failed to decompress CloudWatch log data';
}
if (changed) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
