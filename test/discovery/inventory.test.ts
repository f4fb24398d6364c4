/** What the reconciler keeps of a domain, and whether its log groups hold all calls. */

import { expect, it } from 'vitest';
import { createDynamoInventory } from '../../shared/adapters/dynamodb/inventory.js';
import { limits } from '../../shared/base/limits.js';
import { keepingStages, knownDomains } from '../../shared/discovery/inventory.js';
import { withKnown } from '../../shared/discovery/with-known.js';
import type { FoundStage, KnownDomain } from '../../shared/model/account.js';
import { domain, stage } from '../support/account.js';
import { testConfig } from '../support/world.js';

const logging = (n: number, logGroup: string) => stage(`api${n}/prod`, { kind: 'HTTP', access: logGroup });
const silent = stage('api9/prod', { kind: 'HTTP' });
const firehose: FoundStage = {
  ...silent,
  accessLog: { destinationArn: 'arn:aws:firehose:x:1:deliverystream/y', logGroup: null, format: '{}' },
};
const known = (stages: readonly FoundStage[]) => knownDomains([domain('a.example', stages)], []);
const callLogs = (domains: readonly KnownDomain[]) => withKnown(testConfig({}), domains).callLogs;
const many = Array.from({ length: limits.inventoryAccessLogsMax + 1 }, (_, n) => logging(n, `/log-${n}`));

it.each<[string, readonly FoundStage[], readonly string[] | null]>([
  ['one log group of two stages', [logging(1, '/one'), logging(2, '/one')], ['/one']],
  ['two log groups', [logging(1, '/one'), logging(2, '/two')], ['/one', '/two']],
  ['a stage without an access log', [logging(1, '/one'), silent], null],
  ['a stage that logs to Firehose', [logging(1, '/one'), firehose], null],
  ['more log groups than are kept', many, null],
  ['as many as are kept', many.slice(1), many.slice(1).map(({ accessLog }) => accessLog?.logGroup ?? '')],
  ['no stage', [], []],
])('all calls of a domain with %s', (_, stages, logs) => {
  expect(callLogs(known(stages))).toEqual({ 'a.example': logs });
});

it('are not all known where a part of the account could not be read', () => {
  const [one, two] = [known([logging(1, '/one')]), known([logging(1, '/one'), logging(2, '/two')])];
  expect(callLogs(keepingStages(one, two))).toEqual({ 'a.example': null });
  expect(callLogs(keepingStages(two, one))).toEqual({ 'a.example': ['/one', '/two'] });
  expect(callLogs(keepingStages(one, []))).toEqual({ 'a.example': null });
});

it('are kept in the table', async () => {
  const items: unknown[] = [];
  const send = async (command: {
    readonly input: { RequestItems?: Record<string, { PutRequest: { Item: unknown } }[]> };
  }) => {
    for (const { PutRequest } of command.input.RequestItems?.t ?? []) items.push(PutRequest.Item);
    return { Items: items, UnprocessedItems: {} };
  };
  const inventory = createDynamoInventory({ send } as never, 't');
  await inventory.saveDomains(known([logging(1, '/one'), silent]));
  expect(callLogs(await inventory.domains())).toEqual({ 'a.example': null });
});
