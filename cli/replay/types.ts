/** The result of a replay, and its observers. */

import type { LogEvent, Notice } from '../../shared/model/index.js';
import type { FailureLog } from '../../shared/ports/index.js';
import type { ReplaySummary } from '../../shared/schemas/lines.js';
import type { PlayedWorld } from './play.js';

export interface InputProblem {
  readonly file: string;
  readonly detail: string;
}

export interface Replayed {
  readonly notices: readonly Notice[];
  readonly summary: ReplaySummary;
  readonly problems: readonly InputProblem[];
  /** Sentences about the parts of the truststore that are not read, because verdicts may be wrong for that reason. */
  readonly truststoreErrors: readonly string[];
  /** The stores of the replay, for the report; with hourly sums if there was an observer. */
  readonly world: PlayedWorld;
}

/** Observes the counting of logs. */
export interface ReplayObserver {
  readonly failureLog: FailureLog;
  /** Every event, once. */
  readonly onEvent: (event: LogEvent, logGroup: string) => void;
}
