#!/usr/bin/env bash
# Expected: the event normalizer of middy, which lists CloudWatch Logs among the events that it normalizes, hands a function
#   the log events of a subscription, or leaves the payload as it came.
# Happens: it decodes base64, takes the octets for UTF-8 text and tries to parse that as JSON. A payload of CloudWatch Logs
#   is always gzip, so the text is no JSON; it is left in place of the payload, with U+FFFD for each octet that is no UTF-8.
#   Nothing can unzip it again. The same happens to the records of a Kinesis stream that a log group writes to. No error.
# Why it matters: added for the sake of another event source, it takes all log events from a function that had unzipped them
#   itself. The error, "incorrect header check", speaks of gzip, not of the normalizer; a test event without gzip is green.
# Source: base64Parse in @middy/event-normalizer's index.js. Its table of events says "Base64 decode and JSON parse data" for
#   CloudWatch Logs, which is exact, but who reads it thinks of a payload that can be read in this way.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @middy/core@6.4.5 @middy/event-normalizer@6.4.5 >/dev/null || exit 2
echo "node $(node --version), @middy/core and @middy/event-normalizer 6.4.5"

cat > probe.mjs <<'EOF_PROBE'
import { gunzipSync, gzipSync } from 'node:zlib';
import middy from '@middy/core';
import eventNormalizer from '@middy/event-normalizer';

const payload = JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents: [{ id: '1', timestamp: 1760000000000, message: 'Access denied' }] });
const zipped = gzipSync(payload).toString('base64');
const plain = Buffer.from(payload).toString('base64');
const unzip = (data) => {
  if (typeof data === 'object') return `parsed: ${data.logEvents[0].message}`;
  for (const encoding of ['base64', 'latin1', 'utf8']) {
    try {
      return `unzipped: ${JSON.parse(gunzipSync(Buffer.from(data, encoding))).logEvents[0].message}`;
    } catch { /* The next encoding is tried. */ }
  }
  return `lost, ${data.split('\ufffd').length - 1} U+FFFD`;
};
const handlers = { without: middy(), with: middy().use(eventNormalizer()) };
const events = {
  'logs, as they come': (data) => ({ awslogs: { data } }),
  'kinesis, as they come': (data) => ({ Records: [{ eventSource: 'aws:kinesis', kinesis: { data } }] }),
};
const seen = [];
for (const [kind, event] of Object.entries(events)) {
  for (const [name, handler] of Object.entries(handlers)) {
    const read = (received) => received.awslogs?.data ?? received.Records[0].kinesis.data;
    const result = unzip(await handler.handler(async (received) => read(received))(event(zipped), {}));
    seen.push(result.split(':')[0].split(',')[0]);
    console.log(`${kind}, ${name} normalizer: ${result}`);
  }
}
const test = unzip(await middy().use(eventNormalizer()).handler(async (received) => received.awslogs.data)({ awslogs: { data: plain } }, {}));
console.log(`logs, a test event without gzip, with normalizer: ${test}`);
if (seen.join() !== 'unzipped,lost,unzipped,lost' || test !== 'parsed: Access denied') {
  console.log('CHANGED');
  process.exit(1);
}
EOF_PROBE
node probe.mjs
