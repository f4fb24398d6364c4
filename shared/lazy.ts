/**
 * Modules that most invocations never need: loaded when somebody first asks, and remembered, so that asking again takes no
 * way through Node's loader, which may take its time even for what it has.
 */

import { once } from './once.js';

export const lazy = {
  announce: once(() => import('./announce.js')),
  diagnosis: once(() => import('./diagnosis.js')),
  infer: once(() => import('./infer.js')),
  scopes: once(() => import('./evaluate-scopes.js')),
  silence: once(() => import('./stages/silence.js')),
};
