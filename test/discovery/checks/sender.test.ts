/** What doctor says of an account whose logs a central one watches. */

import { expect, it } from 'vitest';
import { fixes, runChecks } from '../../../shared/discovery/checks/checks.js';
import { COVERAGE, filtersOf, named, putFilter } from '../../support/checks.js';
import { accessFilter, MANAGED, noAccounts, type Scene, sendingScene, sentFilter } from '../../support/found.js';

function checksOf(change: (scene: Scene) => void = () => {}) {
  const scene = sendingScene();
  change(scene);
  const { found, watch, expectations } = scene;
  return runChecks(found, { ...expectations, stackName: watch?.stackName ?? '', watch });
}

const UNKNOWN =
  "unknown http-api-covered of quotes (http333/$default): HTTP API: no execution log; the central account's settings tell whether it is covered";

it('its filters lead to the destination, and what is in the central account is not asked for here', () => {
  const checks = checksOf();
  expect(named(checks)).toEqual([UNKNOWN]);
  expect(checks.find(({ id }) => id === 'deployed')).toMatchObject({
    about: 'mtls-watch-member',
    state: 'ok',
    found: 'arn:aws:logs:eu-west-1:999988887777:destination:mtls-watch',
  });
  expect(checks.some(({ id }) => id === 'heartbeat')).toBe(false);
});

it.each([
  ['by an organization, with the role of the stack', 'arn:aws:iam::123456789012:role/sender'],
  ['by accounts', null],
])('a filter that is missing is put with a command that the central account takes: %s', (_who, roleArn) => {
  const checks = checksOf((scene) => {
    Object.assign(scene.watch!.target!, { roleArn });
    filtersOf(scene, '/access/orders').filters = [];
  });
  expect(named(checks)).toEqual([UNKNOWN, 'wrong subscription of /access/orders: no filter']);
  const put = putFilter('/access/orders', sentFilter(accessFilter));
  expect(fixes(checks)).toEqual([roleArn === null ? put : `${put} --role-arn ${roleArn}`]);
});

it('a filter that leads to a function here is not the one', () => {
  const checks = checksOf((scene) => {
    filtersOf(scene, MANAGED).filters = [{ ...accessFilter, name: 'own' }];
  });
  expect(named(checks)).toEqual([UNKNOWN, `wrong subscription of ${MANAGED}: no filter`]);
});

it("an HTTP API is covered by the central account's settings, where they are given", () => {
  const covered = (account: string) =>
    named(
      checksOf(({ expectations }) => {
        expectations.coverage = {
          ...COVERAGE,
          central: noAccounts,
          apisWithoutExecutionLog: [`${account}/http333`],
          truststores: { '*': 's3://truststores/all.pem' },
        };
      }),
    );
  expect(covered('123456789012')).toEqual([]);
  expect(covered('111122223333')).toEqual([expect.stringMatching(/^wrong http-api-covered/)]);
});
