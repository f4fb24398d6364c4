#!/usr/bin/env bash
# Expected: a DN string with RFC 4514 hex pairs ("O=Acme\2C Inc.", "CN=Jos\C3\A9") is read as the characters that the
#   pairs stand for, because section 2.4 allows them for any octet and "openssl x509 -nameopt RFC2253" writes them.
# Happens: @peculiar/x509 drops the backslash and keeps the digits: the organization is "Acme2C Inc.", without any error,
#   and prints back as a DN that looks tidy. The other escape, "\,", is read correctly.
# Why it matters: an issuer DN taken from a log of refused client certificates, turned into a Name to look up the CA in a
#   truststore, silently names a CA that does not exist, but only for the partners with a comma or an accent in their
#   name.
# Source: class Name (fromString) of @peculiar/x509: a backslash is removed, whatever follows.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null || exit 2
echo "node $(node --version), @peculiar/x509 2.2.0"

cat > probe.mjs <<'EOF'
import 'reflect-metadata';
import { Name } from '@peculiar/x509';

const cases = [
  ['O=Acme\\, Inc.', 'Acme, Inc.', 'Acme, Inc.'],
  ['O=Acme\\2C Inc.', 'Acme, Inc.', 'Acme2C Inc.'],
  ['O=Jos\\C3\\A9', 'José', 'JosC3A9'],
];
let changed = false;
for (const [text, meant, known] of cases) {
  const read = new Name(text).getField('O')[0];
  console.log(`${text.padEnd(18)} RFC 4514: ${meant.padEnd(12)} read as: ${read}`);
  if (read !== known) changed = true;
}
if (changed) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
