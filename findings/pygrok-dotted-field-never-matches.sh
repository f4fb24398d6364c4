#!/usr/bin/env bash
# Expected: a grok pattern with a field name that the reader does not support is an error when it is compiled.
# Happens: pygrok knows names of letters, digits and underscores. %{WORD:identity.sourceIp} is taken as plain text:
#   compiling works, and it matches no line at all, which is what a pattern says of lines that do not fit.
# Why it matters: keys of the gateway's access log have dots (identity.clientCert.subjectDN), and patterns written for
#   other grok readers use them. All lines are silently "not an access log line", and no refusal is seen.
# Source: the expressions for %{…} in pygrok's Grok, which take \w+ for a name.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" pygrok==1.0.0 setuptools==75.1.0 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), pygrok 1.0.0, setuptools 75.1.0"

cat > probe.py <<'EOF'
import sys
import warnings

warnings.simplefilter("ignore")
from pygrok import Grok

line = "192.0.2.1 403"
seen = {}
for pattern in ("%{IP:sourceIp} %{INT:status}", "%{IP:identity.sourceIp} %{INT:status}", "%{IP:identity_sourceIp} %{INT:status}"):
    seen[pattern] = Grok(pattern).match(line)
    print(f"{pattern:40} {seen[pattern]}")
if [value is None for value in seen.values()] != [False, True, False]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
