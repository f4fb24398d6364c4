#!/usr/bin/env bash
# Expected: the CDK's access log fields for the client certificate are named alike: contextIdentityClientCertSubjectDN
#   beside contextIdentityClientCertIssuerDN; and jsonWithStandardFields can be told to have them.
# Happens: the public method for the issuer is spelt contextIdentityClientCertIssunerDN; the right spelling is undefined.
#   And jsonWithStandardFields has no option for the certificate, for the error or for the extended request id.
# Why it matters: the issuer is the one field by which refused certificates are grouped. In JavaScript the right spelling
#   fails at synth; and a stage with the standard fields logs a 403 that says neither whom it refused nor why.
# Source: class AccessLogField and AccessLogFormat in aws-cdk-lib/aws-apigateway.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-cdk-lib@2.276.0 constructs@10.8.1 >/dev/null || exit 2
echo "node $(node --version), aws-cdk-lib 2.276.0, constructs 10.8.1"

cat > probe.cjs <<'EOF'
const { AccessLogField, AccessLogFormat } = require('aws-cdk-lib/aws-apigateway');

const fields = Object.getOwnPropertyNames(AccessLogField).filter((name) => name.startsWith('contextIdentityClientCert'));
const format = AccessLogFormat.jsonWithStandardFields().toString();
console.log(fields.join('\n'));
console.log('Issuner:', AccessLogField.contextIdentityClientCertIssunerDN?.());
console.log('Issuer: ', AccessLogField.contextIdentityClientCertIssuerDN);
console.log('standard fields:', Object.keys(JSON.parse(format)).join(', '));
const spelt = fields.includes('contextIdentityClientCertIssunerDN') && !fields.includes('contextIdentityClientCertIssuerDN');
if (!spelt || /clientCert|error|extended/.test(format)) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
