#!/usr/bin/env bash
# Expected: a certificate's name in UTF8String, as RFC 5280 asks for, is read as UTF-8, or in the worst case as octets.
# Happens: node-opcua-crypto reads it as ASCII, and Node's ASCII drops the highest bit of each octet: "Müller" becomes "MC<ller",
#   with a character that nobody typed, and a DN with "<" in it. OpenSSL and Node read "Müller".
# Why it matters: devices with OPC UA and clients of a gateway have certificates of one CA; its name in one log is not found in
#   the other, and looks like markup.
# Source: dist/source/asn1.js, readDirectoryName and its readers: getBlock(...).toString("ascii").
set -euo pipefail
command -v openssl >/dev/null || { echo 'needs openssl'; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node-opcua-crypto@6.0.0 2>npm.txt || { cat npm.txt; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -days 30 -utf8 \
  -subj '/C=DE/O=Müller Söhne KG/CN=device-7' -outform der -out device.der 2>/dev/null

cat > probe.mjs <<'EOF'
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { exploreCertificate } from 'node-opcua-crypto';

const der = readFileSync('device.der');
const name = exploreCertificate(der).tbsCertificate.subject.organizationName;
const meant = /^O=(.*)$/m.exec(new X509Certificate(der).subject)[1];
console.log(`Node ${process.version}: ${meant}`);
console.log(`node-opcua-crypto 6.0.0: ${name}`);
if (name !== 'MC<ller SC6hne KG') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
