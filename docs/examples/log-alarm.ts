import { Stack, type StackProps } from 'aws-cdk-lib';
import { CfnLogAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CompositePrincipal, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface RefusalAlarmProps extends StackProps {
  /** Of the stage: `API-Gateway-Execution-Logs_API/STAGE`, or where its log is delivered. */
  readonly executionLogGroup: string;
  readonly topic?: ITopic;
}

/** More than ten refusals for one reason in five minutes. Knows nothing of who was refused. */
export class RefusalAlarm extends Stack {
  constructor(scope: Construct, id: string, { executionLogGroup, topic, ...props }: RefusalAlarmProps) {
    super(scope, id, props);
    const logGroup = this.formatArn({ service: 'logs', resource: `log-group:${executionLogGroup}` });
    const ofThisAccount = { conditions: { StringEquals: { 'aws:SourceAccount': this.account } } };
    const role = new Role(this, 'QueryRole', {
      assumedBy: new CompositePrincipal(
        new ServicePrincipal('logs.amazonaws.com', ofThisAccount),
        new ServicePrincipal('cloudwatch.amazonaws.com', ofThisAccount),
      ),
      inlinePolicies: {
        query: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['logs:StartQuery'], resources: [logGroup, `${logGroup}:*`] }),
            // These name a query, which is no resource in IAM.
            new PolicyStatement({ actions: ['logs:GetQueryResults', 'logs:StopQuery'], resources: ['*'] }),
          ],
        }),
      },
    });
    new CfnLogAlarm(this, 'Alarm', {
      alarmDescription: 'API Gateway refuses client certificates; the contributor is the reason',
      scheduledQueryConfiguration: {
        logGroupIdentifiers: [executionLogGroup],
        queryString:
          'filter @message like "Access denied. Reason:" | parse @message "Access denied. Reason: *" as reason',
        aggregationExpression: 'count(*) by reason',
        // Logs arrive late: the window ends two minutes ago.
        scheduleConfiguration: { scheduleExpression: 'rate(1 minute)', startTimeOffset: 420, endTimeOffset: 120 },
        scheduledQueryRoleArn: role.roleArn,
      },
      comparisonOperator: 'GreaterThanThreshold',
      threshold: 10,
      queryResultsToEvaluate: 3,
      queryResultsToAlarm: 2,
      treatMissingData: 'notBreaching',
      alarmActions: [(topic ?? new Topic(this, 'Topic', { enforceSSL: true })).topicArn],
    });
  }
}
