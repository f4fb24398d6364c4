#!/usr/bin/env bash
# Expected: name.human_friendly prints the attributes of a DN one by one, so two names with the same text are the same but
#   for escaping.
# Happens: asn1crypto puts all values of one attribute type together. OU=a, O=Acme, OU=b and OU=a, OU=b, O=Acme print
#   alike. And as soon as any value has a comma or a type occurs twice, the separator between attributes changes from a
#   comma to a semicolon, for the whole line.
# Why it matters: the text looks like a DN that may serve as the key of a group of refused certificates. It joins
#   different issuers, and a pattern that cuts it at commas fails for "Acme, Inc." alone.
# Source: Name.human_friendly in asn1crypto's x509.py.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" asn1crypto==1.5.1 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), asn1crypto 1.5.1"

cat > probe.py <<'EOF'
import subprocess
import sys
from asn1crypto import x509

def read(subject):
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-keyout", "key.pem", "-outform", "DER", "-subj", subject]
    return x509.Certificate.load(subprocess.run(command, check=True, capture_output=True).stdout).subject

names = [read(s) for s in ("/OU=a/O=Acme/OU=b", "/OU=a/OU=b/O=Acme", "/O=Acme/CN=edi-01", "/O=Acme, Inc./CN=edi-01")]
texts = [name.human_friendly for name in names]
print(*texts, sep="\n")
print("the first two are the same name:", names[0] == names[1])
if names[0] == names[1] or texts[0] != texts[1] or ", " not in texts[2] or "; " not in texts[3]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
