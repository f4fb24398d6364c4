/** Outputs of the pipeline. Implemented by `adapters/aws`. */

import type { Failure, Measure, Notice } from '../model/index.js';

export interface Publisher {
  /** Resolves once the notice was accepted for delivery. May deliver twice when called twice: the id is stable. */
  publish(notice: Notice): Promise<void>;
}

/** Logs each refused request, so that details can be looked up later. Best effort: the counts do not depend on it. */
export interface FailureLog {
  record(failures: readonly Failure[], batchId: string): void;
}

export interface Meter {
  /** Writes metrics; called once per invocation, at its end. */
  record(measures: readonly Measure[]): void;
}

export interface Log {
  /** A sentence for the log about what was done. */
  info(message: string): void;
  error(message: string, details: { readonly error: unknown; readonly [name: string]: unknown }): void;
}
