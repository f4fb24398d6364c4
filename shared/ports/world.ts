/** The clock, and the world as one value. */

import type { KnownConfig } from '../config/settings.js';
import type { Deployment } from '../model/index.js';
import type { FailureLog, Publisher } from './output.js';
import type { Stores } from './stores.js';
import type { TruststoreSource } from './truststore.js';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The calls of one issuer at a scope, as the access logs have them. */
export interface SeenCalls {
  readonly calls: number;
  readonly letIn: number;
  /** When one was let in for the last time, in milliseconds since the epoch; 0 for never. */
  readonly letInAt: number;
}

/** Looks into the access logs. */
export interface CallLookUp {
  /**
   * The calls of a scope, by canonical issuer.
   * @param from milliseconds since the epoch; `to` is exclusive
   * @returns null where it is not known of all logs
   */
  readonly lookUp: (scope: string, from: number, to: number) => Promise<ReadonlyMap<string, SeenCalls> | null>;
  /** When a group may be asked about again, by its id; kept by the container. */
  readonly againAt: Map<string, number>;
}

/** All that the pipeline needs from outside. */
export interface World {
  readonly config: KnownConfig;
  readonly clock: Clock;
  readonly stores: Stores;
  readonly publisher: Publisher;
  readonly truststores: TruststoreSource;
  readonly failureLog?: FailureLog;
  /** Absent where nobody asked for it, and where alerts must not wait for it. */
  readonly calls?: CallLookUp;
  /** For links into the console and for commands; absent where nothing is deployed. */
  readonly deployment?: Deployment;
}
