#!/usr/bin/env bash
# Expected: a pure-Python certificate validator works with OpenSSL 3.0.19 as it did with 3.0.9.
# Happens: certvalidator does not import: "Error detecting the version of libcrypto". It uses oscrypto, whose pattern for
#   the version text knows one digit after the second dot, as 1.0.2k had, so every 3.x.10 and later is "no version".
# Why it matters: it breaks on a security update of the base image, with no change of any Python package; the job that
#   checks partners' certificates dies at import, and the pinned versions are the same as on the day before.
# Source: oscrypto 1.3.0, _openssl/_libcrypto_ctypes.py, the search for the version; no release since has a wider pattern.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" certvalidator==0.11.1 oscrypto==1.3.0 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -qE '^OpenSSL 3\.[0-9]+\.[0-9]{2}' version.txt || { echo 'needs an OpenSSL 3 with a patch number of two digits'; exit 2; }
echo "$(python3 --version), certvalidator 0.11.1, oscrypto 1.3.0"

cat > probe.py <<'EOF'
import sys

try:
    import certvalidator
    print("imported", certvalidator.__name__)
    sys.exit(1)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
    sys.exit(0 if "version of libcrypto" in str(error) else 1)
EOF
PYTHONPATH="$work/lib" python3 probe.py || { echo CHANGED; exit 1; }
