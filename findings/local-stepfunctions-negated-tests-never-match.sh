#!/usr/bin/env bash
# Expected: a Choice rule {"Variable": "$.clientCert", "IsPresent": false} matches an input without that field; the six tests
#   of kind (IsPresent, IsNull, IsString, …) take true or false in the Amazon States Language, and aws-local-stepfunctions
#   lists all of them as fully supported.
# Happens: with false none of the six ever matches, neither where the field has another kind nor where it has that kind. The
#   execution takes the default branch, as if the input did not fit. The definition passes validation.
# Why it matters: "no client certificate" is written as IsPresent false. The branch for it never runs in local tests, the
#   default does, and where the default is what should happen to everybody else the test has tested that.
# Source: the Choice state in aws-local-stepfunctions joins the wanted value and the test with "and", where they should be
#   equal.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-local-stepfunctions@3.0.0 >/dev/null || exit 2
echo "node $(node --version), aws-local-stepfunctions 3.0.0"

cat > probe.mjs <<'EOF_PROBE'
import { StateMachine } from 'aws-local-stepfunctions';

const end = (Result) => ({ Type: 'Pass', Result, End: true });
const taken = (rule, input) => new StateMachine({
  StartAt: 'Look',
  States: {
    Look: { Type: 'Choice', Choices: [{ ...rule, Next: 'Match' }], Default: 'Other' },
    Match: end('match'),
    Other: end('default'),
  },
}).run(input).result;

const inputs = { IsPresent: {}, IsNull: { clientCert: 'PEM' }, IsString: { clientCert: 1 }, IsNumeric: { clientCert: 'PEM' },
  IsBoolean: { clientCert: 'PEM' }, IsTimestamp: { clientCert: 'PEM' } };
const seen = [];
for (const [test, input] of Object.entries(inputs)) {
  const rule = (wanted) => ({ Variable: '$.clientCert', [test]: wanted });
  const negated = await taken(rule(false), input);
  const inverted = await taken({ Not: rule(true) }, input);
  console.log(`${test} false on ${JSON.stringify(input)}: ${negated}; Not of ${test} true: ${inverted}`);
  seen.push(negated, inverted);
}
if (seen.some((branch, index) => branch !== ['default', 'match'][index % 2])) {
  console.log('CHANGED');
  process.exit(1);
}
EOF_PROBE
node probe.mjs
