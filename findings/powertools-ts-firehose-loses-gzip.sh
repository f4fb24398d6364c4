#!/usr/bin/env bash
# Expected: after parsing a Firehose event whose records come from a CloudWatch Logs subscription, the data of a record
#   can be unzipped: CloudWatch Logs sends gzip to Firehose, as it does to Lambda and Kinesis.
# Happens: KinesisFirehoseSchema of Powertools for AWS Lambda turns the octets into UTF-8 text. Those that are no UTF-8
#   become U+FFFD, the gzip header among them, and cannot be had back. Parsing succeeds. The schema of the same package
#   for Kinesis streams unzips.
# Why it matters: a transformation of refusals on their way to S3 gets text that nothing can read, for every record, and
#   the parser has said that the event is right. A test with plain text as data is green.
# Source: KinesisFirehoseRecordSchema in @aws-lambda-powertools/parser: Buffer.from(data, 'base64').toString('utf8').
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @aws-lambda-powertools/parser@2.35.0 zod@4.6.7 >/dev/null || exit 2
echo "node $(node --version), @aws-lambda-powertools/parser 2.35.0, zod 4.6.7"

cat > probe.mjs <<'EOF'
import { gunzipSync, gzipSync } from 'node:zlib';
import { KinesisDataStreamSchema, KinesisFirehoseSchema } from '@aws-lambda-powertools/parser/schemas';

const payload = { messageType: 'DATA_MESSAGE', logEvents: [{ id: '1', timestamp: 1760000000000, message: 'Access denied' }] };
const data = gzipSync(JSON.stringify(payload)).toString('base64');
const firehose = KinesisFirehoseSchema.parse({
  invocationId: 'one', deliveryStreamArn: 'arn:aws:firehose:eu-central-1:123456789012:deliverystream/refusals', region: 'eu-central-1',
  records: [{ recordId: '1', approximateArrivalTimestamp: 1760000000000, data }],
});
const kinesis = KinesisDataStreamSchema.parse({
  Records: [{
    eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: '1', eventName: 'aws:kinesis:record', awsRegion: 'eu-central-1',
    invokeIdentityArn: 'arn:aws:iam::123456789012:role/reader',
    eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/refusals',
    kinesis: { kinesisSchemaVersion: '1.0', partitionKey: 'a', sequenceNumber: '1', approximateArrivalTimestamp: 1760000000, data },
  }],
});
const unzip = (text, encoding) => {
  try {
    return JSON.parse(gunzipSync(Buffer.from(text, encoding))).logEvents[0].message;
  } catch (error) {
    return error.message;
  }
};
const read = firehose.records[0].data;
const results = ['utf8', 'latin1'].map((encoding) => unzip(read, encoding));
console.log('firehose: text with', read.split('\ufffd').length - 1, 'U+FFFD; unzipped again:', results.join('; '));
console.log('kinesis: ', kinesis.Records[0].kinesis.data.logEvents[0].message);
if (results.includes('Access denied') || !read.includes('\ufffd') || kinesis.Records[0].kinesis.data.logEvents[0].message !== 'Access denied') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
