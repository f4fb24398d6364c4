/** Classifies failures of requests to the table: operational failures can be retried, bugs cannot. */

import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import pMap from 'p-map';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';

export function unavailable(what: string, table: string, cause?: unknown): MtlsWatchError {
  return new MtlsWatchError('store-unavailable', `table ${table}: ${what}`, { cause, retryable: true });
}

/** Turns operational failures into `store-unavailable`; failed conditions and bugs are rethrown unchanged. */
export async function guarded<T>(request: Promise<T>, table: string): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || !isOfTheWorld(error)) throw error;
    throw unavailable(messageOf(error), table, error);
  }
}

/**
 * Throttling, outages, missing permissions and a table that is being created are temporary. A request that DynamoDB
 * rejects as invalid never becomes valid.
 */
function isOfTheWorld(error: unknown): boolean {
  if (error instanceof DynamoDBServiceException) return error.name !== 'ValidationException';
  if (!(error instanceof Error)) return false;
  const isSystemError = 'code' in error && typeof error.code === 'string' && !error.code.startsWith('ERR_');
  return isSystemError || ['TimeoutError', 'AbortError', 'CredentialsProviderError'].includes(error.name);
}

/**
 * Calls `work` for each item, with a bounded number of calls in parallel, and returns the results in the order of the
 * items. After the first failure no new call is started, and running ones are awaited, so that a retry never runs in
 * parallel with the call that it repeats.
 */
export async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const failures: unknown[] = [];
  const results: R[][] = await pMap(
    items,
    async (item) => {
      if (failures.length > 0) return [];
      try {
        return [await work(item)];
      } catch (error) {
        failures.push(error);
        return [];
      }
    },
    { concurrency: limits.storeConcurrencyMax },
  );
  if (failures.length > 0) throw summaryOf(failures);
  return results.flat(1) as R[];
}

/** If there is a bug among the failures, it is thrown and not an operational failure. */
function summaryOf(failures: readonly unknown[]): unknown {
  const [first] = failures;
  const bug = failures.find((failure) => !(failure instanceof MtlsWatchError && failure.retryable));
  if (bug !== undefined || failures.length === 1) return bug ?? first;
  return new MtlsWatchError('store-unavailable', `${failures.length} parallel requests failed: ${messageOf(first)}`, {
    cause: new AggregateError(failures),
    retryable: true,
  });
}
