#!/usr/bin/env bash
# Expected: a Logs Insights query on moto that it cannot carry out is an error, as it has a parser for queries.
# Happens: filter and stats are parsed and dropped. 'filter status = "403"' gives all events, 'stats count(*) by status'
#   gives one row for each event with nothing but a pointer in it; the status of the query is Complete. fields, sort and
#   limit work.
# Why it matters: saved queries that count refusals by issuer return rows on moto, so a test which checks that "there are
#   rows" is green for a query with a wrong field in it.
# Source: execute_query in moto/logs/logs_query.
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

with mock_aws():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="gateway")
    logs.create_log_stream(logGroupName="gateway", logStreamName="one")
    now = int(time.time())
    events = [{"timestamp": now * 1000, "message": '{"status":"%s"}' % status} for status in ("200", "200", "403")]
    logs.put_log_events(logGroupName="gateway", logStreamName="one", logEvents=events)

    def rows(query):
        started = logs.start_query(logGroupName="gateway", startTime=now - 60, endTime=now + 60, queryString=query)
        answer = logs.get_query_results(queryId=started["queryId"])
        found = [[cell["field"] for cell in row] for row in answer["results"]]
        print(f"{query}: {answer['status']}, rows {found}")
        return found

    limited = rows("fields @message | limit 1")
    filtered = rows('fields @message | filter status = "403"')
    counted = rows("stats count(*) by status")
if [len(limited), len(filtered), len(counted)] != [1, 3, 3] or counted[0] != ["@ptr"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
