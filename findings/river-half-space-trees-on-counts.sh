#!/usr/bin/env bash
# Expected: an online anomaly detector that has learned counts around 3 scores 500 higher than 3.
# Happens: HalfSpaceTrees scores 3, 8 and 500 alike and low, and 0 as the anomaly. Its trees split the range from 0 to 1;
#   every larger count falls into the last leaf, which is crowded, and only 0 is far from it. Divided by 1000 all is as
#   expected.
# Why it matters: refusals per minute are counts. The detector alarms when refusals stop, and calls an outage normal,
#   without any warning about the range.
# Source: HalfSpaceTrees(limits=None) in river.anomaly: each feature is taken to lie between 0 and 1.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" river==0.26.1 numpy==2.4.6 pandas==3.0.0 scipy==1.16.3 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), river 0.26.1, numpy 2.4.6, pandas 3.0.0, scipy 1.16.3"

cat > probe.py <<'EOF'
import sys
import numpy as np
from river import anomaly

def scores(unit):
    trees = anomaly.HalfSpaceTrees(seed=1, window_size=50)
    for count in np.random.default_rng(1).poisson(3, 500):
        trees.learn_one({"refused": float(count) * unit})
    return {count: round(trees.score_one({"refused": count * unit}), 2) for count in (0, 3, 8, 500)}

counts = scores(1)
scaled = scores(0.001)
print("counts:        ", counts)
print("counts / 1000: ", scaled)
if not (counts[0] > 0.9 > counts[3] == counts[8] == counts[500] and scaled[500] > scaled[3]):
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
