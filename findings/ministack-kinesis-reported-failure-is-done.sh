#!/usr/bin/env bash
# Expected: a function that reports a failed item of a batch from Kinesis (ReportBatchItemFailures) gets it again, as often as
#   MaximumRetryAttempts says; then it goes to the destination for failures.
# Happens: ministack accepts both settings and gives them back, takes the answer as success and goes on behind the batch. For a
#   queue it heeds the same answer.
# Why it matters: a record that failed is gone without a trace; what a stream's consumer does with a retry is never
#   tried there, and its test for lost records fails, or does not exist.
# Source: _poll_kinesis in ministack/services/lambda_svc.py: only an error of the call is looked at; _poll_sqs reads
#   batchItemFailures.
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
def handler(event, context):
    failed = [record["kinesis"]["sequenceNumber"] for record in event["Records"]]
    with open({seen!r}, "a") as file:
        file.write(str(len(failed)) + "\\n")
    return {{"batchItemFailures": [{{"itemIdentifier": failed[0]}}]}}
'''
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as zipped:
    zipped.writestr("index.py", code)
functions = boto3.client("lambda", endpoint_url=endpoint)
functions.create_function(
    FunctionName="reader", Runtime="python3.12", Handler="index.handler",
    Role="arn:aws:iam::000000000000:role/reader", Code={"ZipFile": archive.getvalue()},
)
kinesis = boto3.client("kinesis", endpoint_url=endpoint)
kinesis.create_stream(StreamName="logs", ShardCount=1)
stream = "arn:aws:kinesis:eu-central-1:000000000000:stream/logs"
for _ in range(100):
    if kinesis.describe_stream(StreamName="logs")["StreamDescription"]["StreamStatus"] == "ACTIVE":
        break
    time.sleep(0.1)
mapping = functions.create_event_source_mapping(
    EventSourceArn=stream, FunctionName="reader", StartingPosition="TRIM_HORIZON", BatchSize=10,
    FunctionResponseTypes=["ReportBatchItemFailures"], MaximumRetryAttempts=5,
)
print("asked for:", mapping["FunctionResponseTypes"], "with", mapping["MaximumRetryAttempts"], "retries")
kinesis.put_record(StreamName="logs", PartitionKey="one", Data=b"refused")
for _ in range(300):
    if os.path.exists(seen):
        break
    time.sleep(0.1)
time.sleep(10)
calls = len(open(seen).read().split())
print(f"a record whose failure is reported is handed over {calls} time(s) in ten seconds; six times are meant")
if calls != 1:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
