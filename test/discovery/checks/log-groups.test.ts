/** What `shared/discovery/checks/log-groups.ts` says of log groups and their filters. */

import { allow, breaking, filtersOf, putFilter } from '../../support/checks.js';
import { accessFilter, executionFilter, foreignFilter, MANAGED, noAccounts } from '../../support/found.js';

breaking([
  [
    'no filter',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [foreignFilter('audit')];
    },
    [`wrong subscription of ${MANAGED}: no filter`],
    [allow, putFilter(MANAGED, executionFilter)],
  ],
  [
    'a log group that nobody made yet',
    (scene) => {
      Object.assign(filtersOf(scene, MANAGED), { exists: false, filters: [] });
    },
    [`wrong subscription of ${MANAGED}: the log group is not there yet`],
    [
      `aws logs create-log-group --region eu-west-1 --log-group-name ${MANAGED}`,
      allow,
      putFilter(MANAGED, executionFilter),
    ],
  ],
  [
    'a filter with an old pattern',
    (scene) => {
      filtersOf(scene, '/access/orders').filters = [
        { ...accessFilter, name: 'by-hand', pattern: '{ $.status = "403" }' },
      ];
    },
    [`wrong subscription of /access/orders: by-hand: { $.status = "403" }, to ${accessFilter.destinationArn}`],
    [putFilter('/access/orders', { ...accessFilter, name: 'by-hand' })],
  ],
  [
    'a filter of the right name that leads to a function that is gone',
    (scene) => {
      filtersOf(scene, '/access/orders').filters = [
        { ...accessFilter, destinationArn: 'arn:aws:lambda:x:1:function:old' },
      ];
    },
    [
      `wrong subscription of /access/orders: mtls-watch-access: ${accessFilter.pattern}, to arn:aws:lambda:x:1:function:old`,
    ],
    [allow, putFilter('/access/orders', accessFilter)],
  ],
  [
    'two places taken by others: whether there is a third, an attempt tells',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [foreignFilter('audit'), foreignFilter('siem')];
    },
    [
      `wrong subscription of ${MANAGED}: no filter`,
      `warning filter-places of ${MANAGED}: 2 of 5 taken: audit (to ${foreignFilter('audit').destinationArn}), siem (to ${foreignFilter('siem').destinationArn})`,
    ],
    [allow, putFilter(MANAGED, executionFilter)],
  ],
  [
    'three places taken by others: there are five here',
    (scene) => {
      filtersOf(scene, MANAGED).filters = ['a', 'b', 'c'].map(foreignFilter);
    },
    [`wrong subscription of ${MANAGED}: no filter`],
    [allow, putFilter(MANAGED, executionFilter)],
  ],
  [
    'all five places taken by others',
    (scene) => {
      filtersOf(scene, MANAGED).filters = ['a', 'b', 'c', 'd', 'e'].map(foreignFilter);
    },
    [
      `wrong subscription of ${MANAGED}: no filter`,
      `wrong filter-places of ${MANAGED}: 5 of 5 taken: ${['a', 'b', 'c', 'd', 'e'].map((name) => `${name} (to ${foreignFilter(name).destinationArn})`).join(', ')}`,
    ],
    [],
  ],
  [
    'a log group of a class that takes no filters',
    (scene) => {
      Object.assign(filtersOf(scene, MANAGED), { filters: [], logClass: 'INFREQUENT_ACCESS' });
    },
    [`wrong subscription of ${MANAGED}: the log group's class INFREQUENT_ACCESS takes no subscription filters`],
    [],
  ],
  [
    'a filter on what a transformer makes of the log',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [{ ...executionFilter, isOnTransformed: true }];
    },
    [
      `wrong subscription of ${MANAGED}: mtls-watch-execution: ${executionFilter.pattern}, to ${executionFilter.destinationArn}, after a transformer`,
    ],
    [putFilter(MANAGED, executionFilter)],
  ],
  [
    'a filter made by hand on what a transformer makes of the log',
    (scene) => {
      filtersOf(scene, MANAGED).filters = [{ ...executionFilter, name: 'by-hand', isOnTransformed: true }];
    },
    [
      `wrong subscription of ${MANAGED}: by-hand: ${executionFilter.pattern}, to ${executionFilter.destinationArn}, after a transformer`,
    ],
    [putFilter(MANAGED, { ...executionFilter, name: 'by-hand' })],
  ],
  [
    "another's filter on what a transformer makes of the log",
    (scene) => {
      filtersOf(scene, MANAGED).filters = [executionFilter, { ...foreignFilter('siem'), isOnTransformed: true }];
    },
    [],
  ],
  [
    'data protection that masks what is delivered',
    (scene) => {
      filtersOf(scene, MANAGED).isMasked = true;
    },
    [`warning log-masking of ${MANAGED}: data protection masks what it finds`],
  ],
  [
    'a filter that is missing where accounts are told apart',
    (scene) => {
      scene.watch!.coverage!.central = noAccounts;
      filtersOf(scene, MANAGED).filters = [];
    },
    [`wrong subscription of ${MANAGED}: no filter`],
    [
      allow,
      `${putFilter(MANAGED, executionFilter)} --emit-system-fields '["@aws.account","@aws.region","@source.log"]'`,
    ],
  ],
  [
    'filters that cannot be read',
    (scene) => {
      filtersOf(scene, MANAGED).filters = null;
    },
    [`unknown subscription of ${MANAGED}: could not be read`],
  ],
]);
