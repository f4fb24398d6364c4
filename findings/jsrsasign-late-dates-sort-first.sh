#!/usr/bin/env bash
# Expected: the dates that getNotAfter of jsrsasign gives, texts of digits like "270309013642Z", can be compared with each
#   other.
# Happens: they have the form that the certificate has: two digits of the year up to 2049, four from 2050 on.
#   "20590101000000Z" is less than "270101000000Z", so the certificate that is valid longest sorts as the one that ends
#   first.
# Why it matters: roots of partners end after 2049 already. Sorting a truststore by these texts, or comparing them with
#   today's date in the short form, says that such a root has expired or is the next to expire, and leaves the one that
#   is.
# Source: RFC 5280, 4.1.2.5 (UTCTime and GeneralizedTime); X509.getNotAfter of jsrsasign returns the value as it stands.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" jsrsasign@11.1.5 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), jsrsasign 11.1.5"
for days in 400 20000; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $days.pem -subj /CN=CA -days $days 2>/dev/null
done

cat > probe.cjs <<'EOF'
const { readFileSync } = require('node:fs');
const { X509Certificate } = require('node:crypto');
const { X509 } = require('jsrsasign');

const certificates = ['400.pem', '20000.pem'].map((file) => {
  const pem = readFileSync(file, 'utf8');
  const reader = new X509();
  reader.readCertPEM(pem);
  return { text: reader.getNotAfter(), end: new Date(new X509Certificate(pem).validTo) };
});
for (const { text, end } of certificates) console.log(end.toISOString(), 'is', text);
const [first] = [...certificates].sort((a, b) => (a.text < b.text ? -1 : 1));
console.log('first by text:', first.end.getUTCFullYear());
if (first !== certificates[1] || certificates[0].end > certificates[1].end) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.cjs
