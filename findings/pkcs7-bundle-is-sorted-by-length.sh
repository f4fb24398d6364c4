#!/usr/bin/env bash
# Expected: a PKCS#7 bundle (.p7b) that was written from a client's chain, leaf first, is read back leaf first, as one of
#   openssl crl2pkcs7 is: -print_certs of such a file is the usual way to the PEM chain that a client is configured with.
# Happens: pyca/cryptography writes the certificates as DER demands it of a SET, sorted by their octets, and those begin with
#   the length: the shortest certificate comes first, whoever it belongs to. A leaf with a short name is first, by luck. The
#   same leaf with a few alternative names is behind its CA, and both reading functions give it so.
# Why it matters: for most clients all is well. For one with a longer name the CA becomes "the certificate of the client":
#   "key values mismatch", or a refusal that is explained with the dates and the issuer of the CA.
# Source: serialize_certificates in cryptography (a SetOfWriter). That the certificates of PKCS#7 have no order is in the
#   standard (SET OF); the documentation of the function does not say that it sorts, and nobody sees it with a short leaf.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), cryptography 50.0.2"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }

cat > probe.py <<'EOF_PROBE'
import datetime
import sys
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

def issue(name, issuer, signer, alternatives):
    key = ed25519.Ed25519PrivateKey.generate()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer or subject).public_key(key.public_key())
    builder = builder.serial_number(0x1000).not_valid_before(datetime.datetime(2026, 1, 1)).not_valid_after(datetime.datetime(2031, 1, 1))
    if alternatives:
        names = [x509.DNSName(f"node-{number}.edi.example") for number in range(alternatives)]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer or key, None), key

root, root_key = issue("Example Partner Root", None, None, 0)
first_of = {}
for alternatives in (0, 4):
    leaf, _ = issue("edi-01", root.subject, root_key, alternatives)
    written = pkcs7.serialize_certificates([leaf, root], Encoding.PEM)
    read = [c.subject.rfc4514_string() for c in pkcs7.load_pem_pkcs7_certificates(written)]
    lengths = [len(c.public_bytes(Encoding.DER)) for c in (leaf, root)]
    print(f"leaf with {alternatives} alternative names: octets of leaf and root {lengths}, written leaf first, read {read}")
    first_of[alternatives] = read[0]
    open("cryptography.p7b", "wb").write(written)
    open("chain.pem", "wb").write(leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM))
if first_of != {0: "CN=edi-01", 4: "CN=Example Partner Root"}:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
PYTHONPATH="$work/lib" python3 probe.py
openssl crl2pkcs7 -nocrl -certfile chain.pem -out openssl.p7b
for writer in cryptography openssl; do
  openssl pkcs7 -print_certs -noout -in "$writer.p7b" | sed -n 's/^subject=//p' > "$writer.txt"
  echo "$writer.p7b in openssl pkcs7 -print_certs: $(paste -sd, "$writer.txt")"
done
head -1 cryptography.txt | grep -q Root && head -1 openssl.txt | grep -q edi-01 || { echo CHANGED; exit 1; }
