/** The states of the backfill, in the Amazon States Language. `functions/backfill/backfill.ts` says what each step does. */

export interface BackfillStatesProps {
  readonly partition: string;
  readonly functionArn: string;
  readonly bucketName: string;
  /** How many functions read at the same time. */
  readonly concurrency: number;
}

/** Each day reads and writes sums of many groups; this many at a time stay far below what a table takes. */
const DAYS_AT_ONCE = 4;

/** Of the input of the execution, as `mtls-watch backfill` makes it. */
const of = (name: 'run' | 'from' | 'to' | 'tolerated') => ({ [`${name}.$`]: `$.${name}` });

/** An object that cannot be read is noted and not thrown: what is thrown may pass, such as throttling. */
const PATIENT = {
  ErrorEquals: ['States.ALL'],
  ...{ IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2, MaxDelaySeconds: 300, JitterStrategy: 'FULL' },
};
/** Where deliveries begin to count in an hour at the same moment, it is decided a minute later. */
const AFTER_A_MINUTE = { ErrorEquals: ['States.ALL'], IntervalSeconds: 60, MaxAttempts: 4, BackoffRate: 2 };
/**
 * What another attempt would say again, such as that objects were not read. What may pass is thrown as `MtlsWatchRetryable`. The first
 * that names an error decides, so this stands before the others.
 */
const NOT_AGAIN = { ErrorEquals: ['MtlsWatchError'], MaxAttempts: 0 };

const CATCH = { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Tell failure' }] };

/** Its input is what `shared/ports/backfill.ts` calls `BackfillStart`. */
export function backfillStates(props: BackfillStatesProps): object {
  const step = stepOf(props);
  return {
    // The command takes a run for ended then.
    TimeoutSeconds: 7 * 86_400,
    StartAt: 'Is anything new',
    States: {
      'Is anything new': {
        Type: 'Choice',
        Choices: [{ Variable: '$.parts', NumericGreaterThan: 0, Next: 'Read objects' }],
        Default: 'Check',
      },
      'Read objects': { ...readObjects(props), ResultPath: null, ...CATCH, Next: 'Check' },
      Check: step(
        'check',
        { ...of('run'), ...of('from'), ...of('to'), ...of('tolerated') },
        { Retry: [NOT_AGAIN, PATIENT], ResultPath: '$.days', ...CATCH, Next: 'Sum days up' },
      ),
      'Sum days up': {
        Type: 'Map',
        ItemsPath: '$.days',
        ItemSelector: { 'day.$': '$$.Map.Item.Value', ...of('from'), ...of('to') },
        MaxConcurrency: DAYS_AT_ONCE,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'Sum up',
          States: {
            'Sum up': step(
              'sum',
              { 'day.$': '$.day', ...of('from'), ...of('to') },
              { Retry: [NOT_AGAIN, AFTER_A_MINUTE], End: true },
            ),
          },
        },
        ResultPath: '$.summed',
        ...CATCH,
        Next: 'Learn',
      },
      Learn: step('learn', {}, { Retry: [NOT_AGAIN, PATIENT], ResultPath: null, ...CATCH, Next: 'Tell' }),
      Tell: step('tell', { ...of('run'), 'summed.$': '$.summed' }, { Retry: [NOT_AGAIN, PATIENT], End: true }),
      'Tell failure': step(
        'tell',
        { ...of('run'), 'error.$': '$.error' },
        { Retry: [NOT_AGAIN, PATIENT], Next: 'Failed' },
      ),
      Failed: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}

function stepOf({ functionArn }: BackfillStatesProps) {
  return (name: string, parameters: object, rest: object) => ({
    ...{ Type: 'Task', Resource: functionArn, Parameters: { step: name, ...parameters } },
    ...rest,
  });
}

function readObjects(props: BackfillStatesProps): object {
  const { partition, bucketName, concurrency } = props;
  return {
    Type: 'Map',
    ItemReader: {
      Resource: `arn:${partition}:states:::s3:getObject`,
      ReaderConfig: { InputType: 'JSON' },
      Parameters: { Bucket: bucketName, 'Key.$': "States.Format('runs/{}/objects.json', $.run)" },
    },
    ItemSelector: { ...of('run'), 'part.$': '$$.Map.Item.Value' },
    MaxConcurrency: concurrency,
    // The next step tells what was not read. Until then, nobody's object stops the others.
    ToleratedFailurePercentage: 100,
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt: 'Read',
      States: {
        // The results of all children together are bounded, so each is as good as nothing.
        Read: stepOf(props)(
          'read',
          { ...of('run'), 'part.$': '$.part' },
          { Retry: [NOT_AGAIN, PATIENT], ResultPath: null, OutputPath: null, End: true },
        ),
      },
    },
  };
}
