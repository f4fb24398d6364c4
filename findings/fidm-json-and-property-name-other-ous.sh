#!/usr/bin/env bash
# Expected: of a subject with two organizational units, a certificate's property and its JSON name the same one, or both.
# Happens: in @fidm/x509, subject.organizationalUnitName is the first, and the OU of JSON.stringify(subject) is the last.
#   The two disagree silently for every attribute that occurs twice.
# Why it matters: partners' CAs mark clients with OU=<company>, OU=<environment>. A handler that logs the subject as JSON
#   and groups by the property writes records whose OU ("Production") never equals the group's ("Logistics").
# Source: class DistinguishedName of @fidm/x509: getField returns the first match, toJSON assigns in a loop.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @fidm/x509@1.2.1 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), @fidm/x509 1.2.1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem \
  -subj '/O=Acme/OU=Logistics/OU=Production/CN=edi-01' 2>/dev/null

cat > probe.cjs <<'EOF'
const { readFileSync } = require('node:fs');
const { X509Certificate } = require('node:crypto');
const { Certificate } = require('@fidm/x509');

const pem = readFileSync('cert.pem');
const { subject } = Certificate.fromPEM(pem);
const { OU } = JSON.parse(JSON.stringify(subject));
console.log('node          ', new X509Certificate(pem).subject.replaceAll('\n', ', '));
console.log('fidm property  OU', subject.organizationalUnitName);
console.log('fidm JSON      OU', OU);
if (subject.organizationalUnitName !== 'Logistics' || OU !== 'Production') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
