#!/usr/bin/env bash
# Expected: a CA that may only issue names below "C=US, O=Acme" (name constraints with a directoryName, the form made for
#   client certificates, whose name is the subject) works in libraries that implement name constraints.
# Happens: Go says "unhandled critical extension", cryptography "unsupported directoryName constraint", for every
#   certificate of that CA, right or wrong. OpenSSL checks the constraint and accepts. Go does implement DNS, IP, mail and
#   URI forms.
# Why it matters: a constrained partner CA in the truststore refuses all its clients at a gateway written in Go, and the
#   message names neither the CA nor the constraint; the same files verify on the partner's machine.
# Source: parseNameConstraintsExtension in Go's crypto/x509 (other forms are marked unhandled); cryptography's x509
#   verification.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "$(python3 --version), cryptography 50.0.2, $(go version)"
cat > ca.cnf <<'EOF'
[req]
distinguished_name=dn
x509_extensions=ext
[dn]
[ext]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign
subjectKeyIdentifier=hash
nameConstraints=critical,permitted;dirName:below
[below]
C=US
O=Acme
EOF
cat > leaf.ext <<'EOF'
extendedKeyUsage=clientAuth
authorityKeyIdentifier=keyid
subjectAltName=DNS:edi.acme.example
EOF
openssl req -x509 -config ca.cnf -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem \
  -subj '/C=US/O=Acme/CN=CA' -days 1000 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj '/C=US/O=Acme/CN=edi-01' 2>/dev/null
openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -extfile leaf.ext -out leaf.pem 2>/dev/null

cat > probe.py <<'EOF'
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

def load(file):
    with open(file, "rb") as pem:
        return x509.load_pem_x509_certificate(pem.read())

try:
    PolicyBuilder().store(Store([load("ca.pem")])).build_client_verifier().verify(load("leaf.pem"), [])
    print("accepted")
except VerificationError as error:
    print(error)
EOF
cat > probe.go <<'EOF'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	ca, _ := os.ReadFile("ca.pem")
	leaf, _ := os.ReadFile("leaf.pem")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	block, _ := pem.Decode(leaf)
	cert, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		_, err = cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	}
	fmt.Println(err)
}
EOF
openssl verify -purpose sslclient -CAfile ca.pem leaf.pem | sed 's/^/openssl:      /' | tee openssl.txt
PYTHONPATH="$work/lib" python3 probe.py | sed 's/^/cryptography: /' | tee pyca.txt
go run probe.go | sed 's/^/go:           /' | tee go.txt
if ! grep -q 'leaf.pem: OK' openssl.txt || ! grep -q 'unsupported directoryName' pyca.txt || ! grep -q 'unhandled critical extension' go.txt; then
  echo CHANGED
  exit 1
fi
