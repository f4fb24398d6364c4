#!/usr/bin/env bash
# Expected: given a PEM bundle (a client's chain, leaf first), a reader of one certificate takes the first, as openssl
#   x509, Node, node-forge and @peculiar/x509 do, or refuses the bundle.
# Happens: jsrsasign's readCertPEM takes the last one: the leaf of a chain file is never seen, its root or issuer is.
# Why it matters: clients send leaf first, and people paste the whole chain when they ask why it was refused. Subject,
#   dates and key printed are then those of the CA: "valid for nine more years", and the expired leaf stays unfound.
# Source: pemtohex in jsrsasign removes everything up to a BEGIN line with a greedy pattern, so up to the last one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" jsrsasign@11.1.5 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), jsrsasign 11.1.5"
for name in leaf issuer root; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $name.pem \
    -subj "/O=Acme/CN=$name" 2>/dev/null
done
cat leaf.pem issuer.pem root.pem > chain.pem

cat > probe.cjs <<'EOF'
const { readFileSync } = require('node:fs');
const { X509Certificate } = require('node:crypto');
const { X509 } = require('jsrsasign');

const pem = readFileSync('chain.pem', 'utf8');
const node = new X509Certificate(pem).subject.replaceAll('\n', ', ');
const reader = new X509();
reader.readCertPEM(pem);
console.log('order in the file: leaf, issuer, root');
console.log('node       ', node);
console.log('jsrsasign  ', reader.getSubjectString());
if (node !== 'O=Acme, CN=leaf' || reader.getSubjectString() !== '/O=Acme/CN=root') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
