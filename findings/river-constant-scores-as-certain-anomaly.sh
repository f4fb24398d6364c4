#!/usr/bin/env bash
# Expected: after a hundred observations of 0, GaussianScorer scores another 0 as normal: it is the mean.
# Happens: it scores 1.0, the most anomalous there is, and 1, 500 and -1 the same. With one observation of 1 among the
#   hundred, 0 scores 0.08. The scale is that of a distribution function, and one without spread has no other value.
# Why it matters: a domain that has never refused anybody is a constant series of zeros: each quiet minute is an alert
#   there, and every domain that refuses now and then is fine.
# Source: GaussianScorer.score_one in river.anomaly: 2 * |cdf(y) - 0.5|, with a cdf of a deviation of 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" river==0.26.1 numpy==2.4.6 pandas==3.0.0 scipy==1.16.3 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), river 0.26.1, numpy 2.4.6, pandas 3.0.0, scipy 1.16.3"

cat > probe.py <<'EOF'
import sys
from river import anomaly

def scores(history, *values):
    scorer = anomaly.GaussianScorer(grace_period=10)
    for value in history:
        scorer.learn_one(None, value)
    return [round(scorer.score_one(None, value), 2) for value in values]

constant = scores([0.0] * 100, 0.0, 1.0, 500.0)
nearly = scores([0.0] * 99 + [1.0], 0.0, 1.0, 500.0)
print("history of zeros: scores of 0, 1, 500:", constant)
print("the same with one 1: scores of 0, 1, 500:", nearly)
if constant != [1.0, 1.0, 1.0] or nearly[0] > 0.5:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
