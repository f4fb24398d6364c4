#!/usr/bin/env bash
# Expected: what moto delivers for a subscription filter has the shape of a CloudWatch Logs payload and holds the events
#   that the filter pattern selects.
# Happens: the ids of the events are numbers (0, 1, 2 …) where CloudWatch sends strings of 56 digits, so the model of
#   Powertools for AWS Lambda refuses every payload of moto; and the pattern is stored but not applied: all events are
#   delivered.
# Why it matters: an integration test of a consumer of refusals fails on correct code, or, with a loose reader, passes
#   with ids that collide between log groups and with events that the consumer never gets in production.
# Source: LogStream.put_log_events in moto/logs/models.py (next event id is a counter; no matcher is called).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[kinesis,logs]==5.2.5' boto3==1.44.8 aws-lambda-powertools==3.37.0 pydantic==2.14.4 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8, aws-lambda-powertools 3.37.0, pydantic 2.14.4"

cat > probe.py <<'EOF'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import base64
import gzip
import json
import sys
import time
import boto3
from aws_lambda_powertools.utilities.parser.models import CloudWatchLogsModel
from moto import mock_aws
from pydantic import ValidationError

with mock_aws():
    logs, kinesis = boto3.client("logs"), boto3.client("kinesis")
    kinesis.create_stream(StreamName="refusals", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="refusals")["StreamDescription"]["StreamARN"]
    logs.create_log_group(logGroupName="gateway")
    logs.create_log_stream(logGroupName="gateway", logStreamName="one")
    role = "arn:aws:iam::123456789012:role/delivery"
    logs.put_subscription_filter(
        logGroupName="gateway", filterName="refusals", filterPattern="denied", destinationArn=arn, roleArn=role
    )
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": text} for text in ("Access denied", "Access granted")]
    logs.put_log_events(logGroupName="gateway", logStreamName="one", logEvents=events)
    shard = kinesis.get_shard_iterator(StreamName="refusals", ShardId="shardId-000000000000", ShardIteratorType="TRIM_HORIZON")
    data = kinesis.get_records(ShardIterator=shard["ShardIterator"])["Records"][0]["Data"]

plain = gzip.decompress(data if data[:2] == b"\x1f\x8b" else base64.b64decode(data))
payload = json.loads(plain)
print("delivered:", [(event["id"], event["message"]) for event in payload["logEvents"]])
try:
    CloudWatchLogsModel.model_validate({"awslogs": {"data": base64.b64encode(gzip.compress(plain)).decode()}})
    said = "accepted"
except ValidationError as error:
    said = f"{error.errors()[0]['loc']}: {error.errors()[0]['msg']}"
print("powertools:", said)
if len(payload["logEvents"]) != 2 or "valid string" not in said:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
