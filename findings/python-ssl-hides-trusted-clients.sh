#!/usr/bin/env bash
# Expected: context.get_ca_certs() lists the certificates that load_verify_locations loaded as trusted.
# Happens: it lists the CA certificates among them. A self-signed client certificate, trusted by being in the file itself,
#   is loaded and is trusted, and is not listed; cert_store_stats() counts it as "x509" but not as "x509_ca".
# Why it matters: truststores for client certificates hold such clients, as the gateway asks for them. An inventory
#   through get_ca_certs says "not in the truststore" of a client that is accepted, and cannot say when it expires.
# Source: _ssl__SSLContext_get_ca_certs_impl in CPython's Modules/_ssl.c: skips where X509_check_ca is 0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out ca.pem -subj /CN=CA 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out client.pem -subj /CN=edi-01 \
  -addext basicConstraints=critical,CA:false 2>/dev/null
cat ca.pem client.pem > truststore.pem
openssl verify -CAfile truststore.pem client.pem

cat > probe.py <<'EOF'
import ssl
import sys

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_verify_locations("truststore.pem")
listed = [dict(pair for rdn in cert["subject"] for pair in rdn)["commonName"] for cert in context.get_ca_certs()]
print(sys.version.split()[0], ssl.OPENSSL_VERSION)
print("loaded:", context.cert_store_stats(), "listed:", listed)
if context.cert_store_stats()["x509"] != 2 or listed != ["CA"]:
    print("CHANGED")
    sys.exit(1)
EOF
python3 probe.py
