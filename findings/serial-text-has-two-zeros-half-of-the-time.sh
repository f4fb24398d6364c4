#!/usr/bin/env bash
# Expected: the hexadecimal serial number of one certificate is the same in all readers, capitals and colons aside.
# Happens: when the first bit of the number is 1, DER puts an octet of zeros before it. node-forge, jsrsasign and
#   @fidm/x509 print the octets ("00a1b2…"), OpenSSL, Node and @peculiar/x509 the number ("a1b2…"). With the first bit 0
#   all agree.
# Why it matters: random serials have that bit in half of all cases. A join of refused certificates with a CA's list by
#   serial works for a test set, and loses half of the clients; "0" in front cannot be stripped blindly either, as 0a…
#   needs its first digit.
# Source: X.690, 8.3 (INTEGER is signed); serialNumber in each library is the content octets, or a number printed again.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" node-forge@1.4.3 jsrsasign@11.1.5 @fidm/x509@1.2.1 @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), node-forge 1.4.3, jsrsasign 11.1.5, @fidm/x509 1.2.1, @peculiar/x509 2.2.0"
for serial in 71b2c3d4e5f60718 a1b2c3d4e5f60718; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out $serial.pem -subj /CN=edi-01 -set_serial 0x$serial 2>/dev/null
done

cat > probe.cjs <<'EOF'
require('reflect-metadata');
const { execFileSync } = require('node:child_process');
const { X509Certificate } = require('node:crypto');
const { readFileSync } = require('node:fs');
const fidm = require('@fidm/x509');
const peculiar = require('@peculiar/x509');
const { X509 } = require('jsrsasign');
const { pki } = require('node-forge');

let changed = false;
for (const serial of ['71b2c3d4e5f60718', 'a1b2c3d4e5f60718']) {
  const pem = readFileSync(`${serial}.pem`, 'utf8');
  const jsr = new X509();
  jsr.readCertPEM(pem);
  const seen = {
    openssl: execFileSync('openssl', ['x509', '-noout', '-serial'], { input: pem, encoding: 'utf8' }).trim().slice('serial='.length),
    node: new X509Certificate(pem).serialNumber,
    peculiar: new peculiar.X509Certificate(pem).serialNumber,
    forge: pki.certificateFromPem(pem).serialNumber,
    jsrsasign: jsr.getSerialNumberHex(),
    fidm: fidm.Certificate.fromPEM(Buffer.from(pem)).serialNumber,
  };
  console.log(seen);
  const zeros = Object.keys(seen).filter((name) => seen[name].startsWith('00')).join();
  changed ||= zeros !== (serial.startsWith('a') ? 'forge,jsrsasign,fidm' : '');
}
if (changed) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
