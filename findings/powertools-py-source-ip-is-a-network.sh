#!/usr/bin/env bash
# Expected: the parsed sourceIp of a request is the address that API Gateway gave: "192.0.2.1" prints as 192.0.2.1.
# Happens: the parser model of Powertools for AWS Lambda makes it a network of one address: it prints, and is dumped to
#   JSON, as "192.0.2.1/32" ("2001:db8::1/128"), and comparing it with an ip_address is false, without an error.
# Why it matters: the caller's address is one of the few things that join the handler's own log with the gateway's access
#   log of a refused request. The two texts are never equal.
# Source: APIGatewayEventIdentity.sourceIp in aws_lambda_powertools.utilities.parser.models.apigw: IPvAnyNetwork.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" aws-lambda-powertools==3.37.0 pydantic==2.14.4 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), aws-lambda-powertools 3.37.0, pydantic 2.14.4"

cat > probe.py <<'EOF'
import ipaddress
import json
import sys
from aws_lambda_powertools.utilities.parser.models import APIGatewayEventIdentity

changed = False
for text in ("192.0.2.1", "2001:db8::1"):
    identity = APIGatewayEventIdentity.model_validate({"sourceIp": text})
    dumped = json.loads(identity.model_dump_json())["sourceIp"]
    same = identity.sourceIp == ipaddress.ip_address(text)
    print(f"{text}: printed {identity.sourceIp}, in JSON {dumped}, equal to the address: {same}")
    changed = changed or dumped == text or same
if changed:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
