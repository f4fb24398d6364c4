#!/usr/bin/env bash
# Expected: the median absolute deviation ranks a count of 500 above a count of 1, or says that it cannot judge a series
#   whose deviation is 0.
# Happens: when more than half of the values are equal, MAD of pyod gives every other value one and the same score: the
#   largest float there is. 1 and 500 are equally and maximally anomalous, and nothing says that the scale is gone.
# Why it matters: minutes with refusals are the minority, so this is the normal case. Sorting domains by score to see what
#   is worst puts a single refused client beside an outage, and any mean over scores is infinite.
# Source: pyod.models.mad: a division by 0, turned into the largest float by nan_to_num.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" pyod==3.6.7 numpy==2.4.6 scipy==1.16.3 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), pyod 3.6.7, numpy 2.4.6, scipy 1.16.3"

cat > probe.py <<'EOF'
import sys
import warnings
import numpy as np
from pyod.models.mad import MAD

warnings.simplefilter("ignore")
series = np.zeros((100, 1))
series[7], series[50] = 1, 500
model = MAD().fit(series)
zero, one, many = model.decision_scores_[[0, 7, 50]]
print("scores of 0, 1, 500:", zero, one, many)
if not (zero == 0 and one == many == np.finfo(float).max):
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
