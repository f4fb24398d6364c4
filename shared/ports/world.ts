/** The clock, and the world as one value. */

import type { Config } from '../config/settings.js';
import type { Deployment } from '../model/index.js';
import type { FailureLog, Publisher } from './output.js';
import type { Stores } from './stores.js';
import type { TruststoreSource } from './truststore.js';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** All that the pipeline needs from outside. */
export interface World {
  readonly config: Config;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly publisher: Publisher;
  readonly truststores: TruststoreSource;
  readonly failureLog?: FailureLog;
  /** For links into the console and for commands; absent where nothing is deployed. */
  readonly deployment?: Deployment;
}
