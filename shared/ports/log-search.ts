/** Looks for events in log groups, over a time and as they come. Implemented by `adapters/aws/log-search.ts`. */

export interface SearchableGroup {
  readonly name: string;
  /** Without `:*`, as Live Tail wants it. */
  readonly arn: string;
  /** `STANDARD`, or a class that cannot be searched, such as `INFREQUENT_ACCESS`. */
  readonly logClass: string;
  /** What is stored of it, compressed; null where that is not told. */
  readonly storedBytes: number | null;
}

export interface SearchedEvent {
  readonly logGroup: string;
  readonly logStream: string;
  /** Null where CloudWatch Logs gave none, as Live Tail does. */
  readonly id: string | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogQuery {
  readonly logGroup: string;
  /** A filter pattern of CloudWatch Logs; null for all events. */
  readonly pattern: string | null;
  /** Milliseconds since the epoch; `to` is not part of it. */
  readonly from: number;
  readonly to: number;
  /** Events of one page at most; without it as many as CloudWatch Logs gives. */
  readonly limit?: number;
}

export interface LogPage {
  readonly events: readonly SearchedEvent[];
  /** Where the next page begins; null at the last. A page may be empty and have a successor. */
  readonly next: string | null;
}

/** All reject with a `logs-unavailable` where CloudWatch Logs refuses or does not answer. */
export interface LogSearch {
  /** Null where there is no such group. */
  group(name: string): Promise<SearchableGroup | null>;
  page(query: LogQuery, token: string | null): Promise<LogPage>;
  /**
   * Events of the groups that match, a second or so after they were written, until the session ends: after three hours at
   * most.
   */
  tail(groups: readonly SearchableGroup[], pattern: string, stop: AbortSignal): AsyncIterable<readonly SearchedEvent[]>;
}
