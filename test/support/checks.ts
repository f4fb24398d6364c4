/** Breaks one thing of an account in which all is well, and says what doctor makes of it. */

import { expect, it } from 'vitest';
import type { Check } from '../../shared/discovery/check.js';
import { fixes, runChecks } from '../../shared/discovery/checks/checks.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import type { FoundFilter } from '../../shared/model/account.js';
import { healthyScene, type Scene } from './found.js';
import { silentIn } from './silent.js';

export function checksOf(change: (scene: Scene) => void = () => {}): Check[] {
  const scene = healthyScene();
  change(scene);
  return runChecks(scene.found, { ...scene.expectations, watch: scene.watch });
}

export const named = (checks: readonly Check[]) =>
  checks
    .filter(({ state }) => state !== 'ok')
    .map(({ state, id, about, found }) => `${state} ${id} of ${about}: ${found}`);

export const orders = (scene: Scene) => scene.found.domains[0]!;
export const quotes = (scene: Scene) => scene.found.domains[2]!;
export const ordersStage = (scene: Scene) => orders(scene).stages[0]!;
export const filtersOf = (scene: Scene, group: string) => scene.found.logGroups.get(group)!;

export const TRUSTSTORE = 's3://truststores/orders.bank.example.pem';
export const STAGE = 'orders (rest111/prod)';

export const updateDomain = (operations: object) =>
  `aws apigateway update-domain-name --region eu-west-1 --domain-name orders.bank.example --patch-operations '${JSON.stringify([operations])}'`;
const updateStage = (...operations: object[]) =>
  `aws apigateway update-stage --region eu-west-1 --rest-api-id rest111 --stage-name prod --patch-operations '${JSON.stringify(operations)}'`;
export const setLevel = updateStage({ op: 'replace', path: '/*/*/logging/loglevel', value: 'ERROR' });
export const setFormat = updateStage(
  {
    op: 'replace',
    path: '/accessLogSettings/destinationArn',
    value: 'arn:aws:logs:eu-west-1:123456789012:log-group:/access/orders',
  },
  { op: 'replace', path: '/accessLogSettings/format', value: ACCESS_LOG_FORMAT },
);
export const putFilter = (group: string, filter: FoundFilter) =>
  `aws logs put-subscription-filter --region eu-west-1 --log-group-name ${group} --filter-name ${filter.name} --filter-pattern '${filter.pattern}' --destination-arn ${filter.destinationArn}`;
export const allow = expect.stringMatching(
  /^aws lambda add-permission --region eu-west-1 --function-name arn:aws:lambda:\S+ --statement-id mtls-watch-[\w-]{22} --action lambda:InvokeFunction --principal logs\.amazonaws\.com --source-arn 'arn:aws:logs:eu-west-1:123456789012:log-group:[^']+:\*' --source-account 123456789012$/,
) as string;

/** Settings that cover nothing. */
export const COVERAGE = { domains: {}, apisWithoutExecutionLog: [], truststores: {}, central: null, discover: null };

export const DISCOVER = {
  mode: 'on' as const,
  allow: [],
  deny: [],
  truststoreBuckets: ['truststores'],
  everyMinutes: 60,
};

/** What the reconciler keeps of the domain with the HTTP API. */
export const KNOWN_QUOTES = {
  name: 'quotes.bank.example',
  truststoreUri: 's3://truststores/quotes.bank.example.pem',
  stages: [{ apiId: 'http333', stage: '$default', hasExecutionLog: false }],
};

type Row = readonly [
  what: string,
  change: (scene: Scene) => void,
  named: readonly unknown[],
  commands?: readonly unknown[],
];

/** What is broken is named, nothing else, with its commands. */
export function breaking(rows: readonly Row[]): void {
  const cases = rows.map(([what, change, expected, commands = []]) => ({ what, change, expected, commands }));
  it.each(cases)('$what', ({ change, expected, commands }) => {
    const checks = checksOf(change);
    expect(named(checks)).toEqual(expected);
    expect(fixes(checks)).toEqual(commands);
    for (const { state, remedy } of checks) expect(remedy === null).toBe(state === 'ok');
    expect(silentIn(checks)).toEqual([]);
    const open = checks.filter(({ state }) => state !== 'ok');
    expect(open.map(({ remedy }) => remedy)).toMatchSnapshot('what to do');
  });
}
