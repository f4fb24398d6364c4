/** What a replay gives, and who looks on meanwhile. */

import type { LogEvent, Notice } from '../../shared/model/index.js';
import type { FailureLog } from '../../shared/ports/index.js';
import type { Summary } from '../../shared/schemas/lines.js';
import type { PlayedWorld } from './play.js';

export interface Problem {
  readonly file: string;
  readonly detail: string;
}

export interface Replayed {
  readonly notices: readonly Notice[];
  readonly summary: Summary;
  readonly problems: readonly Problem[];
  /** What it was replayed on, for the report: with the sums of hours where somebody looked on. */
  readonly world: PlayedWorld;
}

/** Looks on while logs are counted. */
export interface Onlooker {
  readonly failureLog: FailureLog;
  /** Every event, once. */
  readonly onEvent: (event: LogEvent, logGroup: string) => void;
}
