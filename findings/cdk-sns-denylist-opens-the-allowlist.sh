#!/usr/bin/env bash
# Expected: SubscriptionFilter.stringFilter({ allowlist: ['HIGH', 'MEDIUM'], denylist: ['LOW'] }) lets through what is on
#   the first list and not on the second, as the names say.
# Happens: the CDK writes ["HIGH", "MEDIUM", {"anything-but": ["LOW"]}]. In a filter policy the values of one key are
#   alternatives, so the denylist admits everything that is not LOW, INFO too, and the allowlist has no effect any more.
#   No warning.
# Why it matters: somebody adds a denylist to be sure that the pager gets no low alerts of refused certificates, and from
#   then on the pager gets every other kind as well.
# Source: SubscriptionFilter.stringFilter in aws-cdk-lib/aws-sns appends the conditions to one list.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-cdk-lib@2.276.0 constructs@10.8.1 >/dev/null || exit 2
pip install -q --target "$work/lib" 'moto[sns,sqs]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "node $(node --version), aws-cdk-lib 2.276.0, constructs 10.8.1, $(python3 --version), moto 5.2.5"

cat > probe.cjs <<'EOF'
const { SubscriptionFilter } = require('aws-cdk-lib/aws-sns');

const allow = { allowlist: ['HIGH', 'MEDIUM'] };
const both = { ...allow, denylist: ['LOW'] };
console.log(JSON.stringify([allow, both].map((lists) => ({ severity: SubscriptionFilter.stringFilter(lists).conditions }))));
EOF
cat > probe.py <<'EOF'
import json
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import boto3
from moto import mock_aws

def delivered(policy):
    with mock_aws():
        sns, sqs = boto3.client("sns"), boto3.client("sqs")
        topic = sns.create_topic(Name="alerts")["TopicArn"]
        queue = sqs.create_queue(QueueName="pager")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps(policy)})
        for severity in ("HIGH", "MEDIUM", "LOW", "INFO"):
            attributes = {"severity": {"DataType": "String", "StringValue": severity}}
            sns.publish(TopicArn=topic, Message=severity, MessageAttributes=attributes)
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return sorted(json.loads(message["Body"])["Message"] for message in messages)

seen = []
for policy in json.load(open("policies.json")):
    seen.append(delivered(policy))
    print(json.dumps(policy), "delivers", seen[-1])
if seen != [["HIGH", "MEDIUM"], ["HIGH", "INFO", "MEDIUM"]]:
    print("CHANGED")
    sys.exit(1)
EOF
node probe.cjs > policies.json
PYTHONPATH="$work/lib" python3 probe.py
