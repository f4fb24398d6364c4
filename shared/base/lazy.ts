/**
 * Modules that most invocations never need: loaded when somebody first asks, and remembered, so that asking again takes no
 * way through Node's loader, which may take its time even for what it has.
 */

import { once } from './lazily.js';

export const lazy = {
  announce: once(() => import('../incidents/announce.js')),
  diagnosis: once(() => import('../diagnosis/diagnosis.js')),
  infer: once(() => import('../diagnosis/infer.js')),
  scopes: once(() => import('../incidents/evaluate-scopes.js')),
  silence: once(() => import('../incidents/silence.js')),
};
