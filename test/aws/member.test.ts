/**
 * The template of a stack set, in two accounts that are the same in all names: in each its function finds the logs and subscribes
 * them to the account's own destination, also those that appear later, and takes the filters away with the stack.
 */

import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
} from '@aws-sdk/client-cloudformation';
import { DescribeSubscriptionFiltersCommand, PutSubscriptionFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inlineMember } from '../../infra/build/bundle.js';
import { memberTemplate } from '../../infra/build/plain-template.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { ca } from '../support/certificates.js';
import { actAs, cloudFormation, logs } from './support/clients.js';
import { invoke } from './support/functions.js';
import { mutualTlsDomain, restApi, truststore } from './support/gateway.js';
import { createLogGroup } from './support/logs.js';

const ACCOUNTS = ['111122223333', '444455556666'] as const;
const SPREAD = 'arn:aws:logs:us-east-1:999988887777:destination:mtls-watch-NN';
const ACCESS = '/bank/orders/access';
/** Of a stage that no domain leads to any more. */
const FORMER = '/bank/former/access';
const StackName = 'StackSet-mtls-watch-member-0b6c2f0e';
const partners = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-b' });

/** The SDK is in Lambda's runtime; here it is in the checkout. */
function withSdk() {
  const template = memberTemplate(inlineMember());
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== 'AWS::Lambda::Function') continue;
    const { Variables } = Properties.Environment as { Variables: Record<string, unknown> };
    Variables.NODE_PATH = `${process.cwd()}/node_modules`;
  }
  return template;
}

async function deploy(): Promise<string> {
  const TemplateBody = JSON.stringify(withSdk());
  const Parameters = [{ ParameterKey: 'CentralDestinationArn', ParameterValue: SPREAD }];
  await cloudFormation.send(
    new CreateStackCommand({ StackName, TemplateBody, Parameters, Capabilities: ['CAPABILITY_IAM'] }),
  );
  try {
    await waitUntilStackCreateComplete(
      { client: cloudFormation, maxWaitTime: 120, minDelay: 1, maxDelay: 2 },
      { StackName },
    );
  } catch (error) {
    const { StackEvents } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName }));
    throw new Error(JSON.stringify(StackEvents, null, 1), { cause: error });
  }
  const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'SubscribeFunctionName')?.OutputValue ?? '';
}

async function filtersOn(logGroupName: string) {
  const { subscriptionFilters = [] } = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
  return subscriptionFilters.map(({ filterName, destinationArn, roleArn }) => ({
    filterName,
    destinationArn,
    roleArn,
  }));
}

afterAll(() => actAs('test'));

describe.each(ACCOUNTS)('the account %s', (account) => {
  const destinationArn = SPREAD.replace('NN', account.slice(-2));
  const roleArn = expect.stringMatching(new RegExp(`^arn:aws:iam::${account}:role/`)) as string;
  const filter = (kind: string) => ({ filterName: `mtls-watch-member-discovered-${kind}`, destinationArn, roleArn });
  let execution: string;
  let subscribe: string;

  beforeAll(async () => {
    actAs(account);
    await truststore(`truststores-${account}`, [partners.pem]);
    const apiId = await restApi('orders', {
      prod: { level: 'ERROR', accessLog: { logGroup: ACCESS, format: ACCESS_LOG_FORMAT } },
    });
    execution = `API-Gateway-Execution-Logs_${apiId}/prod`;
    await mutualTlsDomain('api.bank.example', {
      truststore: `s3://truststores-${account}/truststore.pem`,
      mappings: { '': { apiId, stage: 'prod' } },
    });
    await createLogGroup(ACCESS);
    subscribe = await deploy();
  });

  it('is subscribed by the stack itself', async () => {
    expect(await filtersOn(ACCESS)).toEqual([filter('access')]);
  });

  it('is subscribed to an execution log that appears later', async () => {
    await createLogGroup(execution);
    expect(await invoke(subscribe, { source: 'aws.logs' })).toEqual({ put: 1, removed: 0, unmet: 0, waiting: 0 });
    expect(await filtersOn(execution)).toEqual([filter('execution')]);
    expect(await invoke(subscribe, {})).toMatchObject({ put: 0 });
  });

  it('has no filter left when the stack is gone, on the log of a former stage neither', async () => {
    await createLogGroup(FORMER);
    const filterName = 'mtls-watch-member-discovered-access';
    await logs.send(
      new PutSubscriptionFilterCommand({ logGroupName: FORMER, filterName, filterPattern: '', destinationArn }),
    );
    await cloudFormation.send(new DeleteStackCommand({ StackName }));
    await waitUntilStackDeleteComplete(
      { client: cloudFormation, maxWaitTime: 60, minDelay: 1, maxDelay: 2 },
      { StackName },
    );
    expect([await filtersOn(execution), await filtersOn(ACCESS), await filtersOn(FORMER)]).toEqual([[], [], []]);
  });
});
