#!/usr/bin/env bash
# Expected: what a Lambda authorizer found out about the client certificate, and passed on as context, is in the parsed
#   event of a REST API as it is for an HTTP API.
# Happens: the schema for HTTP APIs keeps every key of the authorizer's context; the one for REST APIs of the same package
#   keeps principalId and integrationLatency and drops the rest, without an error.
# Why it matters: an authorizer behind mutual TLS maps the issuer to a partner and hands the partner on. Behind a REST API
#   the handler that parses its event finds no partner, for all requests, although the raw event has it.
# Source: APIGatewayEventRequestContextSchema in @aws-lambda-powertools/parser: a plain object for authorizer, unknown
#   keys stripped.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @aws-lambda-powertools/parser@2.35.0 zod@4.6.7 >/dev/null || exit 2
echo "node $(node --version), @aws-lambda-powertools/parser 2.35.0, zod 4.6.7"

cat > probe.mjs <<'EOF'
import { APIGatewayProxyEventSchema, APIGatewayProxyEventV2Schema } from '@aws-lambda-powertools/parser/schemas';

const found = { partner: 'acme', issuer: 'C=US,O=Acme,CN=Acme CA' };
const common = { accountId: '123456789012', apiId: 'api', requestId: 'id', stage: 'prod', domainName: 'partners.example', domainPrefix: 'partners' };
const rest = APIGatewayProxyEventSchema.parse({
  resource: '/', path: '/', httpMethod: 'GET', queryStringParameters: null, multiValueQueryStringParameters: null, body: null,
  isBase64Encoded: false,
  requestContext: {
    ...common, authorizer: { principalId: 'edi-01', integrationLatency: 12, ...found }, protocol: 'HTTP/1.1', httpMethod: 'GET',
    identity: { sourceIp: '192.0.2.1' }, requestTime: '05/Aug/2026:00:28:21 +0000', requestTimeEpoch: 1785889701000, resourcePath: '/', path: '/',
  },
});
const http = APIGatewayProxyEventV2Schema.parse({
  version: '2.0', routeKey: '$default', rawPath: '/', rawQueryString: '', headers: {}, isBase64Encoded: false,
  requestContext: {
    ...common, authorizer: { lambda: found }, routeKey: '$default', time: '05/Aug/2026:00:28:21 +0000', timeEpoch: 1785889701000,
    http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'edi' },
  },
});
console.log('REST API:', rest.requestContext.authorizer);
console.log('HTTP API:', http.requestContext.authorizer);
if (rest.requestContext.authorizer.partner !== undefined || http.requestContext.authorizer.lambda.partner !== 'acme') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
