#!/usr/bin/env bash
# Expected: a series that steps once, from 0 to 10 at index 52, without noise, has one change point, at 52 or near it.
# Happens: Pelt of ruptures reports two, 50 and 55, and never 52: candidates are multiples of 5 unless told otherwise, and
#   a segment of five mixed points costs less than being wrong about two of them. At index 50 the same step is found once.
# Why it matters: "refusals began at 09:50 and changed again at 09:55" is what the incident says, for one truststore
#   update at 09:52; and whether there is one change or two depends on the minute at which the window began.
# Source: Pelt(jump=5) in ruptures; the docs call jump a subsampling of candidates.
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

def breaks(at, **options):
    series = np.where(np.arange(100) < at, 0.0, 10.0)
    return [int(i) for i in ruptures.Pelt(model="l2", **options).fit_predict(series.reshape(-1, 1), pen=1)][:-1]

seen = [breaks(50), breaks(52), breaks(52, jump=1)]
print("step at 50:", seen[0])
print("step at 52:", seen[1])
print("step at 52, jump=1:", seen[2])
if seen != [[50], [50, 55], [52]]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
