#!/usr/bin/env bash
# Expected: a CloudWatch metric is namespace, name and all of its dimensions, and is found by these alone, in any order of
#   dimensions. moto lists the metrics so (ListMetrics).
# Happens: in moto GetMetricData without dimensions gives the sum over all metrics of the name; with dimensions it does not
#   look at the namespace, and adds up those of two; with the same dimensions in another order it gives nothing.
#   GetMetricStatistics gives the sum over all for any part of the dimensions, and does not mind the order.
# Why it matters: a report or an alarm that leaves out one dimension of "Refusals" sums up all reasons in its tests, which is
#   what was wanted, and has no data in the account, for good: nothing there says so, since no data is not an error.
# Source: get_metric_data in moto/cloudwatch/models.py (and Dimension.__lt__, by which it sorts: a value is compared with a
#   name), get_filtered_metrics for the statistics.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[cloudwatch]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8"

cat > probe.py <<'EOF_PROBE'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import datetime
import sys
import boto3
from moto import mock_aws

minute = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
span = {"StartTime": minute - datetime.timedelta(minutes=5), "EndTime": minute + datetime.timedelta(minutes=1)}

def dimensions(pairs):
    return [{"Name": name, "Value": value} for name, value in pairs]

def put(client, namespace, pairs, value):
    data = {"MetricName": "Refusals", "Dimensions": dimensions(pairs), "Timestamp": minute, "Value": value}
    client.put_metric_data(Namespace=namespace, MetricData=[data])

def ask(client, pairs):
    metric = {"Namespace": "Gateway", "MetricName": "Refusals", "Dimensions": dimensions(pairs)}
    query = {"Id": "a", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    data = client.get_metric_data(MetricDataQueries=[query], **span)["MetricDataResults"][0]["Values"]
    statistics = client.get_metric_statistics(**metric, Period=60, Statistics=["Sum"], **span)["Datapoints"]
    return data, [point["Sum"] for point in statistics]

with mock_aws():
    client = boto3.client("cloudwatch")
    put(client, "Gateway", [("Domain", "a.example"), ("Reason", "expired")], 3)
    put(client, "Gateway", [("Domain", "b.example"), ("Reason", "unknown")], 4)
    put(client, "Other", [("Domain", "a.example"), ("Reason", "expired")], 100)
    print("metrics:", len(client.list_metrics(Namespace="Gateway")["Metrics"]), "in Gateway, with two dimensions each")
    cases = [  # dimensions of the question, what CloudWatch gives, what moto gives from both calls
        ([], [], ([7], [7])),
        ([("Domain", "a.example")], [], ([], [3])),
        ([("Domain", "a.example"), ("Reason", "expired")], [3], ([103], [3])),
        ([("Reason", "expired"), ("Domain", "a.example")], [3], ([], [3])),
    ]
    changed = False
    for pairs, meant, known in cases:
        seen = ask(client, pairs)
        print(f"{', '.join(map('='.join, pairs)) or 'no dimensions':34} means {meant}, GetMetricData {seen[0]}, GetMetricStatistics {seen[1]}")
        changed = changed or seen != known
if changed:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
PYTHONPATH="$work/lib" python3 probe.py
