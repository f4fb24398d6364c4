#!/usr/bin/env bash
# Expected: a quantile scale of four shades gives the least value of the data the lightest shade.
# Happens: when three quarters of the data are equal, all three thresholds are that value, and d3's scaleQuantile gives it
#   the last shade: 0 is as dark as 500, and the three lighter shades are never used. One more value that is not 0 changes
#   the picture.
# Why it matters: in a heat map of refusals by hour nearly all cells are 0. The quiet domain has the colour of the worst
#   one throughout, and the outage in it cannot be told from the rest.
# Source: scaleQuantile in d3-scale: bisect (to the right) in the thresholds, so a value on equal thresholds passes them
#   all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" d3-scale@4.0.3 >/dev/null || exit 2
echo "node $(node --version), d3-scale 4.0.3"

cat > probe.mjs <<'EOF'
import { scaleQuantile } from 'd3-scale';

const shades = ['lightest', 'light', 'dark', 'darkest'];
const quiet = scaleQuantile([0, 0, 0, 0, 0, 0, 0, 500], shades);
const busy = scaleQuantile([0, 1, 2, 3, 4, 5, 6, 500], shades);
console.log('mostly zeros: thresholds', quiet.quantiles(), '0 is', quiet(0), 'and 500 is', quiet(500));
console.log('mixed:        thresholds', busy.quantiles(), '0 is', busy(0), 'and 500 is', busy(500));
if (quiet(0) !== 'darkest' || quiet(500) !== 'darkest' || busy(0) !== 'lightest') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
