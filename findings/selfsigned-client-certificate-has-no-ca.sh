#!/usr/bin/env bash
# Expected: clientCertificate: true of the npm package selfsigned gives a client certificate that a server accepts whose
#   truststore holds the other certificate, the one that signed it: there is no other use for it.
# Happens: the signing certificate says of itself that it is no CA (CA:FALSE, no keyCertSign), the defaults of
#   version 5. Everything that verifies refuses each client certificate of the package. Its issuer is the right one and its
#   signature is good, so neither name nor key is at fault. With extensions that say cA and keyCertSign it is accepted.
# Why it matters: this is the short way to a client certificate in tests of mutual TLS. "invalid CA certificate" is looked
#   for in the truststore and in the client; a test that expects a refusal of another kind is green for the wrong reason.
# Source: generateAsync in selfsigned's index.js: the client is signed by the default leaf. The defaults are in its README,
#   which does not join them with the client certificate.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" selfsigned@5.5.0 >/dev/null || exit 2
echo "node $(node --version), selfsigned 5.5.0"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }

cat > probe.mjs <<'EOF_PROBE'
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import selfsigned from 'selfsigned';

const attributes = [{ name: 'commonName', value: 'edi-ca.example' }];
const extensions = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, digitalSignature: true, critical: true },
];
for (const [name, options] of [['default', {}], ['ca', { extensions }]]) {
  const made = await selfsigned.generate(attributes, { algorithm: 'sha256', clientCertificate: { cn: 'edi-01' }, ...options });
  const [signer, client] = [made.cert, made.clientcert].map((pem) => new X509Certificate(pem));
  console.log(`${name}: issuer ${client.issuer}, signature good: ${client.verify(signer.publicKey)}, signer is a CA: ${signer.ca}`);
  writeFileSync(`${name}-signer.pem`, made.cert);
  writeFileSync(`${name}-client.pem`, made.clientcert);
}
EOF_PROBE
node probe.mjs
for name in default ca; do
  openssl verify -purpose sslclient -CAfile "$name-signer.pem" "$name-client.pem" > "$name.txt" 2>&1 || true
  grep -E 'OK|lookup' "$name.txt"
done
grep -q 'invalid CA certificate' default.txt && grep -q 'ca-client.pem: OK' ca.txt || { echo CHANGED; exit 1; }
