#!/usr/bin/env bash
# Expected: parse_dn of ldap3 reads the DNs of RFC 4514: an attribute type may be a dotted OID, which is how every type
#   without a short name is written, e-mail addresses among them, and a value may hold an equals sign.
# Happens: it refuses both: "character '.' not allowed in attribute type" and "special character = must be escaped", though
#   safe_dn of the same module passes the first unchanged and openssl prints both. safe_dn in turn makes the value of a
#   quoted string ("Acme, Inc.") contain the quotes.
# Why it matters: names of certificates that openssl or an access log wrote are parsed to be grouped: one partner whose
#   subject holds an e-mail address or a base64 padding raises an exception in the middle of a batch.
# Source: ldap3/utils/dn.py, _validate_attribute_type and _validate_attribute_value; RFC 4514, sections 2.3 and 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" ldap3==2.9.1 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), ldap3 2.9.1, $(openssl version | cut -d' ' -f1-2)"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out certificate.pem -days 30 \
  -subj '/O=Acme/CN=key=Zm9v=/emailAddress=edi@acme.example' 2>/dev/null
openssl x509 -in certificate.pem -noout -subject -nameopt RFC2253,oid | sed 's/^subject= *//' > subject.txt

cat > probe.py <<'EOF'
import sys
from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.dn import parse_dn, safe_dn

def read(parse, dn):
    try:
        return repr(parse(dn))
    except LDAPInvalidDnError as error:
        return f"refused: {error}"

rows = {
    "printed": open("subject.txt").read().strip(),
    "oid": "1.2.840.113549.1.9.1=edi@acme.example,O=Acme",
    "equals": "CN=key=Zm9v=,O=Acme",
    "quoted": 'O="Acme, Inc.",C=US',
}
seen = {}
for name, dn in rows.items():
    seen[name] = (read(parse_dn, dn), read(safe_dn, dn))
    print(f"{dn}\n  parse_dn {seen[name][0]}\n  safe_dn  {seen[name][1]}")
refused = all(seen[name][0].startswith("refused") for name in ("printed", "oid", "equals"))
if not refused or rows["oid"] not in seen["oid"][1] or '\\"' not in seen["quoted"][1]:
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
