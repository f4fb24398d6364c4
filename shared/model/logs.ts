/** What a delivery of logs carries, and what of it could not be read. */

/** One line (or multi-line event) of a log group. `id` is CloudWatch's event id, the unit of de-duplication. */
export interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  /** The account that wrote it, where that need not be the log group's owner: in a centralised log group. */
  readonly account?: string;
  /** The log group that it was written to first, where that is not the one it came from: in a centralised log group. */
  readonly sourceLog?: string;
}

/** What one delivery carries. `batchId` is derived from the content, so a retry has the same id. */
export interface LogBatch {
  readonly kind: 'batch';
  readonly batchId: string;
  /** The account that owns the log group, or '' where the input does not say. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly events: readonly LogEvent[];
  /** Records inside the payload that were not log events; counted, never lost silently. */
  readonly malformed: readonly Rejected[];
}

/** CloudWatch Logs' reachability probe; nothing to count. */
export interface ControlMessage {
  readonly kind: 'control';
  readonly logGroup: string;
  readonly message: string;
}

/** Why a record could not be read. */
export type RejectCode =
  | 'not-a-log-event'
  | 'event-too-large'
  | 'broken-access-record'
  | 'unreadable-access-record'
  | 'unreadable-denial'
  | 'access-record-without-request-id'
  /** Nothing tells any more whether it was counted. */
  | 'too-old';

/** A record that could not be read; counted by code, and it costs its neighbours nothing. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly eventId: string;
  readonly code: RejectCode;
  /** One line for a person, without the record's own text. */
  readonly detail: string;
}
