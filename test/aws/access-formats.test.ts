/**
 * Every access-log format and every form of a vended execution log on the local AWS: written into a log group, let through by the
 * subscription filter that is chosen for it, counted once by the deployed ingest, and named where the format names the client.
 */

import { DescribeSubscriptionFiltersCommand, PutSubscriptionFilterCommand } from '@aws-sdk/client-cloudwatch-logs';
import { beforeAll, it } from 'vitest';
import { systemClock } from '../../shared/adapters/clock.js';
import { createDynamoStores } from '../../shared/adapters/dynamodb/index.js';
import { createDynamoInventory } from '../../shared/adapters/dynamodb/inventory.js';
import { isFormatNeeded } from '../../shared/discovery/access-format.js';
import { accessLogPattern } from '../../shared/logs/filter-patterns.js';
import { UNKNOWN_ISSUER } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import { ACCESS_FORMATS, ISSUER, refused, rendered, SUBJECT } from '../support/access-formats.js';
import { ca, leaf } from '../support/certificates.js';
import { uuid } from '../support/logs.js';
import { PAYLOADS, VENDED_FORMS } from '../support/vended-forms.js';
import { dynamo, logs } from './support/clients.js';
import { type Deployed, deploy } from './support/deploy.js';
import { createLogGroup, putLogEvents } from './support/logs.js';
import { countedIn } from './support/outcome.js';
import { soon } from './support/soon.js';

const MANAGED = 'API-Gateway-Execution-Logs_uwe3g5jm54/prod';
const VENDED = '/aws/vendedlogs/formats';
const { pem } = leaf({ subject: SUBJECT, key: 'ec-a', issuer: ca({ subject: ISSUER, key: 'ec-b' }) });
const LOGGED = pem.trimEnd().replaceAll('\n', '\\n');

const formats = ACCESS_FORMATS.map((format, n) => ({
  ...format,
  logGroup: `/bank/formats/${n}`,
  requestId: uuid(n + 1),
  extendedRequestId: `Ext${n + 1000}FEwPEFhg=`,
}));

let stack: Deployed;
let stores: Stores;

const counted = async (scope: string, issuerDn: string): Promise<number> =>
  (await countedIn(stores, { scope, issuerDn, reason: 'issuer-not-found' })).count;

beforeAll(async () => {
  for (const logGroup of [MANAGED, VENDED, ...formats.map((one) => one.logGroup)]) await createLogGroup(logGroup);
  stack = await deploy({
    executionLogGroups: [{ name: MANAGED }, { name: VENDED }],
    domains: { uwe3g5jm54: 'partners.bank.example', 'uwe3g5jm54/prod': 'partners.bank.example' },
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
    graceMinutes: 1,
    // The functions read what the reconciler found; a dry run of it changes nothing.
    discover: { mode: 'dry-run' },
  });
  stores = createDynamoStores(dynamo, stack.TableName, systemClock);
  await createDynamoInventory(dynamo, stack.TableName).saveDomains([
    {
      name: 'partners.bank.example',
      truststoreUri: null,
      stages: [{ apiId: 'uwe3g5jm54', stage: 'prod', hasExecutionLog: true }],
      accessLogFormats: Object.fromEntries(
        formats
          .filter(({ template }) => isFormatNeeded(template))
          .map(({ logGroup, template }) => [logGroup, template]),
      ),
    },
  ]);
  const { subscriptionFilters = [] } = await logs.send(
    new DescribeSubscriptionFiltersCommand({ logGroupName: MANAGED }),
  );
  const destinationArn = subscriptionFilters[0]?.destinationArn;
  for (const { logGroup, template } of formats) {
    await logs.send(
      new PutSubscriptionFilterCommand({
        logGroupName: logGroup,
        filterName: 'formats',
        filterPattern: accessLogPattern([template]),
        destinationArn,
      }),
    );
  }
});

it('counts one refusal for every access-log format, by its client', async () => {
  const at = systemClock.now();
  for (const { logGroup, template, requestId, extendedRequestId } of formats) {
    const lines = PAYLOADS.lines.replaceAll('4f3e3b0f-39db-11e9-9c2e-5bd7c2de5998', requestId);
    await putLogEvents(MANAGED, [
      { id: '', timestamp: at, message: lines.replace('Vts2FFmArPEFh8g=', extendedRequestId) },
    ]);
    const values = refused(LOGGED, { requestId, extendedRequestId });
    await putLogEvents(logGroup, [
      { id: '', timestamp: at, message: rendered(template, { ...values, status: '200', 'error.message': '-' }) },
      { id: '', timestamp: at, message: rendered(template, values) },
    ]);
  }
  const named = formats.filter(({ namesClient }) => namesClient).length;
  await soon(() => counted('partners.bank.example', ISSUER)).toBe(named);
  await soon(() => counted('partners.bank.example', UNKNOWN_ISSUER)).toBe(formats.length - named);
});

it('counts one refusal for every form of a vended execution log', async () => {
  const before = await counted('partners.bank.example', UNKNOWN_ISSUER);
  const at = systemClock.now();
  for (const { message } of VENDED_FORMS) await putLogEvents(VENDED, [{ id: '', timestamp: at, message }]);
  const withApi = VENDED_FORMS.filter(({ hasApi }) => hasApi).length;
  await soon(() => counted('partners.bank.example', UNKNOWN_ISSUER)).toBe(before + withApi);
  await soon(() => counted(VENDED, UNKNOWN_ISSUER)).toBe(VENDED_FORMS.length - withApi);
});
