#!/usr/bin/env bash
# Expected: new Name(certificate.subject) gives the name of that certificate back: the library wrote the string itself.
# Happens: the strings are equal, the DER is not. Every ASCII value becomes a PrintableString (or IA5String), while
#   openssl and most CAs of today write UTF8String. A value with an accent keeps its bytes, so tests with "Müller" pass.
# Why it matters: a lookup of a CA by the DER of its name, as Go's certificate pools do it, needs the same bytes. A CA
#   that is searched by the text of a refused certificate's issuer is not found there, and seems to be missing.
# Source: Name.createAttribute of @peculiar/x509: a string alone does not say which ASN.1 string type it came from.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), @peculiar/x509 2.2.0"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out ascii.pem \
  -subj '/C=US/O=Acme/CN=edi-01' 2>/dev/null
openssl req -x509 -key key.pem -out accent.pem -utf8 -subj '/C=DE/O=Müller/CN=Jürgen' 2>/dev/null

cat > probe.mjs <<'EOF'
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Name, X509Certificate } from '@peculiar/x509';

const hex = (name) => Buffer.from(name.toArrayBuffer()).toString('hex');
const seen = ['ascii.pem', 'accent.pem'].map((file) => {
  const own = new X509Certificate(readFileSync(file, 'utf8')).subjectName;
  const rebuilt = new Name(own.toString());
  const same = { text: rebuilt.toString() === own.toString(), bytes: hex(rebuilt) === hex(own) };
  console.log(own.toString(), same);
  if (!same.bytes) console.log(`  certificate ${hex(own)}\n  rebuilt     ${hex(rebuilt)}`);
  return `${same.text} ${same.bytes}`;
});
if (seen.join() !== 'true false,true true') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
