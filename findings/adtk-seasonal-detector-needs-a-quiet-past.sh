#!/usr/bin/env bash
# Expected: SeasonalAD finds a spike in a series that repeats exactly; that is what it is for.
# Happens: the larger the spike, the less it finds. Fitting looks for the period in the autocorrelation of the whole
#   series, which one large value flattens: a spike of 20 is found, at 500 fitting raises "Could not find significant
#   seasonality", and the answer on the worst day is an exception.
# Why it matters: fit_detect on the last days is the usual call. It works on every day without an incident and on small
#   ones, and fails for the partner whose 500 refusals in one slot it should have found.
# Source: _identify_seasonal_period in adtk.transformer (autocorrelation above a confidence bound).
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" adtk==0.6.2 pandas==1.5.3 numpy==1.26.4 statsmodels==0.14.4 scikit-learn==1.5.2 scipy==1.14.1 setuptools==75.1.0 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), adtk 0.6.2, pandas 1.5.3, numpy 1.26.4, statsmodels 0.14.4, scikit-learn 1.5.2, scipy 1.14.1, setuptools 75.1.0"

cat > probe.py <<'EOF'
import sys
import pandas as pd
from adtk.detector import SeasonalAD

index = pd.date_range("2026-01-01", periods=300, freq="h")
seen = []
for spike in (20, 500):
    series = pd.Series([0.0, 1.0, 5.0, 1.0] * 75, index=index)
    series.iloc[101] = spike
    try:
        found = [str(at) for at in index[SeasonalAD().fit_detect(series).to_numpy(dtype=bool)]]
    except Exception as error:
        found = str(error)
    print(f"spike of {spike} at {index[101]}: {found}")
    seen.append(found)
if str(index[101]) not in seen[0] or "Could not find" not in seen[1]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
