#!/usr/bin/env bash
# Expected: topic and key are given to the CDK as constructs, so that giving the topic to an alarm (SnsAction) lets
#   CloudWatch publish there, as giving it to a rule (events-targets SnsTopic) lets EventBridge; what is missing is found by
#   cdk-nag, which asks for the key's rotation and for TLS on the topic.
# Happens: for the rule the key's policy and the topic's policy name events.amazonaws.com. For the alarm neither names
#   anybody: the key is for the account's root, and the topic has one statement, a deny, in place of its default policy.
#   The synth has no warning, cdk-nag has no finding, and CloudWatch, which needs kms:Decrypt and kms:GenerateDataKey* by a
#   statement for its service principal, says in the alarm's history only that it could not publish.
# Why it matters: alarm and dashboard look right until the first outage, and then nobody is told.
# Source: SnsAction.bind in aws-cdk-lib/aws-cloudwatch-actions, beside SnsTopic.bind in aws-events-targets, which grants;
#   "Key management" in the SNS developer guide.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --prefix "$work" aws-cdk-lib@2.276.0 constructs@10.8.1 cdk-nag@3.0.2 >/dev/null || exit 2
echo "node $(node --version), aws-cdk-lib 2.276.0, cdk-nag 3.0.2"

cat > probe.mjs <<'EOF'
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { AwsSolutionsChecks } from 'cdk-nag';

const app = new App();
const stack = new Stack(app, 'Alarms');
const encrypted = (id) =>
  new Topic(stack, id, { masterKey: new Key(stack, `${id}Key`, { enableKeyRotation: true }), enforceSSL: true });
new Metric({ namespace: 'Example', metricName: 'Failures' })
  .createAlarm(stack, 'Alarm', { threshold: 1, evaluationPeriods: 1 })
  .addAlarmAction(new SnsAction(encrypted('ForAlarm')));
new Rule(stack, 'Rule', { schedule: Schedule.rate(Duration.hours(1)), targets: [new SnsTopic(encrypted('ForRule'))] });

const { violations } = new AwsSolutionsChecks(app).validateScope(app);
const assembly = app.synth().getStackByName('Alarms');
const services = (id, type) =>
  Object.entries(assembly.template.Resources)
    .filter(([name, resource]) => name.startsWith(id) && resource.Type === type)
    .flatMap(([, { Properties }]) => (Properties.KeyPolicy ?? Properties.PolicyDocument).Statement)
    .flatMap((statement) => statement.Principal.Service ?? []);
const seen = ['ForAlarm', 'ForRule'].map((id) => [services(`${id}Key`, 'AWS::KMS::Key'), services(id, 'AWS::SNS::TopicPolicy')]);
console.log('for the alarm: key', seen[0][0], 'topic', seen[0][1]);
console.log('for the rule:  key', seen[1][0], 'topic', seen[1][1]);
console.log('findings of cdk-nag', violations.length, 'messages of the synth', assembly.messages.length);
const expected = [[[], []], [['events.amazonaws.com'], ['events.amazonaws.com']]];
if (JSON.stringify(seen) !== JSON.stringify(expected) || violations.length > 0 || assembly.messages.length > 0) {
  console.log('CHANGED');
  process.exit(1);
}
EOF
node probe.mjs
