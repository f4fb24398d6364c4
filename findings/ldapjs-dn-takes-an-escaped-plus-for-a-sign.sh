#!/usr/bin/env bash
# Expected: the DN "OU=R\+D,O=Acme" has the unit "R+D": a plus inside a value is escaped with a backslash (RFC 4514, section
#   2.4), and openssl and Node print such names so.
# Happens: @ldapjs/dn reads the unit "R": the plus and the letter behind it are gone. "A\+Z" and "R\+ D" are read as they
#   should be. What follows the backslash is tried as two hex digits with parseInt, which takes "+D" for the number 13.
# Why it matters: units and products with a plus before a letter from A to F or a digit lose it without an error, and two
#   partners' names ("R\+D", "R\+B") become one key of a map.
# Source: lib/utils/parse-string/read-escape-sequence.js.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @ldapjs/dn@1.1.0 >/dev/null || exit 2
echo "node $(node --version), @ldapjs/dn 1.1.0"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificate.pem -days 30 \
  -subj '/O=Acme/OU=R\+D' 2>/dev/null

cat > probe.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { X509Certificate } from 'node:crypto';
import ldapjs from '@ldapjs/dn';

const unit = (dn) => ldapjs.DN.fromString(dn).rdnAt(0).getValue('OU');
const printed = new X509Certificate(readFileSync('certificate.pem')).subject.split('\n').reverse().join(',');
const read = {};
for (const dn of [printed, 'OU=A\\+Z,O=Acme', 'OU=R\\+ D,O=Acme', 'OU=R\\2BD,O=Acme']) {
  read[dn] = unit(dn);
  console.log(`${dn}: ${JSON.stringify(read[dn])}`);
}
if (read[printed].startsWith('R+') || read['OU=A\\+Z,O=Acme'] !== 'A+Z' || read['OU=R\\2BD,O=Acme'] !== 'R+D') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
