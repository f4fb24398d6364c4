/** What differs from run to run besides the traffic: bounds, settings, and how often what fails. */

import type { limits } from '../../shared/base/limits.js';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import { type FaultRates, type WriteFault, writeFaults } from './disk.js';
import type { Random } from './random.js';
import { apis } from './traffic.js';

/** The stores in memory, or those of DynamoDB on a table in memory whose items expire. */
export type StoreKind = 'memory' | 'table';

/** What kind of run a seed makes, drawn before anything else of it. */
export interface Shape {
  /** A flood in large batches, for the paths that only a storm takes. */
  readonly isStorm: boolean;
  readonly store: StoreKind;
  /** Put back after the run. */
  readonly bounds: Partial<Limits>;
  /** Weeks in place of hours: what comes late comes days late, and dead letters wait for somebody. */
  readonly isLong: boolean;
}

export function drawShape(random: Random): Shape {
  const isStorm = random.chance(0.1);
  const store = random.chance(0.4) ? 'table' : 'memory';
  const bounds = drawBounds(random, isStorm);
  return { isStorm, store, bounds, isLong: random.chance(0.3) };
}

export type Limits = { -readonly [name in keyof typeof limits]: number };

/** Small worlds meet a bound only when it is small. */
function drawBounds(random: Random, isStorm: boolean): Partial<Limits> {
  const bounds: Partial<Limits> = {};
  // The checkers know every client that a fact counted, when facts keep them all.
  if (random.chance(0.9)) bounds.clientsPerFactMax = 1_000;
  if (random.chance(0.3)) Object.assign(bounds, { issuersPerScopeMax: 2, reasonWordsPerScopeMax: 2 });
  if (random.chance(0.3)) bounds.waitingPerListMax = 2;
  if (random.chance(0.2)) bounds.settledPerRoundMax = 2;
  if (random.chance(0.2)) bounds.rollupsPerSweepMax = 2;
  if (random.chance(0.2)) bounds.noticesPerRunMax = 2;
  if (isStorm)
    Object.assign(bounds, { calmHalvesMax: 5, unaskedHalvesMax: 0, joinedPerMinuteMax: random.pick([8, 20]) });
  return bounds;
}

export function drawConfig(random: Random): Config {
  return parseConfig(
    {
      runbooks: { baseUrl: 'https://runbooks.example' },
      domains: Object.fromEntries(apis.filter((api) => api.isNamed).map((api) => [`${api.apiId}/prod`, api.domain])),
      detection: {
        floor: random.between(3, 6),
        resolveMinutes: random.pick([1, 5, 10]),
        repeatMinutes: random.pick([5, 10]),
        escalateFactor: random.pick([1.5, 2, 4]),
      },
      graceMinutes: random.pick([1, 3, 5]),
    },
    'the simulation',
  );
}

/** Some runs have all faults, some one kind only, some none: rare combinations and clean reproductions alike. */
export function drawRates(random: Random): FaultRates {
  const level = random.pick([0, 0.005, 0.02, 0.05]);
  const only = random.chance(0.3) ? random.pick(writeFaults) : null;
  const rate = (fault: WriteFault): number => {
    if (only !== null) return only === fault ? level : 0;
    const isPause = fault.startsWith('paused');
    return random.chance(0.5) ? (isPause ? level / 4 : level / 2) : 0;
  };
  const byFault = Object.fromEntries(writeFaults.map((fault) => [fault, rate(fault)])) as Record<WriteFault, number>;
  return { byFault, readFailed: random.chance(0.5) ? level / 2 : 0 };
}
