#!/usr/bin/env bash
# Expected: PutSubscriptionFilter with the name of an existing filter changes that filter, also where the log group has
#   its two.
# Happens: moto counts first and looks for the name afterwards: with two filters, every change of either is a
#   LimitExceededException, though no filter would be added. With one filter the change works.
# Why it matters: a log group that ships its logs elsewhere already has one filter, and the watch adds the second. The
#   idempotent "put again on each deploy" is then an error in tests, and a handler that reads it as "no room left" gives
#   up.
# Source: LogGroup.put_subscription_filter in moto/logs/models.py.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[kinesis,logs]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8"

cat > probe.py <<'EOF'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import boto3
from moto import mock_aws

with mock_aws():
    logs, kinesis = boto3.client("logs"), boto3.client("kinesis")
    kinesis.create_stream(StreamName="refusals", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="refusals")["StreamDescription"]["StreamARN"]
    logs.create_log_group(logGroupName="gateway")

    def put(name, pattern):
        try:
            logs.put_subscription_filter(
                logGroupName="gateway", filterName=name, filterPattern=pattern, destinationArn=arn,
                roleArn="arn:aws:iam::123456789012:role/delivery",
            )
            said = "done"
        except logs.exceptions.LimitExceededException:
            said = "LimitExceededException"
        print(f"put filter {name} with pattern {pattern!r}: {said}")
        return said

    seen = [put("ship", "a"), put("ship", "b"), put("watch", "a"), put("watch", "b")]
if seen != ["done", "done", "done", "LimitExceededException"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
