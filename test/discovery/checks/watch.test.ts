/** What `shared/discovery/checks/watch.ts` says of mtls-watch itself. */

import { breaking, orders } from '../../support/checks.js';
import { healthyScene, MANAGED, NOW } from '../../support/found.js';

breaking([
  [
    'nothing deployed',
    (scene) => {
      scene.watch = null;
      scene.expectations.coverage = healthyScene().watch!.coverage;
      scene.found.domains = [orders(scene)];
      scene.found.doors = [];
    },
    [
      `unknown subscription of ${MANAGED}: not known whose`,
      'unknown subscription of /access/orders: not known whose',
      'wrong deployed of mtls-watch: no such stack',
    ],
  ],
  [
    'a sweep that stands still',
    (scene) => {
      scene.watch!.heartbeat!.lastEventAt = NOW - 10 * 60_000;
    },
    ['wrong heartbeat of /mtls-watch/sweep: last ran 10 minutes ago'],
  ],
  [
    'a sweep that never ran',
    (scene) => {
      scene.watch!.heartbeat!.lastEventAt = null;
    },
    ['wrong heartbeat of /mtls-watch/sweep: it never ran'],
  ],
  [
    'a sweep that is not known',
    (scene) => {
      scene.watch!.heartbeat = null;
    },
    ['unknown heartbeat of the sweep: could not be read'],
  ],
  [
    'nobody to tell',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions = [];
    },
    ['wrong topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: nobody is subscribed'],
  ],
  [
    'a subscription that was not confirmed',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions!.push({
        protocol: 'email',
        endpoint: 'new@bank.example',
        isConfirmed: false,
      });
    },
    [
      'wrong topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: not confirmed: email new@bank.example',
    ],
  ],
  [
    'subscriptions that cannot be read',
    (scene) => {
      scene.watch!.topics[0]!.subscriptions = null;
    },
    ['unknown topic-subscriptions of arn:aws:sns:eu-west-1:123456789012:mtls-watch: could not be read'],
  ],
]);
