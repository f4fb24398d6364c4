/** The template of a stack set: what it holds, what it may do, and that one call takes it. */

import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { inlineMember } from '../../infra/build/bundle.js';
import { memberTemplate } from '../../infra/build/plain-template.js';
import { MemberDiscoveryStack } from '../../infra/member-discovery.js';

const code = inlineMember();
const template = Template.fromJSON(memberTemplate(code));
const plain = template.toJSON();

it('fits into the call itself: 51,200 bytes, with nothing that a stack set refuses', () => {
  expect(Buffer.byteLength(JSON.stringify(plain, null, 1))).toBeLessThanOrEqual(51_200);
  expect(Object.keys(plain).sort()).toEqual(['Description', 'Outputs', 'Parameters', 'Resources']);
  expect(Object.keys(plain.Parameters)).toEqual(['CentralDestinationArn', 'Domains']);
  template.resourceCountIs('AWS::CloudFormation::Stack', 0);
  expect(JSON.stringify(plain)).not.toMatch(/cdk-|bootstrap|S3Bucket/);
});

it('brings its code along, and takes the SDK from the runtime', () => {
  template.hasResourceProperties('AWS::Lambda::Function', { Code: { ZipFile: code }, Handler: 'index.handler' });
  const required = [...code.matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
  expect(required.length).toBeGreaterThan(0);
  expect(required.filter((name) => !/^(?:@aws-sdk\/client-[a-z0-9-]+|node:[a-z/]+)$/.test(name ?? ''))).toEqual([]);
});

/** The destination in the policy: what is between the `-NN` of the given one, if there is any, joined by `-??`. */
const JOINED = { 'Fn::Join': ['-??', { 'Fn::Split': ['-NN', { Ref: 'CentralDestinationArn' }] }] };
const DESTINATION = { 'Fn::Sub': [`\${Destination}`, { Destination: JOINED }] };

it('lets its function put filters towards the central destination alone', () => {
  const roles = template.findResources('AWS::IAM::Role');
  const statements = Object.values(roles).flatMap(({ Properties }) =>
    Properties.Policies.flatMap(
      (policy: { PolicyDocument: { Statement: object[] } }) => policy.PolicyDocument.Statement,
    ),
  );
  const changes = statements.filter(
    ({ Action }) => !/^(?:Describe|List|GET|Create|PutLogEvents)/.test([Action].flat()[0].split(':')[1]),
  );
  expect(changes).toEqual([
    expect.objectContaining({
      Action: 'logs:PutSubscriptionFilter',
      Resource: [expect.anything(), DESTINATION],
      Condition: { ArnLike: { 'logs:DestinationArn': DESTINATION } },
    }),
    expect.objectContaining({ Action: 'logs:DeleteSubscriptionFilter' }),
    expect.objectContaining({
      Action: 'iam:PassRole',
      Resource: { 'Fn::GetAtt': [Object.keys(roles)[0], 'Arn'] },
      Condition: { StringEquals: { 'iam:PassedToService': 'logs.amazonaws.com' } },
    }),
  ]);
});

it('acts when it is made, every quarter of an hour, and when an execution log appears', () => {
  template.hasResourceProperties('Custom::SubscriptionFilters', {
    Destination: { Ref: 'CentralDestinationArn' },
    Domains: { Ref: 'Domains' },
  });
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(15 minutes)' });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { detail: { requestParameters: { logGroupName: [{ prefix: 'API-Gateway-Execution-Logs_' }] } } },
  });
});

it('has nothing that cdk-nag finds', () => {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  new MemberDiscoveryStack(app, 'Member', { code });
  const { violations } = new AwsSolutionsChecks(app, { verbose: true }).validateScope(app);
  expect(violations).toEqual([]);
});
