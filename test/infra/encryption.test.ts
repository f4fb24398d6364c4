import { describe, expect, it } from 'vitest';
import { resources, synthesise as synthesiseWith } from './support.js';

const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/0b6c2f0e-1111-2222-3333-444455556666';

/** With whatever can hold data: also a log group that is made ahead of the gateway. */
const synthesise = (settings: object = {}) =>
  synthesiseWith({ accessLogGroups: [{ name: '/aws/apigateway/access', create: true }], ...settings });

/** The key of everything that holds data. The queue of the reconciler holds none: it says that something changed. */
function keysOf({ template }: ReturnType<typeof synthesise>): unknown[] {
  const of = (type: string, ...path: readonly (string | number)[]) =>
    resources(template, type)
      .filter(([id]) => !id.startsWith('ReconcilerChanges'))
      .map(([, { Properties }]) =>
        path.reduce<unknown>(
          (value, name) => (value as Record<string | number, unknown> | undefined)?.[name],
          Properties,
        ),
      );
  return [
    ...of('AWS::DynamoDB::Table', 'SSESpecification', 'KMSMasterKeyId'),
    ...of('AWS::SQS::Queue', 'KmsMasterKeyId'),
    ...of('AWS::Logs::LogGroup', 'KmsKeyId'),
    ...of(
      'AWS::S3::Bucket',
      ...[
        'BucketEncryption',
        'ServerSideEncryptionConfiguration',
        0,
        'ServerSideEncryptionByDefault',
        'KMSMasterKeyID',
      ],
    ),
  ];
}

describe('the key of state, reports, dead letters and logs', () => {
  it("is AWS's unless another is asked for", () => {
    expect(new Set(keysOf(synthesise()))).toEqual(new Set([undefined]));
  });

  it('is one of the stack, which rotates and which CloudWatch Logs may use for the log groups of this account only', () => {
    const made = synthesise({ encryptionKey: 'create' });
    const [[id, { Properties }] = ['', { Properties: {} }]] = resources(made.template, 'AWS::KMS::Key').filter(
      ([name]) => name.startsWith('DataKey'),
    );
    expect(Properties).toMatchObject({
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: expect.arrayContaining([
          expect.objectContaining({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
            Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': expect.anything() } },
          }),
        ]),
      },
    });
    const keys = keysOf(made);
    expect(keys.length).toBeGreaterThanOrEqual(8);
    for (const key of keys) expect(key).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
  });

  it('is the one that is named, and the functions may use it through the services that hold the data', () => {
    const made = synthesise({ encryptionKey: ARN });
    expect(new Set(keysOf(made))).toEqual(new Set([ARN]));
    for (const role of ['IngestRole', 'SweepRole', 'WeeklyReportRole']) {
      const [[, { Properties }] = ['', { Properties: {} }]] = resources(made.template, 'AWS::IAM::Role').filter(
        ([id]) => id.startsWith(role),
      );
      expect(Properties, role).toMatchObject({
        Policies: [
          {
            PolicyDocument: {
              Statement: expect.arrayContaining([
                expect.objectContaining({
                  Resource: ARN,
                  Condition: { StringEquals: { 'kms:ViaService': expect.any(Array) } },
                }),
              ]),
            },
          },
        ],
      });
    }
  });
});

it('keeps reports as long as it is told', () => {
  const [[, bucket] = []] = resources(synthesise({ retention: { reportDays: 60 } }).template, 'AWS::S3::Bucket');
  expect(bucket?.Properties).toMatchObject({
    LifecycleConfiguration: {
      Rules: [{ ExpirationInDays: 60, NoncurrentVersionExpiration: { NoncurrentDays: 60 }, Status: 'Enabled' }],
    },
  });
});
