#!/usr/bin/env bash
# Expected: a reader of CloudFront's logs takes the columns from the "#Fields:" line that every such file begins with: which
#   fields there are, and in which order, is chosen with the delivery.
# Happens: cloudfront-log-parser skips that line and names the columns by its own list. Of a file with date, time, sc-status
#   and c-ip it makes a record whose edge location is 403 and whose bytes are the client's address, without an error and
#   without a status.
# Why it matters: whoever looks for sc-status 403 finds none in a file of nothing but refusals.
# Source: the parser of the package, which has one list of headings for web and one for RTMP distributions.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" cloudfront-log-parser@1.2.0 >/dev/null || exit 2
echo "node $(node --version), cloudfront-log-parser 1.2.0"

cat > probe.mjs <<'EOF'
import parser from 'cloudfront-log-parser';

const file = '#Version: 1.0\n#Fields: date time sc-status c-ip\n2026-11-29\t10:00:00\t403\t192.0.2.1\n';
const [record] = parser.parse(file, { format: 'web' });
console.log(file.trim());
console.log(record);
if (record['x-edge-location'] !== '403' || record['sc-bytes'] !== '192.0.2.1' || record['sc-status'] !== undefined) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
