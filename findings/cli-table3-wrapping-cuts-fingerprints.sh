#!/usr/bin/env bash
# Expected: a cell of cli-table3 with wordWrap shows its whole text, on as many lines as it takes.
# Happens: a word that is longer than the column is cut with an ellipsis, as without wordWrap; its rest is on no line.
#   Only with wrapOnWordBoundary: false is nothing lost, and then ordinary words are cut in two as well.
# Why it matters: key identifiers, fingerprints and serials are words of 40 to 95 characters without a space. A table of a
#   truststore in a terminal of 80 columns shows the first bytes, and two keys of one CA look the same.
# Source: utils.wordWrap in cli-table3 splits at spaces; drawLine in src/cell.js then truncates each line to the width.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" cli-table3@0.6.5 >/dev/null || exit 2
echo "node $(node --version), cli-table3 0.6.5"

cat > probe.mjs <<'EOF'
import Table from 'cli-table3';

const key = 'FD:37:C5:C1:FB:14:12:8E:B7:3B:D7:16:39:32:82:EE:AA:3B:51:BD';
const draw = (options) => {
  const table = new Table({ colWidths: [24], wordWrap: true, style: { border: [] }, ...options });
  table.push([`key ${key}`]);
  return table.toString();
};
const whole = (text) => text.replace(/[^0-9A-F:]/g, '').endsWith(key);
console.log(draw({}));
console.log(draw({ wrapOnWordBoundary: false }));
if (whole(draw({})) || !draw({}).includes('…') || !whole(draw({ wrapOnWordBoundary: false }))) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
