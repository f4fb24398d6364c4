#!/usr/bin/env bash
# Expected: the confidence interval of a Poisson rate for 0 events in 10 minutes holds 0, the estimate, and has a width.
# Happens: confint_poisson of statsmodels with method "midp-c" gives 0.2996 to 0.2996, with "sqrt" 0.0960 to 0.0960: no
#   width, and the rate that was observed lies outside. "exact-c" gives 0 to 0.37. From one event on, all of them are as
#   one expects.
# Why it matters: a domain without refusals is the normal case, and its interval is the baseline for "more than usual".
#   With these methods a domain that never refused anybody is said to refuse three clients in ten minutes, for certain.
# Source: confint_poisson in statsmodels.stats.rates: midp-c inverts the test numerically from a start at exact-c; sqrt
#   centres on rate + z²/4n.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" statsmodels==0.15.0 numpy==2.4.6 scipy==1.16.3 pandas==3.0.0 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), statsmodels 0.15.0, numpy 2.4.6, scipy 1.16.3, pandas 3.0.0"

cat > probe.py <<'EOF'
import sys
from statsmodels.stats.rates import confint_poisson

seen = {}
for count in (0, 1):
    for method in ("exact-c", "score", "midp-c", "sqrt"):
        low, high = (round(float(bound), 3) for bound in confint_poisson(count, 10, method=method))
        seen[count, method] = low <= count / 10 <= high and high > low
        print(f"{count} events, {method:8} {low:.3f} to {high:.3f}  holds {count / 10}: {seen[count, method]}")
if [seen[0, m] for m in ("exact-c", "score", "midp-c", "sqrt")] != [True, True, False, False] or not seen[1, "midp-c"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
