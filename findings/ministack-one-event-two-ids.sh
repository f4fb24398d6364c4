#!/usr/bin/env bash
# Expected: an event of CloudWatch Logs has one id, whichever way it comes: through each subscription filter, and through
#   FilterLogEvents.
# Happens: in ministack each subscription delivery makes ids anew, 32 hex digits and not 56 decimal ones; the two filters and
#   FilterLogEvents give one event three ids.
# Why it matters: who counts every event once, by its id, sees twice as many there; a test of duplicates passes or fails
#   for a reason that AWS does not have, and ids do not sort by time as AWS's do.
# Source: _fanout_to_subscription_filters and the storing of PutLogEvents in ministack/services/cloudwatch_logs.py: new_uuid().
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
import io
import os
import sys
import time
import urllib.request
import zipfile
import boto3

endpoint = "http://127.0.0.1:" + os.environ["GATEWAY_PORT"]
for _ in range(300):
    try:
        urllib.request.urlopen(endpoint + "/_ministack/health", timeout=1)
        break
    except OSError:
        time.sleep(0.1)
seen = os.path.join(os.getcwd(), "seen.txt")
code = f'''
import base64, gzip, json
def handler(event, context):
    payload = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    with open({seen!r}, "a") as file:
        for one in payload["logEvents"]:
            file.write(payload["subscriptionFilters"][0] + " " + one["id"] + "\\n")
'''
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as zipped:
    zipped.writestr("index.py", code)
functions = boto3.client("lambda", endpoint_url=endpoint)
arn = functions.create_function(
    FunctionName="reader", Runtime="python3.12", Handler="index.handler",
    Role="arn:aws:iam::000000000000:role/reader", Code={"ZipFile": archive.getvalue()},
)["FunctionArn"]
logs = boto3.client("logs", endpoint_url=endpoint)
logs.create_log_group(logGroupName="gateway")
logs.create_log_stream(logGroupName="gateway", logStreamName="one")
for name in ("first", "second"):
    logs.put_subscription_filter(logGroupName="gateway", filterName=name, filterPattern="", destinationArn=arn)
now = int(time.time() * 1000)
logs.put_log_events(
    logGroupName="gateway", logStreamName="one",
    logEvents=[{"timestamp": now, "message": "Access denied. Reason: certificate has expired"}],
)
for _ in range(300):
    lines = open(seen).read().split("\n") if os.path.exists(seen) else []
    if len(lines) > 2:
        break
    time.sleep(0.1)
ids = {line.split()[0]: line.split()[1] for line in lines if line}
ids["FilterLogEvents"] = logs.filter_log_events(logGroupName="gateway")["events"][0]["eventId"]
for way, one in ids.items():
    print(f"{way:16} {len(one)} characters, {'decimal' if one.isdigit() else 'not decimal'}")
print(f"{len(ids)} ways, {len(set(ids.values()))} ids of one event")
if len(ids) != 3 or len(set(ids.values())) != 3:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
