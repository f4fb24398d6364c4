/**
 * The deployed reconciler on an account in which APIs come and go: a REST API, one with vended logs and an HTTP API are
 * made after the stack, subscribed by its schedule's function, and what the gateway logs of them is counted under their
 * custom domains. Nobody ever named them in the settings.
 */

import { DeleteApiMappingCommand, GetApiMappingsCommand } from '@aws-sdk/client-apigatewayv2';
import { DescribeSubscriptionFiltersCommand, PutSubscriptionFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { GetQueueUrlCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { createDynamoInventory } from '../../shared/adapters/dynamodb/inventory.js';
import { minuteOf } from '../../shared/base/time.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { type GroupKey, UNKNOWN_ISSUER } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import type { InventoryStore } from '../../shared/ports/inventory.js';
import { ca, leaf } from '../support/certificates.js';
import { accessEvent, denialAsOneEvent } from '../support/logs.js';
import { apiGatewayV2, dynamo, logs, sqs } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { invoke, withEnvironment } from './support/functions.js';
import { httpApi, mutualTlsDomain, restApi, truststore, vendExecutionLog } from './support/gateway.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { soon } from './support/soon.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'rsa-a' });
const stranger = leaf({
  subject: 'C=US,O=Evil,CN=stranger',
  key: 'rsa-c',
  issuer: ca({ subject: 'C=US,O=Evil,CN=Evil CA', key: 'rsa-b' }),
});
const FOREIGN = 'arn:aws:lambda:us-east-1:000000000000:function:audit-trail';
const EXECUTION_FILTER = 'mtls-watch-discovered-execution';
const ACCESS_FILTER = 'mtls-watch-discovered-access';
const settings = {
  runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
  discover: { mode: 'on', deny: ['*.private.example'], truststoreBuckets: ['bank-truststores'] },
  graceMinutes: 1,
};

let stack: Deployed;
let stores: Stores;
let inventory: InventoryStore;

beforeAll(async () => {
  await truststore('bank-truststores', [root.pem]);
  stack = await deploy(settings);
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  inventory = createDynamoInventory(dynamo, stack.TableName);
});

const reconcile = () => invoke(stack.ReconcileFunctionName, {});

async function filtersOn(logGroupName: string): Promise<(string | undefined)[]> {
  const { subscriptionFilters = [] } = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }));
  return subscriptionFilters.map(({ filterName }) => filterName).sort();
}

const domainOf = (name: string, apiId: string, stage: string) =>
  mutualTlsDomain(name, {
    truststore: 's3://bank-truststores/truststore.pem',
    mappings: { '': { apiId, stage } },
  });

async function counted(scope: string, issuerDn = UNKNOWN_ISSUER): Promise<number> {
  const group: GroupKey = { scope, issuerDn, reason: 'issuer-not-found' };
  const minute = minuteOf(Date.now());
  const facts = await stores.facts.window(group, minute - 60, minute + 1);
  return facts.reduce((sum, { count }) => sum + count, 0);
}

/** Only AWS may send what begins with `aws.`, so the event goes to the targets of the deployed rules that take it. */
async function told(event: { readonly source: string; readonly detail: object }): Promise<void> {
  const events = new EventBridgeClient({});
  const Event = JSON.stringify({
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    account: '000000000000',
    region: 'us-east-1',
    time: new Date().toISOString(),
    resources: [],
    'detail-type': 'AWS API Call via CloudTrail',
    ...event,
  });
  const { Rules = [] } = await events.send(new ListRulesCommand({}));
  const arns: string[] = [];
  for (const { Name, EventPattern } of Rules) {
    if (EventPattern === undefined) continue;
    const { Result } = await events.send(new TestEventPatternCommand({ EventPattern, Event }));
    if (Result !== true) continue;
    const { Targets = [] } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    arns.push(...Targets.flatMap(({ Arn }) => Arn ?? []));
  }
  expect(arns).toHaveLength(1);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: arns[0]?.split(':').at(-1) }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: Event }));
}

let rest: string;

describe('a REST API that is made after the stack', () => {
  const access = '/bank/rest/access';
  let execution: string;

  it('is subscribed next to the filter of somebody else, and a denied domain is not', async () => {
    rest = await restApi('orders', {
      prod: { level: 'ERROR', accessLog: { logGroup: access, format: ACCESS_LOG_FORMAT } },
    });
    execution = `API-Gateway-Execution-Logs_${rest}/prod`;
    const hidden = await restApi('payroll', {
      prod: { level: 'ERROR', accessLog: { logGroup: '/bank/hidden/access', format: ACCESS_LOG_FORMAT } },
    });
    for (const name of [access, execution, '/bank/hidden/access']) await createLogGroup(name);
    await logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: access,
        filterName: 'audit',
        filterPattern: '',
        destinationArn: FOREIGN,
      }),
    );
    await domainOf('rest.bank.example', rest, 'prod');
    await domainOf('pay.private.example', hidden, 'prod');

    const undo = await withEnvironment(stack.ReconcileFunctionName, {
      MTLS_WATCH_CONFIG: JSON.stringify({ ...settings, discover: { mode: 'dry-run' } }),
    });
    expect(await reconcile()).toMatchObject({ filtersPut: 0, filtersRemoved: 0 });
    await undo();
    expect(await filtersOn(execution)).toEqual([]);
    expect([await inventory.domains(), await inventory.subscribed()]).toEqual([[], []]);

    expect(await reconcile()).toEqual({ filtersPut: 2, filtersRemoved: 0, filtersUnmet: 0, silentLogGroups: [] });
    expect(await filtersOn(execution)).toEqual([EXECUTION_FILTER]);
    expect(await filtersOn(access)).toEqual(['audit', ACCESS_FILTER]);
    expect(await filtersOn('/bank/hidden/access')).toEqual([]);
    expect(await reconcile()).toMatchObject({ filtersPut: 0, filtersRemoved: 0 });
  });

  it('is counted under its domain', async () => {
    const refusal = { n: 1, at: Date.now() };
    await putLogEvents(execution, [denialAsOneEvent(refusal)]);
    await putLogEvents(access, [
      accessEvent(refusal, { apiId: rest, domainName: 'rest.bank.example', 'identity.clientCert.clientCertPem': '-' }),
    ]);
    await soon(() => counted('rest.bank.example', 'C=US,O=Acme,CN=Acme CA')).toBe(1);
  });
});

describe('vended logs and HTTP APIs', () => {
  const HTTP = '/bank/http/access';
  const VENDED = '/bank/vended/execution';
  let http: string;
  let vended: string;

  it('are subscribed by a change that CloudTrail tells of', async () => {
    http = await httpApi('quotes', { logGroup: HTTP, format: ACCESS_LOG_FORMAT });
    vended = await restApi('trades', { prod: { level: 'ERROR' } });
    await createLogGroup(HTTP);
    await vendExecutionLog('trades', { apiId: vended, stage: 'prod', logGroup: VENDED });
    await domainOf('http.bank.example', http, '$default');
    await domainOf('vended.bank.example', vended, 'prod');
    await told({
      source: 'aws.apigateway',
      detail: { eventSource: 'apigateway.amazonaws.com', eventName: 'CreateApiMapping' },
    });
    await soon(() => filtersOn(HTTP)).toEqual([ACCESS_FILTER]);
    await soon(() => filtersOn(VENDED)).toEqual([EXECUTION_FILTER]);
  });

  it('are counted under their domains: JSON, plain text, and what the certificate itself tells', async () => {
    const arn = `arn:aws:apigateway:us-east-1::/restapis/${vended}/stages/prod`;
    const [json, text] = [11, 12].map((n) => denialAsOneEvent({ n, at: Date.now() }));
    if (json === undefined || text === undefined) throw new Error('two events were made');
    const record = { resource_arn: arn, api_id: vended, stage: 'prod', payload: json.message };
    const now = String(Date.now());
    // A container that was asked a moment ago does not know these domains yet.
    await withEnvironment(stack.IngestFunctionName, { FRESH: 'yes' });
    await putLogEvents(VENDED, [
      { ...json, message: JSON.stringify({ ...record, event_timestamp: now, resource_path: '/', http_method: 'GET' }) },
      { ...text, message: `${arn} ${now} ${vended} prod / GET ${text.message}` },
    ]);
    await putLogEvents(HTTP, [
      accessEvent(
        { n: 13, at: Date.now() },
        { apiId: http, stage: '$default', domainName: '-', 'identity.clientCert.clientCertPem': stranger.pem },
      ),
    ]);
    await soon(() => counted('http.bank.example', stranger.certificate.issuerDn)).toBe(1);
    // Their access records never come: the sweep counts them after the grace period.
    await soon(() => counted('vended.bank.example')).toBe(2);
  });
});

describe('a stage that is gone', () => {
  it('loses its filters, and nobody else does', async () => {
    const DomainName = 'rest.bank.example';
    const { Items = [] } = await apiGatewayV2.send(new GetApiMappingsCommand({ DomainName }));
    for (const { ApiMappingId } of Items) {
      await apiGatewayV2.send(new DeleteApiMappingCommand({ DomainName, ApiMappingId }));
    }
    expect(await reconcile()).toMatchObject({ filtersPut: 0, filtersRemoved: 2 });
    expect(await filtersOn('/bank/rest/access')).toEqual(['audit']);
    expect(await filtersOn(`API-Gateway-Execution-Logs_${rest}/prod`)).toEqual([]);
    expect(await filtersOn('/bank/http/access')).toEqual([ACCESS_FILTER]);
    expect([...(await inventory.subscribed())].sort()).toEqual(['/bank/http/access', '/bank/vended/execution']);
  });
});
