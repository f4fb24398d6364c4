#!/usr/bin/env bash
# Expected: cert.setIssuer(ca.subject.attributes), the usual way to issue from a CA with node-forge, gives the certificate
#   the CA's name as issuer.
# Happens: attributes is a flat list. Where the CA's name has two attributes in one RDN ("OU=PKI+CN=Issuing CA"), each
#   gets an RDN of its own, so issuer and CA are different names, and OpenSSL finds no issuer for a correctly signed
#   certificate. forge itself calls the CA the issuer, for it compares the flat lists.
# Why it matters: "Could not find issuer for certificate", though key, key identifier and printed attributes all agree;
#   the only difference is a "+" where a comma stands.
# Source: pki.RDNAttributesAsArray and _dnToAsn1 in node-forge's lib/x509.js: one SET for each attribute.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" node-forge@1.4.3 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), node-forge 1.4.3"
for name in 'OU=PKI/CN=Issuing CA' 'OU=PKI+CN=Issuing CA'; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "key-${name//\//,}.pem" -out "ca-${name//\//,}.pem" \
    -subj "/O=Acme/$name" 2>/dev/null
done

cat > probe.cjs <<'EOF'
const { readFileSync, writeFileSync } = require('node:fs');
const { spawnSync } = require('node:child_process');
const { pki, md } = require('node-forge');

const seen = ['OU=PKI,CN=Issuing CA', 'OU=PKI+CN=Issuing CA'].map((name) => {
  const ca = pki.certificateFromPem(readFileSync(`ca-${name}.pem`, 'utf8'));
  const leaf = pki.createCertificate();
  leaf.publicKey = ca.publicKey;
  leaf.serialNumber = '01';
  leaf.validity.notBefore = ca.validity.notBefore;
  leaf.validity.notAfter = ca.validity.notAfter;
  leaf.setSubject([{ shortName: 'CN', value: 'edi-01' }]);
  leaf.setIssuer(ca.subject.attributes);
  leaf.sign(pki.privateKeyFromPem(readFileSync(`key-${name}.pem`, 'utf8')), md.sha256.create());
  writeFileSync('leaf.pem', pki.certificateToPem(leaf));
  const { stdout, stderr } = spawnSync('openssl', ['verify', '-CAfile', `ca-${name}.pem`, 'leaf.pem'], { encoding: 'utf8' });
  const said = /error \d+[^\n]*|OK/.exec(stdout + stderr)[0];
  console.log(`CA O=Acme,${name}: forge isIssuer ${leaf.isIssuer(ca)}, openssl verify: ${said}`);
  return `${leaf.isIssuer(ca)} ${/error (\d+)/.exec(said)?.[1] ?? said}`;
});
if (seen.join() !== 'true OK,true 20') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
