#!/usr/bin/env bash
# Expected: a policy's resource that CloudFormation accepts is judged by cdk-nag, or is said to be unknown until it is deployed.
#   Fn::Join takes a literal list or a function that gives one; Fn::Split is the usual one, to put another piece into an ARN.
# Happens: AwsSolutions-IAM5 takes whatever Fn::Join joins for a literal list. Over Fn::Split it throws, and the report has
#   an error of the rule in place of an answer: the wildcard beside it, in the same policy, is not named either, and whoever
#   suppresses the error has suppressed both. With Fn::Select over the same Fn::Split the wildcard is named.
# Why it matters: one ARN that is cut and joined takes a whole policy out of the check that is there to find wildcards.
# Source: "Fn::Join" in the CloudFormation reference ("listOfValues"), rules/iam/IAMNoWildcardPermissions of cdk-nag.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-cdk-lib@2.276.0 constructs@10.8.1 cdk-nag@3.0.2 >/dev/null || exit 2
echo "node $(node --version), aws-cdk-lib 2.276.0, cdk-nag 3.0.2"

cat > probe.mjs <<'EOF'
import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';

function findings(resourceOf) {
  const app = new App();
  const stack = new Stack(app, 'Example');
  const { valueAsString } = new CfnParameter(stack, 'Arn', { type: 'String' });
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const resources = [resourceOf(valueAsString), 'arn:aws:logs:*:111122223333:log-group:*'];
  role.addToPolicy(new PolicyStatement({ actions: ['logs:PutSubscriptionFilter'], resources }));
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.map(({ ruleName, description }) => `${ruleName}: ${description.split('.')[0]}`);
}

const joined = findings((arn) => Fn.join('-other-', Fn.split('-one-', arn)));
const selected = findings((arn) => Fn.select(0, Fn.split('-one-', arn)));
console.log('Fn::Join over Fn::Split:  ', joined);
console.log('Fn::Select over Fn::Split:', selected);
const expected = [
  ['AwsSolutions-IAM5: Rule threw an error during validation'],
  [
    'AwsSolutions-IAM5[Resource::arn:aws:logs:*:111122223333:log-group:*]: The IAM entity contains wildcard permissions and ' +
      'does not have a cdk-nag rule suppression with evidence for those permission',
  ],
];
if (JSON.stringify([joined, selected]) !== JSON.stringify(expected)) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
