/** What a replay gives, and who looks on meanwhile. */

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
  /** Why verdicts may be wrong: what of the truststore is not read. Sentences. */
  readonly truststoreErrors: readonly string[];
  /** What it was replayed on, for the report: with the sums of hours where somebody looked on. */
  readonly world: PlayedWorld;
}

/** Looks on while logs are counted. */
export interface ReplayObserver {
  readonly failureLog: FailureLog;
  /** Every event, once. */
  readonly onEvent: (event: LogEvent, logGroup: string) => void;
}
