#!/usr/bin/env bash
# Expected: a value in quotes with escaped backslashes, as the logfmt package of npm writes it (issuer="O=R\\+D" reason=…),
#   is read by the logfmt package of Python; and what the Python package writes, it reads back.
# Happens: the Python reader drops a backslash and takes the next quotation mark for an escaped one, however far away it is.
#   That is the one that ends the value, so the value runs on into the next field: the issuer is read as True, the reason is
#   gone, and a word of it is a field ("no": True). No error. Its own writer does not escape backslashes at all, and its own
#   lines have the same fate.
# Why it matters: a backslash is the escape of names (RFC 4514): "O=Acme\, Inc." and "OU=R\+D" are usual. Of just these
#   issuers neither the name nor the reason of the refusal is read, and all of them are grouped under one issuer, True.
# Source: parse_line in logfmt/parser.py: the mark of a backslash is cleared by a quotation mark alone. format_line in
#   logfmt/formatter.py escapes quotation marks alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" logfmt@1.4.0 >/dev/null || exit 2
pip install -q --target "$work/lib" logfmt==0.4 2>pip.txt || { cat pip.txt; exit 2; }
echo "node $(node --version), logfmt 1.4.0 (npm), $(python3 --version), logfmt 0.4 (Python)"

cat > write.cjs <<'EOF_PROBE'
const logfmt = require('logfmt');

for (const issuer of ['O=Acme', 'O=Acme\\, Inc.']) console.log(logfmt.stringify({ issuer, reason: 'no issuer', status: 403 }));
EOF_PROBE
cat > read.cjs <<'EOF_PROBE'
const logfmt = require('logfmt');
const { readFileSync } = require('node:fs');

for (const line of readFileSync('lines.txt', 'utf8').trim().split('\n')) console.log('read in npm:', JSON.stringify(logfmt.parse(line)));
EOF_PROBE
cat > probe.py <<'EOF_PROBE'
import sys
import logfmt

fields = {"issuer": r"O=Acme\, Inc.", "reason": "no issuer", "status": 403}
own = next(logfmt.format(fields))
seen = []
for writer, line in [*(("npm", line) for line in open("lines.txt").read().splitlines()), ("Python", own)]:
    print(f"{writer:6} wrote {line}")
    seen.append(next(logfmt.parse([line])))
    print("       read ", seen[-1])
broken = {"issuer": True, "no": True, "status": "403"}
if seen != [{"issuer": "O=Acme", "reason": "no issuer", "status": "403"}, broken, broken]:
    print("CHANGED")
    sys.exit(1)
EOF_PROBE
node write.cjs > lines.txt
node read.cjs
PYTHONPATH="$work/lib" python3 probe.py
