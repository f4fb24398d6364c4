#!/usr/bin/env bash
# Expected: a CA renewed with its key, the old certificate still beside the new one in the truststore: a client is valid if any
#   of the paths is, as RFC 5280 has it and OpenSSL does it.
# Happens: PKI.js takes the first path that it finds and judges that one. With the expired certificate in front the client is
#   refused as expired; with the new one in front it is valid.
# Why it matters: "keep the old CA certificate beside the new one" is what one tells a partner whose CA was renewed; whoever
#   tries the bundle with this library first finds that it refuses everybody, and turns the advice around.
# Source: CertificateChainValidationEngine.sort and verify in pkijs: the shortest path, then the first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund pkijs@4.0.0 @peculiar/x509@2.2.0 reflect-metadata@0.2.2 2>npm.txt || { cat npm.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), pkijs 4.0.0; certificates made by @peculiar/x509 2.2.0"

cat > probe.mjs <<'EOF'
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import * as x509 from '@peculiar/x509';
import * as pkijs from 'pkijs';

x509.cryptoProvider.set(webcrypto);
pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }));
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
const [caKeys, clientKeys] = [await newKeys(), await newKeys()];
const caOf = async (serialNumber, from, to) =>
  x509.X509CertificateGenerator.createSelfSigned({
    serialNumber,
    name: 'O=Acme,CN=Issuing CA',
    notBefore: new Date(from),
    notAfter: new Date(to),
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 2, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
const old = await caOf('01', '2016-01-01', '2024-01-01');
const renewed = await caOf('02', '2023-01-01', '2036-01-01');
const client = await x509.X509CertificateGenerator.create({
  serialNumber: '03',
  subject: 'CN=edi-01',
  issuer: renewed.subject,
  notBefore: new Date('2024-06-01'),
  notAfter: new Date('2034-06-01'),
  signingKey: caKeys.privateKey,
  publicKey: clientKeys.publicKey,
  signingAlgorithm: algorithm,
  extensions: [await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey)],
});

const asPkijs = (certificate) => pkijs.Certificate.fromBER(certificate.rawData);
const checkDate = new Date('2026-11-01T00:00:00Z');
async function verdict(trusted) {
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: trusted.map(asPkijs),
    certs: [asPkijs(client)],
    checkDate,
  });
  const { result, resultMessage } = await engine.verify();
  return result ? 'valid' : resultMessage;
}
writeFileSync('client.pem', client.toString('pem'));
writeFileSync('bundle.pem', `${old.toString('pem')}\n${renewed.toString('pem')}\n`);
const at = String(checkDate.getTime() / 1000);
const openssl = spawnSync('openssl', ['verify', '-attime', at, '-CAfile', 'bundle.pem', 'client.pem'], { encoding: 'utf8' });

const rows = [
  ['OpenSSL, trusted: old, renewed', openssl.stdout.trim().replace('client.pem: OK', 'valid'), 'valid'],
  ['trusted: renewed', await verdict([renewed]), 'valid'],
  ['trusted: renewed, old', await verdict([renewed, old]), 'valid'],
  ['trusted: old, renewed', await verdict([old, renewed]), 'The certificate is either not yet valid or expired'],
];
for (const [what, seen] of rows) console.log(`${what.padEnd(32)}${seen}`);
if (rows.some(([, seen, known]) => seen !== known)) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
