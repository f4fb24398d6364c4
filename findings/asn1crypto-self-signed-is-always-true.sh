#!/usr/bin/env bash
# Expected: certificate.self_signed of asn1crypto, a property beside self_issued and ca, which are booleans, is a boolean
#   too.
# Happens: it is the text "no" or "maybe". Both are true in Python: "if certificate.self_signed" holds for every
#   certificate, the leaf of a public CA included. self_issued of the same certificate is False.
# Why it matters: "self signed certificate" is one of the reasons for which the gateway refuses. A tool that sorts refused
#   clients by this property reports all of them as self-signed, so each partner is asked to put the leaf itself into the
#   truststore.
# Source: Certificate.self_signed in asn1crypto's x509.py; its docstring names the two texts.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" asn1crypto==1.5.1 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), asn1crypto 1.5.1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=CA 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /CN=edi-01 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -out leaf.pem 2>/dev/null

cat > probe.py <<'EOF'
import sys
from asn1crypto import pem, x509

seen = []
for file in ("ca.pem", "leaf.pem"):
    with open(file, "rb") as text:
        certificate = x509.Certificate.load(pem.unarmor(text.read())[2])
    print(f"{file:9} self_issued {certificate.self_issued!r}, self_signed {certificate.self_signed!r}, as a condition {bool(certificate.self_signed)}")
    seen.append((certificate.self_issued, bool(certificate.self_signed)))
if seen != [(True, True), (False, True)]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
