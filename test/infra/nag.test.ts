import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { acknowledged, synthesise } from './support.js';

/** Everything a user can switch on, so that no rule goes unasked. */
const everything = {
  executionLogGroups: [{ name: 'API-Gateway-Execution-Logs_abc123/prod', create: true }],
  accessLogGroups: [{ name: '/aws/apigateway/access', create: true }],
  reservedConcurrency: 10,
  encryptionKey: 'create',
};

describe('cdk-nag, AwsSolutions', () => {
  it.each([
    ['the example', {}],
    ['everything switched on', everything],
    ['next to nothing', { executionLogGroups: [], accessLogGroups: [], truststores: {}, alertEmails: [] }],
  ])('finds nothing in the stack with %s', (_what, settings) => {
    const { app } = synthesise(settings);
    const { success, violations } = new AwsSolutionsChecks(app, { verbose: true }).validateScope(app);
    expect(violations).toEqual([]);
    expect(success).toBe(true);
  });

  it('sets aside these rules, each for its reason', () => {
    expect(acknowledged(synthesise(everything).stack)).toEqual([
      expect.stringMatching(
        /^MtlsWatch\/Default\/Ingest\/DeadLetters \S*AwsSolutions-SQS3: It is the dead-letter queue/,
      ),
      expect.stringMatching(/^MtlsWatch\/Default\/WeeklyReport\/Reports \S*AwsSolutions-S1: A few objects a week/),
      expect.stringMatching(
        /^MtlsWatch\/Default\/WeeklyReport\/Report \S*AwsSolutions-IAM5\[Resource::\*\]: Queries of Logs Insights/,
      ),
      expect.stringMatching(
        /^MtlsWatch\/Default\/WeeklyReport\/Report \S*AwsSolutions-IAM5\[.*reports\/\*\]: The function makes a folder/,
      ),
    ]);
  });

  it('is listening: it finds a queue that takes plain HTTP', () => {
    const { app, stack } = synthesise();
    new Queue(stack, 'Careless');
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName).sort()).toEqual(['AwsSolutions-SQS3', 'AwsSolutions-SQS4']);
  });
});
