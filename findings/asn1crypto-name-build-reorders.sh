#!/usr/bin/env bash
# Expected: Name.build, fed with an ordered mapping, builds the RDNs in that order; dicts keep their order, and the order
#   of a DN is part of the name.
# Happens: asn1crypto sorts them by a list of its own (country first, common name near the end), whatever the order given.
#   Issuers that begin with the common name, as BouncyCastle writes them from a name in LDAP order, cannot be built; a
#   name read from a certificate with .native and built again is another name, and == says so.
# Why it matters: a lookup of a refused certificate's issuer by a rebuilt name misses the CA. Most CAs are found, as the
#   list has the usual order, so tests pass.
# Source: Name.build and NameType.preferred_ordinal in asn1crypto's x509.py.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" asn1crypto==1.5.1 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), asn1crypto 1.5.1"
for order in C=US/O=Acme/CN=Acme-CA CN=Acme-CA/O=Acme/C=US; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -outform DER \
    -out "${order//\//,}.der" -subj "/$order" 2>/dev/null
done

cat > probe.py <<'EOF'
import sys
from asn1crypto import x509

seen = []
for file in ("C=US,O=Acme,CN=Acme-CA.der", "CN=Acme-CA,O=Acme,C=US.der"):
    with open(file, "rb") as der:
        own = x509.Certificate.load(der.read()).subject
    rebuilt = x509.Name.build(own.native)
    order = [[item["type"].native for item in rdn][0] for rdn in rebuilt.chosen]
    print(f"certificate {file[:-4]}: rebuilt as {order}, same name: {rebuilt == own}")
    seen.append(rebuilt == own)
if seen != [True, False]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
