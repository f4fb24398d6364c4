#!/usr/bin/env bash
# Expected: the name of one certificate, written by one library as a DN, is read by another; order and spaces aside, RFC
#   4514 text is what they have in common.
# Happens: with an e-mail address in the name each writes it in its own way: emailAddress (OpenSSL, Node), E
#   (@peculiar/x509), EMAILADDRESS (Java), the OID with plain text (cryptography) or with hexadecimal (Go, with the
#   UTF8String tag 0c that the certificate does not have). cryptography's reader refuses three of the five,
#   @peculiar/x509's two, and Java's one.
# Why it matters: CAs with an e-mail address in their names are common among partners, and the issuer DN is the only thing
#   that a log of refusals and a truststore share. For these partners the join needs a reader of one's own.
# Source: RFC 4514, section 3, names nine attributes that have keywords for certain; emailAddress is not among them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null || exit 2
pip install -q --target "$work/lib" cryptography==50.0.2 2>pip.txt || { cat pip.txt; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
java -version 2>&1 | head -1 | tee java.txt
grep -q '"17\.' java.txt || { echo 'needs Java 17'; exit 2; }
echo "node $(node --version), @peculiar/x509 2.2.0, cryptography 50.0.2, $(go version)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out ca.pem \
  -subj '/O=Acme/emailAddress=pki@acme.example' 2>/dev/null

cat > Write.java <<'EOF'
import java.io.FileInputStream;
import java.security.cert.*;

public class Write {
  public static void main(String[] arguments) throws Exception {
    try (FileInputStream in = new FileInputStream("ca.pem")) {
      System.out.println(((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in)).getSubjectX500Principal());
    }
  }
}
EOF
cat > Read.java <<'EOF'
import java.nio.file.*;
import javax.security.auth.x500.X500Principal;

public class Read {
  public static void main(String[] arguments) throws Exception {
    for (String line : Files.readAllLines(Path.of("written.txt"))) {
      try {
        System.out.println("java         reads    " + new X500Principal(line));
      } catch (IllegalArgumentException error) {
        System.out.println("java         refuses  " + line);
      }
    }
  }
}
EOF
cat > write.go <<'EOF'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	text, _ := os.ReadFile("ca.pem")
	block, _ := pem.Decode(text)
	certificate, _ := x509.ParseCertificate(block.Bytes)
	fmt.Println(certificate.Subject)
}
EOF
cat > write.py <<'EOF'
from cryptography import x509

with open("ca.pem", "rb") as pem:
    print(x509.load_pem_x509_certificate(pem.read()).subject.rfc4514_string())
EOF
cat > read.py <<'EOF'
from cryptography import x509

for line in open("written.txt").read().splitlines():
    try:
        print("cryptography reads   ", x509.Name.from_rfc4514_string(line.replace(", ", ",")).rfc4514_string())
    except ValueError:
        print("cryptography refuses ", line)
EOF
cat > write.mjs <<'EOF'
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { X509Certificate } from '@peculiar/x509';

console.log(new X509Certificate(readFileSync('ca.pem', 'utf8')).subject);
EOF
cat > read.mjs <<'EOF'
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { Name } from '@peculiar/x509';

for (const line of readFileSync('written.txt', 'utf8').trim().split('\n')) {
  try {
    console.log('peculiar     reads   ', new Name(line).toString());
  } catch {
    console.log('peculiar     refuses ', line);
  }
}
EOF
{
  openssl x509 -in ca.pem -noout -subject -nameopt RFC2253 | sed 's/^subject=//'
  node write.mjs
  java Write.java
  PYTHONPATH="$work/lib" python3 write.py
  go run write.go
} | tee written.txt
{ node read.mjs; PYTHONPATH="$work/lib" python3 read.py; java Read.java; } | tee read.txt
count() { grep -c "^$1 *refuses" read.txt || true; }
[ "$(sort -u written.txt | wc -l)" = 5 ] && [ "$(count peculiar) $(count cryptography) $(count java)" = '2 3 1' ] || { echo CHANGED; exit 1; }
