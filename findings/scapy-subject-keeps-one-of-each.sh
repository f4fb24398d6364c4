#!/usr/bin/env bash
# Expected: the subject that a certificate is printed with holds every attribute of the name, in its order.
# Happens: Scapy's subject_str holds the last of several OUs, and of an RDN with two attributes (CN and serialNumber, as device CAs
#   issue them) the first in the order of DER, where the shorter one stands first: a name can lose its CN. What is left is in Scapy's order, not the certificate's.
# Why it matters: two devices whose names differ in their CN only have one subject in a capture, and none that a log of
#   the gateway holds. Issuers are printed the same way.
# Source: get_subject and get_subject_str in scapy/layers/x509.py: a dict by attribute type, of attr.rdn[0].
set -euo pipefail
command -v openssl >/dev/null || { echo 'needs openssl'; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" scapy==2.8.0 cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
export PYTHONPATH="$work/lib"
for device in motor valve; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -days 30 -multivalue-rdn \
    -subj "/C=DE/O=Acme/OU=Plant 1/OU=Line 4/CN=$device+serialNumber=4711" -out "$device.pem" 2>/dev/null
done

cat > probe.py <<'EOF'
import logging
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")
logging.getLogger("scapy").setLevel(logging.ERROR)
import scapy
from scapy.layers.tls.cert import Cert

print(f"Python {sys.version.split()[0]}, scapy {scapy.VERSION}")
texts = []
for device in ("motor", "valve"):
    meant = ["openssl", "x509", "-in", f"{device}.pem", "-noout", "-subject", "-nameopt", "RFC2253"]
    print("OpenSSL:", subprocess.check_output(meant, text=True).strip())
    texts.append(Cert(f"{device}.pem").subject_str)
    print("Scapy:  ", texts[-1])
if texts != ["/C=DE/O=Acme/OU=Line 4/serialNumber=4711"] * 2:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
