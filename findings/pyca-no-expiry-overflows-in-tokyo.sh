#!/usr/bin/env bash
# Expected: the end of validity of any certificate can be shown in local time.
# Happens: a certificate that "has no well-defined expiration date" ends on 9999-12-31 23:59:59 UTC by RFC 5280 (4.1.2.5).
#   cryptography reads it, and converting it to any zone east of Greenwich raises OverflowError; so does adding a grace
#   period of a day. West of Greenwich, and in UTC, the same code works.
# Why it matters: devices carry such certificates as client certificates (IEEE 802.1AR asks for this date). A report of
#   what expires when works in CI, which runs in UTC, and fails as a whole for the colleagues in Tokyo on the first such
#   client.
# Source: datetime.max is that very second, and not_valid_after_utc is an ordinary datetime.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), cryptography 50.0.2"

cat > probe.py <<'EOF'
import sys
from datetime import datetime, timedelta, timezone
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "meter-7")])
certificate = (
    x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    .not_valid_before(datetime(2025, 1, 1)).not_valid_after(datetime(9999, 12, 31, 23, 59, 59)).sign(key, hashes.SHA256())
)
end = certificate.not_valid_after_utc

def attempt(what, convert):
    try:
        said = str(convert())
    except OverflowError as error:
        said = f"OverflowError: {error}"
    print(f"{what:12} {said}")
    return said.startswith("Overflow")

seen = [
    attempt("UTC", lambda: end),
    attempt("New York", lambda: end.astimezone(timezone(timedelta(hours=-5)))),
    attempt("Tokyo", lambda: end.astimezone(timezone(timedelta(hours=9)))),
    attempt("plus a day", lambda: end + timedelta(days=1)),
]
if seen != [False, False, True, True]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
