#!/usr/bin/env bash
# Expected: one NaN (a minute whose data never came) in a series is refused, or spoils the segment that holds it.
# Happens: Pelt of ruptures takes it without a word and reports a change at every other point from the gap to the end. The
#   costs of all segments that hold the NaN are NaN, every comparison with them is false, and the search goes on with what
#   is left.
# Why it matters: resampling by the mean in pandas writes NaN for a minute without a record. One missing minute of metrics
#   turns a quiet domain into one with dozens of "changes", all after the gap, so that it looks like an incident which
#   began there.
# Source: Pelt._seg in ruptures; no check of the signal in fit.
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

series = np.zeros((100, 1))
model = ruptures.Pelt(model="l2", jump=1)
quiet = [int(at) for at in model.fit_predict(series, pen=3)]
series[50] = np.nan
gap = [int(at) for at in model.fit_predict(series, pen=3)]
print("a constant series:", quiet)
print("the same with one gap at 50:", gap)
if quiet != [100] or len(gap) < 20 or min(gap) < 50:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
