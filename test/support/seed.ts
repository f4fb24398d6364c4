/**
 * Properties draw the same inputs in every run, so that a change is judged by what it changes. `FC_SEED=N` draws others, and CI
 * does so once a night.
 */

import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
