#!/usr/bin/env bash
# Expected: TransactWriteItems with a ClientRequestToken is carried out once, however often it is sent within ten minutes.
# Happens: moto takes the token and carries the transaction out each time: a counter of refusals goes to 2.
# Why it matters: the token is what makes a retried count exact. A test for "counted once after a lost answer" fails on
#   correct code, and one that was written to pass on moto asserts the double count.
# Source: transact_write_items in moto/dynamodb/responses.py reads TransactItems only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[dynamodb]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8"

cat > probe.py <<'EOF'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import boto3
from moto import mock_aws

with mock_aws():
    table = boto3.client("dynamodb")
    table.create_table(
        TableName="counts", BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "issuer", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "issuer", "KeyType": "HASH"}],
    )
    key = {"issuer": {"S": "CN=Acme CA"}}
    seen = []
    for attempt in (1, 2):
        table.transact_write_items(ClientRequestToken="batch-1", TransactItems=[{"Update": {
            "TableName": "counts", "Key": key, "UpdateExpression": "ADD refused :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }}])
        seen.append(table.get_item(TableName="counts", Key=key)["Item"]["refused"]["N"])
        print(f"sent {attempt} time(s) with the same token: refused = {seen[-1]}")
if seen != ["1", "2"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
