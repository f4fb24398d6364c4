#!/usr/bin/env bash
# Expected: moto, which answers FilterLogEvents with a filter pattern, either applies the pattern or says that it cannot.
# Happens: a pattern that begins with a letter or a quote is applied; any other, { $.status = "403" }, [ip, status=403],
#   ?a ?b or -a, matches every event. Two quoted phrases, "Access denied" "Reason", match nothing: the text between the
#   first and the last quote is searched as one phrase.
# Why it matters: the pattern that must let refusals through and nothing else passes its test on moto, whatever is in it;
#   and the one that is correct on AWS fails there.
# Source: EventMessageFilter in moto/logs/utils.py, UnsupportedFilterPattern.
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

MESSAGES = ['{"status":"200"}', '{"status":"403"}', "Access denied. Reason: no issuer", "Access granted"]
CASES = [  # pattern, how many AWS matches, how many moto matches
    ('"Access denied"', 1, 1),
    ('{ $.status = "403" }', 1, 4),
    ("?denied ?granted", 2, 4),
    ("-Access", 2, 4),
    ('"Access denied" "Reason"', 1, 0),
]
with mock_aws():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="gateway")
    logs.create_log_stream(logGroupName="gateway", logStreamName="one")
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName="gateway", logStreamName="one", logEvents=[{"timestamp": now, "message": m} for m in MESSAGES]
    )
    changed = False
    for pattern, meant, known in CASES:
        found = len(logs.filter_log_events(logGroupName="gateway", filterPattern=pattern)["events"])
        print(f"{pattern:26} means {meant} of 4 events, moto gives {found}")
        changed = changed or found != known
if changed:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
