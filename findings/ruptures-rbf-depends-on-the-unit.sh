#!/usr/bin/env bash
# Expected: the rbf cost of ruptures does not depend on the unit of the series: it sets its kernel width from the median
#   of the distances between the points, so failures per minute and per second break at the same places.
# Happens: when more than half of all pairs are equal, the median is 0, and the width falls back to 1 in whatever unit is
#   used. The same jump is found as counts (0 and 1) and not found as rates (0 and 0.001); on dense series both are found.
# Why it matters: refusals are sparse: most minutes have none. A detector tuned on counts finds nothing once somebody
#   divides by the requests, and no value of the penalty tells why.
# Source: CostRbf.gram in ruptures: gamma stays 1.0 when the median is 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" ruptures==1.1.10 numpy==2.4.6 scipy==1.16.3 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), ruptures 1.1.10, numpy 2.4.6, scipy 1.16.3"

cat > probe.py <<'EOF'
import sys
import numpy as np
import ruptures

def breaks(series):
    return ruptures.Pelt(model="rbf", jump=1).fit_predict(series.reshape(-1, 1), pen=5)

sparse = np.zeros(200)
sparse[120::2] = 1
dense = np.concatenate([np.arange(100) % 7, np.arange(100) % 7 + 10.0])
seen = {}
for name, series in (("sparse", sparse), ("dense", dense)):
    for factor in (1, 0.001):
        seen[name, factor] = [int(at) for at in breaks(series * factor)]
        print(f"{name} x {factor}: {seen[name, factor]}")
if len(seen["sparse", 1]) < 2 or seen["sparse", 0.001] != [200] or seen["dense", 1] != seen["dense", 0.001]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
