#!/usr/bin/env bash
# Expected: the matrix profile of a series of zeros with a spike of 500 is largest where the spike is.
# Happens: with one other spike, of 1, anywhere in the past, the profile is 0 everywhere: each window is scaled to its own
#   spread, so both spikes have the same shape and are each other's perfect match. Without the small one, the large one is
#   found.
# Why it matters: one refused client last week hides the outage of today. The more history there is, the more surely there
#   is such a twin, so the discord search finds less the longer it runs.
# Source: stumpy.stump computes z-normalised distances (normalize=True); stumpy.aamp does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" stumpy==1.14.1 numpy==2.4.6 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), stumpy 1.14.1, numpy 2.4.6"

cat > probe.py <<'EOF'
import sys
import numpy as np
import stumpy

series = np.zeros(600)
series[400] = 500
alone = float(np.max(stumpy.stump(series, 20)[:, 0]))
series[200] = 1
twin = float(np.max(stumpy.stump(series, 20)[:, 0]))
raw = float(np.max(stumpy.aamp(series, 20)[:, 0]))
print(f"500 alone: largest distance {alone:.2f}; with a 1 in the past: {twin:.2f}; not normalised: {raw:.2f}")
if not (alone > 4 and twin == 0 and raw > 400):
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
