#!/usr/bin/env bash
# Expected: ADD of 1 to a DynamoDB number of 38 digits adds one: DynamoDB has 38 digits of precision, and ministack checks
#   for it.
# Happens: ministack rounds the sum to 28 digits: 12345678901234567890123456789012345678 becomes …6790000000000. Storing
#   and reading the same number is exact, and more than 38 digits are refused. moto and dynalite add correctly.
# Why it matters: a high-water mark made of a time and a sequence number, or a certificate's serial, fills the 38 digits.
#   An atomic counter on it stays where it is, and only in the emulator.
# Source: ministack/services/dynamodb.py adds with decimal.Decimal in Python's default context, which has 28 digits.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" ministack==1.5.33 boto3==1.43.106 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), ministack 1.5.33, boto3 1.43.106"
export PYTHONPATH="$work/lib" AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1
GATEWAY_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export GATEWAY_PORT HOME="$work"
python3 -m ministack > server.txt 2>&1 &
server=$!

cat > probe.py <<'EOF'
import os
import sys
import time
import urllib.request
import boto3

endpoint = "http://127.0.0.1:" + os.environ["GATEWAY_PORT"]
for _ in range(300):
    try:
        urllib.request.urlopen(endpoint + "/_ministack/health", timeout=1)
        break
    except OSError:
        time.sleep(0.1)
table = boto3.client("dynamodb", endpoint_url=endpoint)
table.create_table(
    TableName="marks", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
)
key = {"name": {"S": "gateway"}}
table.put_item(TableName="marks", Item={**key, "mark": {"N": "12345678901234567890123456789012345678"}})
before = table.get_item(TableName="marks", Key=key)["Item"]["mark"]["N"]
answer = table.update_item(
    TableName="marks", Key=key, UpdateExpression="ADD mark :one", ExpressionAttributeValues={":one": {"N": "1"}}, ReturnValues="UPDATED_NEW"
)
after = answer["Attributes"]["mark"]["N"]
print("before", before)
print("after ", after)
if before != "12345678901234567890123456789012345678" or after != "12345678901234567890123456790000000000":
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
