#!/usr/bin/env bash
# Expected: the parser models of Powertools for AWS Lambda keep the client certificate of a mutual-TLS request for REST
#   APIs and for HTTP APIs alike; the data classes of the same package know both places.
# Happens: APIGatewayProxyEventModel has requestContext.identity.clientCert. APIGatewayProxyEventV2Model has no field for
#   requestContext.authentication.clientCert, and drops it without an error; what was parsed has no trace of it.
# Why it matters: a handler that is moved from a REST API to an HTTP API and logs the client's issuer then finds none for
#   every request, and an authorizer on top of the model sees all clients as without a certificate.
# Source: RequestContextV2 in aws_lambda_powertools.utilities.parser.models.apigwv2; unknown fields are ignored by
#   default.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" aws-lambda-powertools==3.37.0 pydantic==2.14.4 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), aws-lambda-powertools 3.37.0, pydantic 2.14.4"

cat > probe.py <<'EOF'
import sys
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventV2Model

certificate = {
    "clientCertPem": "-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----\n", "subjectDN": "C=US,O=Acme,CN=edi-01",
    "issuerDN": "C=US,O=Acme,CN=Acme CA", "serialNumber": "1",
    "validity": {"notBefore": "Aug  5 00:28:21 2025 GMT", "notAfter": "Aug  5 00:28:21 2035 GMT"},
}
event = {
    "version": "2.0", "routeKey": "$default", "rawPath": "/", "rawQueryString": "", "headers": {}, "isBase64Encoded": False,
    "requestContext": {
        "accountId": "123456789012", "apiId": "api", "domainName": "partners.example", "domainPrefix": "partners",
        "authentication": {"clientCert": certificate}, "requestId": "id", "routeKey": "$default", "stage": "$default",
        "http": {"method": "GET", "path": "/", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "edi"},
        "time": "05/Aug/2026:00:28:21 +0000", "timeEpoch": 1785889701000,
    },
}
data_class = APIGatewayProxyEventV2(event).request_context.authentication.issuer_dn
model = APIGatewayProxyEventV2Model.model_validate(event)
kept = "issuerDN" in model.model_dump_json()
print("data class:", data_class)
print("parser model:", sorted(type(model.requestContext).model_fields), "certificate kept:", kept)
if data_class != certificate["issuerDN"] or kept:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
