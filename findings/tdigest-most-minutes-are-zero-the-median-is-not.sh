#!/usr/bin/env bash
# Expected: of 1,000 minutes, 999 without a refusal and one with 500, the digest says 0 at the median and at the 99th
#   percentile; a t-digest is made for exact tails.
# Happens: the median is near 0, and then percentiles climb in a straight line to the 500: the 75th is about 250, the 99th
#   490, and half of all minutes are said to have more than 0. Equal values share one centroid, its weight is taken to lie
#   half on each side, and the empty side is filled by interpolation up to the spike. The discrete mode, when it is asked
#   for, gives 0.
# Why it matters: a threshold at the 99th percentile of a quiet domain's minutes is set to 490 by a single minute, and the
#   next outage of 400 is usual.
# Source: _percentile and p_rank of the npm package tdigest; the Python package tdigest answers the same.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" tdigest@0.1.3 >/dev/null || exit 2
echo "node $(node --version), tdigest 0.1.3"

cat > probe.mjs <<'EOF'
import digests from 'tdigest';

const fill = (digest) => {
  for (let minute = 0; minute < 999; minute += 1) digest.push(0);
  digest.push(500);
  return digest;
};
const usual = fill(new digests.TDigest());
const discrete = fill(new digests.TDigest(false));
const at = [0.5, 0.75, 0.9, 0.99];
console.log('percentiles', at.join(' '));
console.log('usual mode', usual.percentile(at).map((value) => Math.round(value)).join(' '), '; share of minutes at 0:', usual.p_rank(0));
console.log('discrete  ', discrete.percentile(at).join(' '), '; share of minutes at 0:', discrete.p_rank(0));
if (usual.percentile(0.75) < 200 || usual.percentile(0.99) < 450 || discrete.percentile(0.99) !== 0) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
