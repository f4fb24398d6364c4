#!/usr/bin/env bash
# Expected: a client verifier accepts a client certificate that names its holder in the subject only (CN=edi-01), as most
#   private CAs issue them for machines: nothing is matched against a host name.
# Happens: cryptography refuses it: "2.5.29.17: Certificate is missing required extension". With any SAN at all, be it a
#   mail address, the same certificate passes; OpenSSL verifies both, with purpose sslclient.
# Why it matters: a second opinion on a refused client certificate says "refused" for a reason that is not the gateway's,
#   on all certificates of such a partner, and puts an extension number in place of the true cause.
# Source: cryptography.x509.verification, ExtensionPolicy.webpki_defaults_ee: subject alternative name is required.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), cryptography 50.0.2"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj '/O=Acme/CN=CA' \
  -days 1000 -addext keyUsage=critical,keyCertSign 2>/dev/null
for san in none email:edi@acme.example DNS:edi.acme.example; do
  { echo 'extendedKeyUsage=clientAuth'; echo 'authorityKeyIdentifier=keyid'; } > ext
  [ $san = none ] || echo "subjectAltName=$san" >> ext
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj '/O=Acme/CN=edi-01' 2>/dev/null
  openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -extfile ext -out "$san.pem" 2>/dev/null
  echo "openssl: $(openssl verify -purpose sslclient -CAfile ca.pem "$san.pem")"
done

cat > probe.py <<'EOF'
import sys
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

def load(file):
    with open(file, "rb") as pem:
        return x509.load_pem_x509_certificate(pem.read())

seen = []
for san in ("none", "email:edi@acme.example", "DNS:edi.acme.example"):
    verifier = PolicyBuilder().store(Store([load("ca.pem")])).build_client_verifier()
    try:
        verifier.verify(load(f"{san}.pem"), [])
        said = "accepted"
    except VerificationError as error:
        said = str(error).split(" (")[0]
    print(f"cryptography: SAN {san}: {said}")
    seen.append(said)
if "2.5.29.17" not in seen[0] or seen[1:] != ["accepted", "accepted"]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
