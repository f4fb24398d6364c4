#!/usr/bin/env bash
# Expected: a date as OpenSSL and the gateway's access log write it, "Aug 15 00:28:21 2026 GMT", is read with the format
#   that says so: month, day, time, year.
# Happens: days below ten are padded with a space ("Aug  5"), and Luxon, date-fns and Java's DateTimeFormatter with the
#   usual format refuse these. Date, Day.js without strict and Go read both; Java needs "ppd", the other two have no
#   letter for it.
# Why it matters: the code passes its tests if the sample is from the 10th to the 31st, and for two thirds of all
#   certificates. For the others the end of validity is an invalid date, which is neither before nor after now: never
#   expired, never reported.
# Source: ASN1_TIME_print in OpenSSL ("%s %2d"); the parsers of Luxon (fromFormat), date-fns (parse) and java.time.format.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" luxon@3.7.2 date-fns@4.4.0 dayjs@1.11.23 >/dev/null || exit 2
openssl version | tee version.txt
grep -q '^OpenSSL 3\.' version.txt || { echo 'needs OpenSSL 3'; exit 2; }
java -version 2>&1 | head -1 | tee java.txt
grep -q '"17\.' java.txt || { echo 'needs Java 17'; exit 2; }
echo "node $(node --version), luxon 3.7.2, date-fns 4.4.0, dayjs 1.11.23"
for day in 05 15; do
  openssl ecparam -name prime256v1 -genkey -noout -out key.pem
  cat > ca.cnf <<'EOF'
[ca]
default_ca=here
[here]
database=index.txt
new_certs_dir=.
serial=serial.txt
default_md=sha256
policy=any
[any]
commonName=supplied
EOF
  : > index.txt; echo 01 > serial.txt
  openssl req -new -key key.pem -subj /CN=edi-01 -out edi.csr
  openssl ca -batch -config ca.cnf -selfsign -keyfile key.pem -in edi.csr -out $day.pem -notext \
    -startdate 250101000000Z -enddate "2608${day}002821Z" 2>/dev/null
  openssl x509 -in $day.pem -noout -enddate | sed 's/notAfter=//'
done > dates.txt

cat > probe.mjs <<'EOF'
import { readFileSync } from 'node:fs';
import { isValid, parse } from 'date-fns';
import dayjs from 'dayjs';
import customParseFormat from 'dayjs/plugin/customParseFormat.js';
import { DateTime } from 'luxon';

dayjs.extend(customParseFormat);
for (const text of readFileSync('dates.txt', 'utf8').trim().split('\n')) {
  const read = {
    Date: !Number.isNaN(Date.parse(text)),
    dayjs: dayjs(text, 'MMM D HH:mm:ss YYYY').isValid(),
    luxon: DateTime.fromFormat(text, 'MMM d HH:mm:ss yyyy z', { zone: 'utc' }).isValid,
    'date-fns': isValid(parse(text.replace('GMT', 'Z'), 'MMM d HH:mm:ss yyyy X', new Date(0))),
  };
  console.log(JSON.stringify(text), 'read by', Object.keys(read).filter((name) => read[name]).join(', '));
}
EOF
cat > Probe.java <<'EOF'
import java.nio.file.*;
import java.time.format.*;
import java.util.Locale;

public class Probe {
  public static void main(String[] arguments) throws Exception {
    for (String text : Files.readAllLines(Path.of("dates.txt"))) {
      for (String format : new String[] {"MMM d HH:mm:ss yyyy z", "MMM ppd HH:mm:ss yyyy z"}) {
        String said = "reads";
        try {
          DateTimeFormatter.ofPattern(format, Locale.US).parse(text);
        } catch (DateTimeParseException error) {
          said = "refuses";
        }
        System.out.println("java " + format + " " + said + " " + text);
      }
    }
  }
}
EOF
node probe.mjs | tee seen.txt
java Probe.java | tee -a seen.txt
grep -q '"Aug  5 00:28:21 2026 GMT" read by Date, dayjs$' seen.txt \
  && grep -q '"Aug 15 00:28:21 2026 GMT" read by Date, dayjs, luxon, date-fns$' seen.txt \
  && grep -q 'MMM d .* refuses Aug  5' seen.txt && grep -q 'MMM d .* reads Aug 15' seen.txt \
  && grep -q 'MMM ppd .* reads Aug  5' seen.txt || { echo CHANGED; exit 1; }
