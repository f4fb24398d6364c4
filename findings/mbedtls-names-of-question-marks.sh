#!/usr/bin/env bash
# Expected: a TLS library of devices prints the name of a certificate as UTF-8 or escaped, so that different names are different texts.
# Happens: Mbed TLS 2.28 prints a question mark for each octet that is not printable ASCII, and "??" for each attribute type that it does
#   not know: "Müller" and "Möller" are both "M??ller", and UID=42 is "??=42". A comma is escaped.
# Why it matters: issuers with one printed name fall into one group, and the name cannot be looked up anywhere, because none
#   of the originals is told. The octets themselves are right.
# Source: mbedtls_x509_dn_gets in library/x509.c, as the CPython binding gives it (CRT.subject).
set -euo pipefail
command -v openssl >/dev/null || { echo 'needs openssl'; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" python-mbedtls==2.10.1 2>pip.txt || { cat pip.txt; exit 2; }
export PYTHONPATH="$work/lib"
for name in Müller Möller; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -days 30 -utf8 \
    -subj "/O=$name KG/CN=device-7/UID=42" -out "$name.pem" 2>/dev/null
done

cat > probe.py <<'EOF'
import sys
import mbedtls
from mbedtls import x509

print(f"Python {sys.version.split()[0]}, {mbedtls.version.version}")
texts = []
for name in ("Müller", "Möller"):
    with open(f"{name}.pem", encoding="ascii") as file:
        texts.append(str(x509.CRT.from_PEM(file.read()).subject))
    print(f"{name} KG: {texts[-1]}")
if texts != ["O=M??ller KG, CN=device-7, ??=42"] * 2:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
