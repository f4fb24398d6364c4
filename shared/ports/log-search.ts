/** Searches log groups for events of a period, and follows new ones. Implemented by `adapters/aws/log-search.ts`. */

export interface SearchableGroup {
  readonly name: string;
  /** Without `:*`, as Live Tail requires it. */
  readonly arn: string;
  /** `STANDARD`, or a class that cannot be searched, such as `INFREQUENT_ACCESS`. */
  readonly logClass: string;
  /** Compressed size; null if not known. */
  readonly storedBytes: number | null;
}

export interface SearchedEvent {
  readonly logGroup: string;
  readonly logStream: string;
  /** Null if CloudWatch Logs gave none, as in Live Tail. */
  readonly id: string | null;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

export interface LogQuery {
  readonly logGroup: string;
  /** A filter pattern of CloudWatch Logs; null for all events. */
  readonly pattern: string | null;
  /** Milliseconds since the epoch; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  /** The maximum number of events of a page; without it, as many as CloudWatch Logs returns. */
  readonly limit?: number;
}

export interface LogPage {
  readonly events: readonly SearchedEvent[];
  /** The token of the next page; null at the last. An empty page may be followed by others. */
  readonly next: string | null;
}

/** All methods reject with `logs-unavailable` if CloudWatch Logs refuses or does not answer. */
export interface LogSearch {
  /** Null if there is no such group. */
  group(name: string): Promise<SearchableGroup | null>;
  page(query: LogQuery, token: string | null): Promise<LogPage>;
  /**
   * Matching events of the groups, about a second after they were written, until the session ends, after three hours at
   * most.
   */
  tail(groups: readonly SearchableGroup[], pattern: string, stop: AbortSignal): AsyncIterable<readonly SearchedEvent[]>;
}
