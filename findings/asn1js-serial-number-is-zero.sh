#!/usr/bin/env bash
# Expected: certificate.serialNumber.valueBlock.valueDec, the decimal that asn1js offers for an INTEGER, is the serial
#   number, or throws, or is at least rounded, when it does not fit into a JavaScript number.
# Happens: it is 0 for every integer of four octets or more, so from 8388608 on. Every serial number from a CA of today
#   (64 random bits and more) is therefore 0; the serial 1 of a test CA is right. toString() and toBigInt() are right.
# Why it matters: the access log of the gateway gives small serials in decimal, so code that joins by the decimal works in
#   the lab, and in production joins all partners' certificates under serial 0.
# Source: LocalIntegerValueBlock.setValueHex of asn1js: from 4 octets on, valueDec is set to 0 and isHexOnly to true.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" pkijs@4.0.0 asn1js@4.0.0 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
echo "node $(node --version), pkijs 4.0.0, asn1js 4.0.0"
for serial in 1 8388607 8388608 0x5A2C092C76393141FE4A2E78; do
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -set_serial $serial \
    -out $serial.pem -subj /CN=edi-01 2>/dev/null
done

cat > probe.mjs <<'EOF'
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Certificate } from 'pkijs';

const seen = ['1', '8388607', '8388608', '0x5A2C092C76393141FE4A2E78'].map((serial) => {
  const { raw } = new X509Certificate(readFileSync(`${serial}.pem`));
  const { serialNumber } = Certificate.fromBER(raw);
  const dec = serialNumber.valueBlock.valueDec;
  console.log(`serial ${serial.padEnd(27)} valueDec ${String(dec).padEnd(12)} toBigInt() ${serialNumber.toBigInt()}`);
  return dec;
});
if (seen.join() !== '1,8388607,0,0') {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
