/** The states of the backfill, in the Amazon States Language. `functions/backfill/backfill.ts` says what each step does. */

export interface BackfillStatesProps {
  readonly functionArn: string;
  readonly bucketName: string;
  /** How many functions read at the same time. */
  readonly concurrency: number;
}

/** Each day reads and writes sums of many groups; this many at a time stay far below what a table takes. */
const DAYS_AT_ONCE = 4;

export function backfillStates({ functionArn, bucketName, concurrency }: BackfillStatesProps): object {
  const step = (name: string, parameters: object, retry: readonly object[], then: object) => ({
    Type: 'Task',
    Resource: functionArn,
    Parameters: { step: name, ...parameters },
    Retry: retry,
    ...then,
  });
  // An object that cannot be read is noted and not thrown: what is thrown may pass, such as throttling.
  const patient = [retryOf(['States.ALL'], 2, 6)];
  const failed = { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Tell failure' }] };
  return {
    StartAt: 'Read objects',
    States: {
      'Read objects': {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { Bucket: bucketName, 'Key.$': "States.Format('runs/{}/objects.json', $.run)" },
        },
        ItemSelector: { 'run.$': '$.run', 'part.$': '$$.Map.Item.Value' },
        MaxConcurrency: concurrency,
        // The next step tells what was not read. Until then, nobody's object stops the others.
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Read',
          States: {
            Read: step('read', { 'run.$': '$.run', 'part.$': '$.part' }, patient, {
              ResultPath: null,
              OutputPath: null,
              End: true,
            }),
          },
        },
        ResultPath: null,
        ...failed,
        Next: 'Check',
      },
      Check: step(
        'check',
        { 'run.$': '$.run', 'from.$': '$.from', 'to.$': '$.to', 'tolerated.$': '$.tolerated' },
        // The first one says that objects were not read, which another attempt would say again.
        [{ ErrorEquals: ['MtlsWatchError'], MaxAttempts: 0 }, ...patient],
        { ResultPath: '$.days', ...failed, Next: 'Sum days up' },
      ),
      'Sum days up': {
        Type: 'Map',
        ItemsPath: '$.days',
        ItemSelector: { 'day.$': '$$.Map.Item.Value', 'from.$': '$.from', 'to.$': '$.to' },
        MaxConcurrency: DAYS_AT_ONCE,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Sum up',
          States: {
            // Where deliveries begin to count in an hour at the same moment, it is decided after a minute.
            'Sum up': step(
              'sum',
              { 'day.$': '$.day', 'from.$': '$.from', 'to.$': '$.to' },
              [retryOf(['States.ALL'], 60, 4)],
              {
                End: true,
              },
            ),
          },
        },
        ResultPath: '$.summed',
        ...failed,
        Next: 'Tell',
      },
      Tell: step('tell', { 'run.$': '$.run', 'summed.$': '$.summed' }, patient, { End: true }),
      'Tell failure': step('tell', { 'run.$': '$.run', 'error.$': '$.error' }, patient, { Next: 'Failed' }),
      Failed: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}

function retryOf(ErrorEquals: readonly string[], IntervalSeconds: number, MaxAttempts: number): object {
  return { ErrorEquals, IntervalSeconds, MaxAttempts, BackoffRate: 2, MaxDelaySeconds: 300, JitterStrategy: 'FULL' };
}
