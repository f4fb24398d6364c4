#!/usr/bin/env bash
# Expected: a certificate without a key usage extension may be used for everything: RFC 5280 (4.2.1.3) restricts the key
#   only where the extension is present, and OpenSSL, Go and Java read it so.
# Happens: pyhanko-certvalidator refuses it: "not valid for the purpose of digital signature". With the extension it
#   passes. The same holds for a missing extended key usage, "not valid for the purpose of client auth".
# Why it matters: certificates of small private CAs often have neither. A check of a refused client with this library
#   blames the usage, on certificates that the gateway accepts, and the partner reissues them for nothing.
# Source: validate_usage in pyhanko_certvalidator.validate: a missing extension counts as no permission; arguments relax
#   it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" pyhanko-certvalidator==0.33.0 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), pyhanko-certvalidator 0.33.0"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=CA -days 1000 2>/dev/null
printf 'extendedKeyUsage=clientAuth\n' > no-key-usage.ext
printf 'keyUsage=digitalSignature\n' > no-extended.ext
printf 'keyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n' > both.ext
for name in no-key-usage no-extended both; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /CN=edi-01 2>/dev/null
  openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -extfile $name.ext -out $name.pem 2>/dev/null
  echo "openssl: $(openssl verify -purpose sslclient -CAfile ca.pem $name.pem)"
done

cat > probe.py <<'EOF'
import asyncio
import sys
from asn1crypto import pem, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import ValidationError

def load(file):
    with open(file, "rb") as text:
        return x509.Certificate.load(pem.unarmor(text.read())[2])

def check(file):
    context = ValidationContext(trust_roots=[load("ca.pem")], allow_fetching=False)
    validator = CertificateValidator(load(file), validation_context=context)
    try:
        asyncio.run(validator.async_validate_usage({"digital_signature"}, {"client_auth"}))
        return "accepted"
    except ValidationError as error:
        return f"refused: {error}"

seen = [check(f"{name}.pem") for name in ("no-key-usage", "no-extended", "both")]
print(*seen, sep="\n")
if "digital signature" not in seen[0] or "client auth" not in seen[1] or seen[2] != "accepted":
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
