#!/usr/bin/env bash
# Expected: openssl x509 -text prints a serial number in one form, be it large or small.
# Happens: up to 2^63-1 it prints a decimal with the hexadecimal in brackets, on the same line; above, hexadecimal pairs
#   with colons on the next line, and no decimal at all. -serial prints a third form: hexadecimal without colons,
#   capitals.
# Why it matters: the gateway's access log has the same two forms, "1" and "a1:a1:…", so the switch is found there as
#   well. A reader that was written on the serials of a test CA reads decimals; "10:00:…" of a real CA must not be read by
#   its first number, and "12" is twelve, not eighteen.
# Source: X509_print_ex in OpenSSL's crypto/x509/t_x509.c: decimal if the INTEGER has at most sizeof(long) octets and
#   fits.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
for serial in 0x12 0x7fffffffffffffff 0x8000000000000000 0x10000000000000000001; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -subj /CN=edi-01 \
    -set_serial $serial 2>/dev/null
  text=$(openssl x509 -in cert.pem -noout -text | sed -n '/Serial Number/{N;s/Signature Algorithm.*//;s/  */ /g;p}' | tr -d '\n')
  echo "$text   -serial: $(openssl x509 -in cert.pem -noout -serial)" | tee -a seen.txt
done
grep -q 'Serial Number: 18 (0x12) ' seen.txt \
  && grep -q 'Serial Number: 9223372036854775807 (0x7fffffffffffffff) ' seen.txt \
  && grep -q 'Serial Number: 80:00:00:00:00:00:00:00 ' seen.txt \
  && grep -q 'Serial Number: 10:00:00:00:00:00:00:00:00:01 ' seen.txt || { echo CHANGED; exit 1; }
