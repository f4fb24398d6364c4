/** What doctor says of an account in which all is well, and of what several domains share. Each check has its own file beside. */

import { describe, expect, it } from 'vitest';
import { checkIds } from '../../shared/discovery/check.js';
import { fixes } from '../../shared/discovery/checks/checks.js';
import { COVERAGE, checksOf, filtersOf, named, orders, ordersStage, TRUSTSTORE } from '../support/checks.js';
import { executionFilter, foreignFilter, MANAGED } from '../support/found.js';

describe('where all is well', () => {
  it('nothing is named, and everything was looked at', () => {
    const checks = checksOf();
    expect(named(checks)).toEqual([]);
    expect(new Set(checks.map(({ id }) => id))).toEqual(
      new Set(checkIds.filter((id) => !['domains', 'readable', 'successes', 'report-mail'].includes(id))),
    );
    expect(fixes(checks)).toEqual([]);
  });

  it('says how each log is covered', () => {
    const found = checksOf().flatMap(({ id, found }) =>
      id === 'execution-log' || id === 'http-api-covered' ? [found] : [],
    );
    expect(found).toEqual([
      `managed, level ERROR, in ${MANAGED}`,
      'vended, level INFO, in /execution/trades',
      'HTTP API: no execution log; reasons are inferred from its access log and the truststore',
    ]);
  });
});

describe('what several share is said once:', () => {
  it('a stage that two domains lead to', () => {
    const twice = checksOf((scene) => {
      scene.found.domains.push({ ...structuredClone(orders(scene)), name: 'old.bank.example' });
    });
    const about = twice.filter(
      ({ about }) => about.startsWith('orders (') || about === MANAGED || about === '/access/orders',
    );
    expect(new Set(about.map(({ id, about }) => `${id} ${about}`)).size).toBe(about.length);
    expect(about.every(({ domain }) => domain === 'orders.bank.example')).toBe(true);
  });

  it('a log group that holds both logs needs two places', () => {
    const checks = checksOf((scene) => {
      ordersStage(scene).accessLog!.logGroup = MANAGED;
      filtersOf(scene, MANAGED).filters = [executionFilter, foreignFilter('audit')];
    });
    expect(named(checks)).toEqual([
      `wrong subscription of ${MANAGED}: no filter`,
      `warning filter-places of ${MANAGED}: 2 of 5 taken: audit (to ${foreignFilter('audit').destinationArn})`,
    ]);
    expect(fixes(checks).at(-1)).toContain('put-subscription-filter');
  });

  it('the commands of two domains with one truststore', () => {
    const commands = fixes(
      checksOf((scene) => {
        const [one, two] = scene.found.domains;
        Object.assign(one!.truststore, { isVersioned: false, newestVersion: null });
        two!.truststore = structuredClone(one!.truststore);
      }),
    );
    expect(commands.map((line) => line.split(' ').slice(1, 3).join(' '))).toEqual([
      's3api put-bucket-versioning',
      's3api copy-object',
      'apigateway update-domain-name',
      'apigateway update-domain-name',
    ]);
  });
});

it('settings that are given count instead of the deployed ones', () => {
  const checks = checksOf(({ expectations }) => {
    expectations.coverage = { ...COVERAGE, truststores: { '*': TRUSTSTORE } };
  });
  expect(checks.find(({ id }) => id === 'http-api-covered')).toMatchObject({
    state: 'wrong',
    remedy: 'Add to the settings, and deploy: "apisWithoutExecutionLog": ["http333"]',
  });
});
