/**
 * A front door: an AWS service that refuses client certificates and writes why into a log. Everything that differs from one
 * door to the next stands in a folder of its own behind this interface; the pipeline, the report and the commands know the
 * interface only. A door more is a folder and a line in `doors.ts`.
 */

import type { DomainsByApi } from '../logs/log-source.js';
import type { LogBatch, LogEvent, Parsed } from '../model/index.js';
import type { ForbiddenCause, ReasonId } from '../model/reasons.js';

/** What the settings say about the logs, for every door. */
export interface ReadSettings {
  /** Names by what a record calls its door: an API and stage, a distribution, or a load balancer with its listener. */
  readonly domains: DomainsByApi;
  /** Whether scopes, ids and log groups get their account in front. */
  readonly byAccount: boolean;
  /** Formats of logs whose records do not name their fields, by log group. */
  readonly formats: Readonly<Record<string, string>>;
}

export interface DoorRead {
  readonly parsed: Parsed;
  /** Events that looked like records of this door and are none; the doors behind this one in the registry are asked. */
  readonly declined: readonly LogEvent[];
}

/** What a status code in a door's log says of a connection that failed. */
export type CodeMeaning =
  /** The client certificate was refused, or was missing. */
  | { readonly reason: ReasonId }
  /** The connection failed for a cause that has nothing to do with the certificate. */
  | { readonly cause: ForbiddenCause };

/** One kind of log that a door writes. */
export interface DoorLog {
  /** The log type of the delivery, as the AWS API names it, or `ACCESS_LOGS` and `EXECUTION_LOGS` of API Gateway's stages. */
  readonly type: string;
  /**
   * The filter pattern that lets through what has to be read, and no successes.
   * @param formats of the records, where they are known and the log has any
   */
  readonly filterPattern: (formats?: readonly string[]) => string;
}

export interface Door {
  /** In kebab case; in stored items, output lines and options. */
  readonly id: string;
  /** As people call it. */
  readonly name: string;
  /** The documented codes of its status field, without `Failed:`. Empty where the log has sentences instead. */
  readonly codes: Readonly<Record<string, CodeMeaning>>;
  readonly logs: readonly DoorLog[];
  /**
   * Whether an event with this message may be a record of this door, by its content and never by the name of its log group. Asked for every
   * event, so it must be cheap; `read` declines what is none after all.
   */
  readonly mayHold: (message: string) => boolean;
  /**
   * Reads events for which `mayHold` is true, in any order. The same events always give the same result.
   * @throws where a module cannot be loaded: the batch fails, and is delivered again
   */
  readonly read: (batch: LogBatch, settings: ReadSettings) => Promise<DoorRead>;
}
