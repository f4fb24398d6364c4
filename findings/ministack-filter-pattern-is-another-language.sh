#!/usr/bin/env bash
# Expected: an emulator's filter pattern finds a subset of what CloudWatch Logs finds, or refuses a pattern.
# Happens: in ministack terms match regardless of case, a quoted phrase matches its words in any order, ?a ?b matches
#   nothing, and { $.status = "403" } matches everything. So one pattern finds too much, another too little, and none is
#   refused.
# Why it matters: it does not err on one side: a green test proves neither that refusals get through nor that the rest
#   does not. A pattern of two reasons, ?"Access denied" ?granted, finds nothing there.
# Source: _compile_filter_pattern in ministack/services/cloudwatch_logs.py: split at spaces, lower case, fnmatch.
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
logs = boto3.client("logs", endpoint_url=endpoint)
logs.create_log_group(logGroupName="gateway")
logs.create_log_stream(logGroupName="gateway", logStreamName="one")
messages = ['{"status":"200"}', '{"status":"403"}', "Access denied. Reason: no issuer", "access granted"]
now = int(time.time() * 1000)
events = [{"timestamp": now + i, "message": text} for i, text in enumerate(messages)]
logs.put_log_events(logGroupName="gateway", logStreamName="one", logEvents=events)
cases = [  # pattern, how many CloudWatch Logs matches, how many ministack matches
    ('"Access denied"', 1, 1),
    ("Access", 1, 2),
    ('"denied. Access"', 0, 1),
    ('?"Access denied" ?granted', 2, 0),
    ('{ $.status = "403" }', 1, 4),
]
changed = False
for pattern, meant, known in cases:
    found = len(logs.filter_log_events(logGroupName="gateway", filterPattern=pattern)["events"])
    print(f"{pattern:26} means {meant} of 4 events, ministack gives {found}")
    changed = changed or found != known
if changed:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
