#!/usr/bin/env bash
# Expected: the one-line form that jsrsasign prints for a name ("/C=US/O=Acme\/East") builds the same name when given
#   back.
# Happens: the printer escapes a slash with a backslash, the reader splits there correctly but keeps the backslash in the
#   value: "Acme/East" becomes "Acme\/East", and "Acme\\\/East" the next time. A plus sign is escaped in printing too, and
#   unescaped in no case.
# Why it matters: issuing a test client certificate "for the same subject as the refused one" gives another subject, and
#   the gateway's records of the two fall into two groups.
# Source: X500Name.str in jsrsasign: setByString keeps what stands between unescaped slashes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" jsrsasign@11.1.5 >/dev/null || exit 2
echo "node $(node --version), jsrsasign 11.1.5"

cat > probe.cjs <<'EOF'
const { X509, KEYUTIL, KJUR } = require('jsrsasign');
const { X509Certificate } = require('node:crypto');

const keys = KEYUTIL.generateKeypair('EC', 'secp256r1');
const issue = (name) =>
  new KJUR.asn1.x509.Certificate({
    version: 3, serial: { int: 1 }, issuer: name, subject: name,
    notbefore: '250101000000Z', notafter: '350101000000Z',
    sbjpubkey: keys.pubKeyObj, cakey: keys.prvKeyObj, sigalg: 'SHA256withECDSA', ext: [],
  }).getPEM();
const organization = (pem) => new X509Certificate(pem).toLegacyObject().subject.O;
const printed = (pem) => {
  const reader = new X509();
  reader.readCertPEM(pem);
  return reader.getSubjectString();
};

let pem = issue({ array: [[{ type: 'O', value: 'Acme/East', ds: 'utf8' }]] });
const seen = [organization(pem)];
for (let round = 1; round <= 2; round += 1) {
  console.log(`organization ${organization(pem).padEnd(14)} jsrsasign prints ${printed(pem)}`);
  pem = issue({ str: printed(pem) });
  seen.push(organization(pem));
}
console.log(`organization ${organization(pem)}`);
if (seen[0] !== 'Acme/East' || seen[1] !== 'Acme\\/East' || seen[2] === seen[1]) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
