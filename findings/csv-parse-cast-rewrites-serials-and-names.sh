#!/usr/bin/env bash
# Expected: csv-parse with cast turns cells that are numbers into numbers, and with cast_date those that are dates into
#   dates.
# Happens: serial numbers are hexadecimal, and some look like something else: 10e5 becomes 1000000, 0x12 becomes 0, 0012
#   becomes 12, and one of 19 decimals is rounded. With cast_date a client named "acme-1" or "OU 5" becomes a day of the
#   year 2001.
# Why it matters: a list of certificates with serial and name is the usual export from a CA. Of random serials of eight
#   hexadecimal digits one in seventy has the form of 10e5, so the join with refused certificates loses a few clients, and
#   nobody sees which.
# Source: __isFloat in csv-parse's lib/api/index.js, and the default of cast_date, which asks Date.parse.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" csv-parse@7.0.3 >/dev/null || exit 2
echo "node $(node --version), csv-parse 7.0.3"

cat > probe.mjs <<'EOF'
import { parse } from 'csv-parse/sync';

const cells = (text, options) => parse(text, { columns: ['cell'], ...options }).map(({ cell }) => cell);
const serials = cells('5a2c\n10e5\n0x12\n0012\n1234567890123456789\n', { cast: true });
const names = cells('edi\nacme-1\nOU 5\n', { cast: true, cast_date: true });
console.log('serials 5a2c, 10e5, 0x12, 0012, 1234567890123456789 become', serials);
console.log('names edi, acme-1, OU 5 become', names);
const known = serials[0] === '5a2c' && serials[1] === 1000000 && serials[2] === 0 && serials[3] === 12;
if (!known || names[0] !== 'edi' || !(names[1] instanceof Date) || !(names[2] instanceof Date)) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
