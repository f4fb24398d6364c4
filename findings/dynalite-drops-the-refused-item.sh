#!/usr/bin/env bash
# Expected: a DynamoDB emulator refuses the parameters that it does not know, or carries them out: dynalite does so for
#   unknown operations (UnknownOperationException for transactions and for TTL).
# Happens: ReturnValuesOnConditionCheckFailure: ALL_OLD is accepted and dropped. The refused write comes back without the
#   item, so the SDK's error has no Item, as if there were none.
# Why it matters: "write if absent, else read what is there from the refusal" is how a count learns that a batch was
#   counted already, in one request. On dynalite it takes the branch for "nothing there", and only there.
# Source: dynalite's validations of putItem and updateItem do not know the parameter; its errors carry no item.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" dynalite@4.0.0 @aws-sdk/client-dynamodb@3.1162.0 >/dev/null || exit 2
echo "node $(node --version), dynalite 4.0.0, @aws-sdk/client-dynamodb 3.1162.0"

cat > probe.mjs <<'EOF'
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';

const server = dynalite({ createTableMs: 0 });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const client = new DynamoDBClient({
  endpoint: `http://127.0.0.1:${server.address().port}`, region: 'eu-central-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
});
await client.send(new CreateTableCommand({
  TableName: 'counts', BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'batchId', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'batchId', KeyType: 'HASH' }],
}));
await new Promise((resolve) => setTimeout(resolve, 500));
const put = new PutItemCommand({
  TableName: 'counts', Item: { batchId: { S: '1' }, refused: { N: '21' } },
  ConditionExpression: 'attribute_not_exists(batchId)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
});
await client.send(put);
const error = await client.send(put).catch((caught) => caught);
console.log(`second put: ${error.name}, Item: ${JSON.stringify(error.Item)}`);
server.close();
client.destroy();
if (error.name !== 'ConditionalCheckFailedException' || error.Item !== undefined) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
