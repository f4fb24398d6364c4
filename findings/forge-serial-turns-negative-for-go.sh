#!/usr/bin/env bash
# Expected: cert.serialNumber = '8f3a…', sixteen random hex digits, gives a certificate with that serial number, as the
#   hex string does in openssl's -set_serial 0x8f3a….
# Happens: node-forge writes the octets as they are, and an INTEGER whose first bit is set is negative. forge reads its
#   own serial back unchanged; OpenSSL and Node print "-70C5…"; Go refuses the whole certificate: "negative serial
#   number".
# Why it matters: half of all random serials are hit. A client certificate from such an issuing script works with the
#   partner's own tools and with half of the machines, and is a syntax error at a gateway that is written in Go.
# Source: getTBSCertificate in node-forge's lib/x509.js; a comment in its README says to put 00 before such a value. Go's
#   x509.ParseCertificate since 1.23.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" node-forge@1.4.3 >/dev/null || exit 2
echo "node $(node --version), node-forge 1.4.3, $(go version)"

cat > probe.cjs <<'EOF'
const { writeFileSync } = require('node:fs');
const { X509Certificate } = require('node:crypto');
const { pki, md } = require('node-forge');

const keys = pki.rsa.generateKeyPair(2048);
const seen = ['7f3a', '8f3a'].map((serial) => {
  const cert = pki.createCertificate();
  cert.publicKey = keys.publicKey;
  cert.serialNumber = `${serial}0000000000000001`;
  cert.validity.notBefore = new Date('2025-01-01T00:00:00Z');
  cert.validity.notAfter = new Date('2035-01-01T00:00:00Z');
  cert.setSubject([{ shortName: 'CN', value: 'edi-01' }]);
  cert.setIssuer([{ shortName: 'CN', value: 'edi-01' }]);
  cert.sign(keys.privateKey, md.sha256.create());
  const pem = pki.certificateToPem(cert);
  writeFileSync(`${serial}.pem`, pem);
  const node = new X509Certificate(pem).serialNumber;
  console.log(`set ${cert.serialNumber}  forge reads ${pki.certificateFromPem(pem).serialNumber}  node reads ${node}`);
  return node;
});
process.exit(seen.join() === '7F3A0000000000000001,-70C5FFFFFFFFFFFFFFFF' ? 0 : 1);
EOF
cat > probe.go <<'EOF'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	for _, file := range os.Args[1:] {
		text, _ := os.ReadFile(file)
		block, _ := pem.Decode(text)
		_, err := x509.ParseCertificate(block.Bytes)
		fmt.Println(file, err)
	}
}
EOF
node probe.cjs || { echo CHANGED; exit 1; }
GOFLAGS=-mod=mod go run probe.go 7f3a.pem 8f3a.pem | tee go.txt
[ "$(cat go.txt)" = "$(printf '7f3a.pem <nil>\n8f3a.pem x509: negative serial number')" ] || { echo CHANGED; exit 1; }
