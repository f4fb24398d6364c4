/**
 * Operational failures: something outside went wrong and the caller can act on it. Data that is merely malformed is
 * not an error but a `Rejected` record (see `model.ts`); a broken invariant is a bug and is asserted.
 */

export type ErrorCode =
  | 'bad-base64'
  | 'bad-gzip'
  | 'payload-too-large'
  | 'bad-json'
  | 'wrong-shape'
  | 'bad-config'
  | 'unreadable-input'
  | 'temporary-file'
  | 'usage'
  /** What was asked for is well said, and not there: the answer is no. */
  | 'not-found'
  | 'store-unavailable'
  | 'sweep-behind'
  | 'publish-failed'
  | 'report-undeliverable'
  | 'insights-unavailable'
  | 'discovery-failed'
  | 'logs-unavailable'
  | 'canary-failed'
  | 'truststore-unreadable';

export class MtlsWatchError extends Error {
  override readonly name = 'MtlsWatchError';
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Something on the command line: what was got, and what was expected. */
export function usage(message: string, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('usage', message, { cause });
}

/** What was to be read: what is wrong with it, and what was expected. */
export function unreadable(message: string, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('unreadable-input', message, { cause });
}

/** The message of anything thrown, for one line of output. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
