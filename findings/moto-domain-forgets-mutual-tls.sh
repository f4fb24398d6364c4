#!/usr/bin/env bash
# Expected: a custom domain name that was created with mutualTlsAuthentication on moto shows its truststore when it is asked
#   for, for REST APIs (apigateway) and for HTTP APIs (apigatewayv2) alike.
# Happens: apigateway takes the setting without an error and forgets it. Neither the answer to CreateDomainName nor
#   GetDomainName nor GetDomainNames has it. apigatewayv2 of the same package keeps it.
# Why it matters: code that finds the front doors with mutual TLS, to watch them or to check their truststores, finds none
#   in its tests, and "nothing to watch" is a valid answer. It looks like an error of the code that reads, not of the writer.
# Source: DomainName and create_domain_name in moto/apigateway/models.py, which have no such parameter.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" 'moto[apigateway,apigatewayv2]==5.2.5' boto3==1.44.8 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), moto 5.2.5, boto3 1.44.8"

cat > probe.py <<'EOF_PROBE'
import os
os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="eu-central-1")
import sys
import boto3
from moto import mock_aws

certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/one"
with mock_aws():
    rest, http = boto3.client("apigateway"), boto3.client("apigatewayv2")
    created = rest.create_domain_name(
        domainName="rest.example.com", regionalCertificateArn=certificate, securityPolicy="TLS_1_2",
        endpointConfiguration={"types": ["REGIONAL"]},
        mutualTlsAuthentication={"truststoreUri": "s3://trust/clients.pem", "truststoreVersion": "v1"},
    )
    http.create_domain_name(
        DomainName="http.example.com",
        DomainNameConfigurations=[{"CertificateArn": certificate, "EndpointType": "REGIONAL", "SecurityPolicy": "TLS_1_2"}],
        MutualTlsAuthentication={"TruststoreUri": "s3://trust/clients.pem", "TruststoreVersion": "v1"},
    )
    seen = {
        "apigateway, CreateDomainName": created.get("mutualTlsAuthentication"),
        "apigateway, GetDomainName": rest.get_domain_name(domainName="rest.example.com").get("mutualTlsAuthentication"),
        "apigateway, GetDomainNames": rest.get_domain_names()["items"][0].get("mutualTlsAuthentication"),
        "apigatewayv2, GetDomainName": http.get_domain_name(DomainName="http.example.com").get("MutualTlsAuthentication"),
    }
for call, setting in seen.items():
    print(f"{call:30} {setting}")
values = list(seen.values())
if values[:3] != [None, None, None] or not values[3]:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
PYTHONPATH="$work/lib" python3 probe.py
