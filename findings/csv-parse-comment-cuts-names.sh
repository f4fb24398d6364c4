#!/usr/bin/env bash
# Expected: with comment: '#', csv-parse skips lines that begin with "#", as the readers of most tools do.
# Happens: it ends the line at a "#" anywhere, also inside a cell: "CN=dock#7,serial" is read as the single cell
#   "CN=dock", and with relax_column_count or one column there is no error. comment_no_infix is the option for what one
#   expects.
# Why it matters: names of clients have "#" ("dock #7"), and lists kept by hand have comments. The cut name is a valid
#   name, matches another client or none, and the row's serial is gone.
# Source: the comment option of csv-parse; comment_no_infix defaults to false.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" csv-parse@7.0.3 >/dev/null || exit 2
echo "node $(node --version), csv-parse 7.0.3"

cat > probe.mjs <<'EOF'
import { parse } from 'csv-parse/sync';

const text = '# partners\nCN=dock,1\nCN=dock#7,2\n';
const options = { comment: '#', relax_column_count: true };
const usual = parse(text, options);
const strict = parse(text, { ...options, comment_no_infix: true });
console.log('comment:', JSON.stringify(usual));
console.log('comment_no_infix:', JSON.stringify(strict));
if (JSON.stringify(usual) !== '[["CN=dock","1"],["CN=dock"]]' || strict[1][0] !== 'CN=dock#7') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
