#!/usr/bin/env bash
# Expected: the local outlier probability (LoOP) of 500 in a history of zeros is near 1, and stays there when the history
#   holds another, smaller spike. A measure between 0 and 1 is what the method is chosen for.
# Happens: PyNomaly gives 500 alone 0.999. With a single 1 anywhere in the history the 500 falls to 0.00005, normal, and the
#   1 has 0.9998. With 100 and 500 it is the 100. Zeros have a distance of 0 to their neighbours, which PyNomaly replaces by
#   1e-8. So the point whose neighbours are all zeros has an outlier factor of a hundred million, and the point which has the
#   other spike among its neighbours one of some thousands, and then all factors are divided by their spread.
# Why it matters: a series of refusals per minute is zeros and a few ones. Alerts above 0.8 then name the minute with one
#   refusal and pass over the outage.
# Source: LocalOutlierProbability in PyNomaly/loop.py, where an expected distance of 0 becomes 1.0e-8. The README does not
#   speak of equal observations.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" PyNomaly==0.4.0 numpy==2.4.6 python-utils==4.2.0 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), PyNomaly 0.4.0, numpy 2.4.6"

cat > probe.py <<'EOF_PROBE'
import sys
import warnings
import numpy
from PyNomaly import loop

warnings.simplefilter("ignore")
seen = []
for spikes in ([500], [1, 500], [100, 500]):
    series = numpy.array([0] * 100 + spikes, dtype=float)
    fitted = loop.LocalOutlierProbability(series.reshape(-1, 1), n_neighbors=10).fit()
    scores = [float(score) for score in fitted.local_outlier_probabilities[100:]]
    print("100 zeros and", spikes, "->", {spike: float(f"{score:.4g}") for spike, score in zip(spikes, scores)})
    seen.append(scores)
(alone,), (one, beside_one), (hundred, beside_hundred) = seen
if min(alone, one, hundred) < 0.99 or max(beside_one, beside_hundred) > 0.01:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
PYTHONPATH="$work/lib" python3 probe.py
