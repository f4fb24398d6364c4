#!/usr/bin/env bash
# Expected: a Python JSON reader keeps an integer of any size, as the standard library does, or raises an error.
# Happens: orjson keeps integers up to 2^64-1 and silently makes a float of a larger one: 5.147912013030243e+47. msgspec
#   and ujson keep it whole.
# Why it matters: an access log format with "serialNumber": $context.identity.clientCert.serialNumber, without quotes, is
#   valid JSON where the serial is decimal. Serials of real CAs have up to 20 octets: all those that share their first 17
#   digits become one, and none is found in the CA's list.
# Source: the number parser of orjson; its README states support for 64-bit integers.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
pip install -q --target "$work/lib" orjson==3.13.0 msgspec==0.22.0 ujson==6.1.0 2>pip.txt || { cat pip.txt; exit 2; }
echo "$(python3 --version), orjson 3.13.0, msgspec 0.22.0, ujson 6.1.0"

cat > probe.py <<'EOF'
import json
import sys
import msgspec
import orjson
import ujson

serial = 514791201303024298452879305597621394332965810748
text = '{"serialNumber": %d}' % serial
readers = {"json": json.loads, "msgspec": msgspec.json.decode, "ujson": ujson.loads, "orjson": orjson.loads}
seen = {name: read(text)["serialNumber"] for name, read in readers.items()}
for name, value in seen.items():
    print(f"{name:8} {value}")
edge = orjson.loads(str(2**64 - 1)), orjson.loads(str(2**64))
print("orjson at the edge:", *edge)
if [seen[n] == serial for n in readers] != [True, True, True, False] or not isinstance(edge[1], float) or not isinstance(edge[0], int):
    print("CHANGED")
    sys.exit(1)
EOF
PYTHONPATH="$work/lib" python3 probe.py
