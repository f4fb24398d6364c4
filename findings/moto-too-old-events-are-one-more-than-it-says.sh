#!/usr/bin/env bash
# Expected: PutLogEvents answers with tooOldLogEventEndIndex, which the API reference calls exclusive: of [old, old, new]
#   the first two are refused, so it is 2, and events.slice(0, 2) are those that were lost.
# Happens: moto gives the index of the last old event, 1; with one old event 0, which reads as "none" wherever the number
#   is tested for truth. tooNewLogEventStartIndex is inclusive in both, and right.
# Why it matters: a forwarder that writes logs late learns from this number which lines CloudWatch Logs did not take.
#   Code that is right on AWS reports one lost line too few on moto, and code that was fitted to moto one too many on AWS.
# Source: LogStream.put_log_events in moto/logs/models.py keeps the index of the event that it looks at.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[logs]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8"

cat > probe.py <<'EOF'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import time
import boto3
from moto import mock_aws

DAY = 24 * 60 * 60 * 1000
seen = []
with mock_aws():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="access")
    logs.create_log_stream(logGroupName="access", logStreamName="s")
    now = int(time.time() * 1000)
    for old in (0, 1, 2, 3):
        events = [{"timestamp": now - 20 * DAY + n, "message": "old"} for n in range(old)]
        events.append({"timestamp": now, "message": "new"})
        answer = logs.put_log_events(logGroupName="access", logStreamName="s", logEvents=events)
        seen.append(answer.get("rejectedLogEventsInfo", {}).get("tooOldLogEventEndIndex"))
        print(f"{old} events of 20 days ago and one of now: tooOldLogEventEndIndex = {seen[-1]}")
    kept = logs.get_log_events(logGroupName="access", logStreamName="s")["events"]
    print(f"kept: {len(kept)}, all of now: {all(event['message'] == 'new' for event in kept)}")
if seen != [None, 0, 1, 2]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
