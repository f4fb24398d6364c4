#!/usr/bin/env bash
# Expected: in a template of GnuTLS certtool, dn = "O=Acme\, Inc.,C=US" names the organization "Acme, Inc.", as the escape
#   of RFC 4514 does; or the template is refused.
# Happens: reading the template takes the backslash and the character after it away, before the DN is read: the
#   organization is "Acme Inc.", "Acme\+B" is "AcmeB", and "Acme\2C Inc." is "AcmeC Inc.". No message. The separate key
#   organization = "Acme, Inc." works.
# Why it matters: a partner's test CA made with certtool has another name than the real one that it copies, by a comma.
#   Certificates from the two look alike in every list and chain to nothing in a truststore that holds the other.
# Source: the template's values go through the unquoting of certtool's configuration reader before gnutls_x509_crt_set_dn.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
certtool --version 2>/dev/null | head -1 | tee gnutls.txt || true
grep -q '^certtool 3\.' gnutls.txt || { echo 'needs certtool 3 (gnutls-bin)'; exit 2; }
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
openssl ecparam -name prime256v1 -genkey -noout -out key.pem
made() {
  printf '%s\nexpiration_days = 10\n' "$1" > template
  certtool --generate-self-signed --load-privkey key.pem --template template --outfile cert.pem >/dev/null 2>&1
  echo "$1   becomes   $(openssl x509 -in cert.pem -noout -subject -nameopt RFC2253)" | tee -a seen.txt
}
made 'dn = "O=Acme\, Inc.,C=US"'
made 'dn = "O=Acme\+B,C=US"'
made 'dn = "O=Acme\2C Inc.,C=US"'
made 'organization = "Acme, Inc."'
cut -d= -f3- seen.txt | sed 's/.*subject=//' > names.txt
[ "$(cat names.txt)" = "$(printf '%s\n' 'O=Acme Inc.,C=US' 'O=AcmeB,C=US' 'O=AcmeC Inc.,C=US' 'O=Acme\, Inc.')" ] || { echo CHANGED; exit 1; }
