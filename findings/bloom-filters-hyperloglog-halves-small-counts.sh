#!/usr/bin/env bash
# Expected: HyperLogLog of bloom-filters with 128 registers estimates a hundred distinct clients within some ten per cent
#   (the standard error is 1.04 / sqrt(128), nine per cent), and counts a handful almost exactly: small counts are the
#   easy end.
# Happens: a thousand are a thousand, but 10 are 5, 50 are 25 and 100 are 49, whatever their names. Where registers
#   are empty the usual correction (linear counting) is made with the wrong estimate: they are about half.
# Why it matters: how many clients a fault hits decides its severity, and outages are of ten or fifty clients far more often
#   than of thousands: half of them are missing exactly there.
# Source: HyperLogLog.count in the package, beside Flajolet et al., "HyperLogLog", section 4.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" bloom-filters@3.0.4 >/dev/null || exit 2
echo "node $(node --version), bloom-filters 3.0.4"

cat > probe.mjs <<'EOF'
import filters from 'bloom-filters';

const mean = (distinct) => {
  const estimates = Array.from({ length: 20 }, (_, round) => {
    const sketch = new filters.HyperLogLog(128);
    for (let client = 0; client < distinct; client += 1) sketch.update(`round-${round}-client-${client}`);
    return sketch.count();
  });
  return estimates.reduce((sum, estimate) => sum + estimate, 0) / estimates.length;
};
const of = Object.fromEntries([1, 10, 50, 100, 1000].map((distinct) => [distinct, mean(distinct)]));
for (const [distinct, estimate] of Object.entries(of)) console.log(`${distinct} distinct: ${estimate.toFixed(1)} (mean of 20)`);
if (of[10] > 7 || of[50] > 35 || of[100] > 70 || of[1000] < 800 || of[1000] > 1200) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
