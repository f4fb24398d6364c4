/** What a delivery of logs holds, and which of its records could not be read. */

/** One event of a log group, of one line or several. `id` is CloudWatch's event id, the unit of de-duplication. */
export interface LogEvent {
  readonly id: string;
  readonly timestamp: number;
  readonly message: string;
  /** The account that wrote the event, where that may not be the log group's owner: in a centralised log group. */
  readonly account?: string;
  /** The log group to which the event was first written, where it was copied from there: in a centralised log group. */
  readonly sourceLog?: string;
  /** Set by a reader of files for what is certainly the access record of a success, and of no other door. */
  readonly isPlainSuccess?: true;
}

/** The content of one delivery. `batchId` is derived from the content, so a retry has the same id. */
export interface LogBatch {
  readonly kind: 'batch';
  readonly batchId: string;
  /** The account that owns the log group; '' where the input does not say. */
  readonly owner: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly events: readonly LogEvent[];
  /** Records of the payload that are not log events. They are counted, never dropped silently. */
  readonly malformed: readonly Rejected[];
}

/** CloudWatch Logs' test message that checks the destination; it holds nothing to count. */
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
  | 'unreadable-connection-record'
  /** So old that nothing can tell any more whether it was counted. */
  | 'too-old';

/** A record that could not be read. It is counted by code, and the records beside it are read all the same. */
export interface Rejected {
  readonly kind: 'rejected';
  readonly eventId: string;
  readonly code: RejectCode;
  /** One line for a person. It holds nothing of the record's own text. */
  readonly detail: string;
}
