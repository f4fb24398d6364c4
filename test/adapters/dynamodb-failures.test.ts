/** Which failures of the table are the world's, and tried again, and which are mistakes. */

import { ConditionalCheckFailedException, DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { guarded } from '../../shared/adapters/dynamodb/failures.js';

const ofDynamo = (name: string) =>
  new DynamoDBServiceException({ name, $fault: 'client', $metadata: {}, message: 'no' });
const named = (name: string) => Object.assign(new Error('no'), { name });
const coded = (code: unknown) => Object.assign(new Error('no'), { code });

it.each<[string, unknown, boolean]>([
  ['throttling', ofDynamo('ProvisionedThroughputExceededException'), true],
  ['a missing permission', ofDynamo('AccessDeniedException'), true],
  ['an invalid request', ofDynamo('ValidationException'), false],
  ['a failed condition', new ConditionalCheckFailedException({ $metadata: {}, message: 'no' }), false],
  ['a lost connection', coded('ECONNRESET'), true],
  ['a mistake that Node found', coded('ERR_INVALID_ARG_TYPE'), false],
  ['a code that is no text', coded(7), false],
  ['a timeout', named('TimeoutError'), true],
  ['an abort', named('AbortError'), true],
  ['missing credentials', named('CredentialsProviderError'), true],
  ['a bug', new TypeError('x is not a function'), false],
  ['no error at all', 'no', false],
])('%s', async (_what, error, isOfTheWorld) => {
  const failed = guarded(Promise.reject(error), 'the-table').catch((caught: unknown) => caught);
  if (isOfTheWorld) {
    expect(await failed).toMatchObject({ code: 'store-unavailable', retryable: true, cause: error });
    expect(String(await failed)).toContain('the-table');
  } else expect(await failed).toBe(error);
});

it('what succeeds is passed on', async () => {
  expect(await guarded(Promise.resolve(7), 'the-table')).toBe(7);
});
