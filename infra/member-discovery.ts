/**
 * What a stack set deploys into the accounts whose logs a central account watches: a function that finds the logs there and subscribes
 * them, whatever they are called and whenever they appear. Its code stands in the template, so that the template is one file
 * and needs nothing else.
 */

import {
  BootstraplessSynthesizer,
  CfnOutput,
  CfnParameter,
  CustomResource,
  Duration,
  Fn,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { Match, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import { Code, type Function as Lambda } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { discoveryStatements, explainDiscovery, LOOK_AT_A_GROUP, logsArn } from './constructs/discovery-statements.js';
import { senderRole } from './constructs/sender-role.js';
import { WatchFunction } from './constructs/watch-function.js';
import { wildcardFinding } from './support/nag-names.js';

export interface MemberDiscoveryProps extends StackProps {
  /** The code of `functions/member/handler.ts`, as one CommonJS file. */
  readonly code: string;
}

const MINUTES_BETWEEN_LOOKS = 15;

export class MemberDiscoveryStack extends Stack {
  private readonly destination: string;
  private readonly domains: readonly string[];
  private readonly groups: string;

  constructor(scope: Construct, id: string, { code, ...props }: MemberDiscoveryProps) {
    super(scope, id, { ...props, synthesizer: new BootstraplessSynthesizer() });
    this.destination = new CfnParameter(this, 'CentralDestinationArn', {
      description: "The output DestinationArn or SpreadDestinationArn of the central account's stack in this Region",
      allowedPattern: 'arn:aws[a-z-]*:logs:[a-z0-9-]+:\\d{12}:destination:[^:*]+',
    }).valueAsString;
    this.domains = new CfnParameter(this, 'Domains', {
      type: 'CommaDelimitedList',
      description: 'The custom domains to watch, *.bank.example for all below it; * for all with mutual TLS',
      default: '*',
      allowedPattern: '\\*|(\\*\\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?',
    }).valueAsList;
    this.groups = logsArn(this, 'log-group', '*');
    const role = this.senderRole();
    const { fn } = this.subscriber(code, role);
    this.callRegularly(fn);
    const filters = new CustomResource(this, 'Filters', {
      resourceType: 'Custom::SubscriptionFilters',
      serviceToken: fn.functionArn,
      // A changed destination or choice of domains is acted on at once.
      properties: { Destination: this.destination, Domains: this.domains },
    });
    filters.node.addDependency(role);
    new CfnOutput(this, 'SenderRoleArn', { value: role.roleArn });
    new CfnOutput(this, 'SubscribeFunctionName', { value: fn.functionName });
  }

  private senderRole(): Role {
    const role = senderRole(this, [this.groups]);
    this.explain(role, this.groups, 'Which log groups there will be is not known when the stack is made.');
    return role;
  }

  private subscriber(code: string, role: Role): WatchFunction {
    const watch = new WatchFunction(this, 'Subscribe', {
      description: 'mtls-watch: subscribes the logs of this account that tell of refused client certificates',
      code: Code.fromInline(code),
      environment: {
        DESTINATION_ARN: this.destination,
        SENDER_ROLE_ARN: role.roleArn,
        ACCOUNT_ID: this.account,
        DOMAINS: Fn.join(',', [...this.domains]),
      },
      statements: [
        ...discoveryStatements(this),
        new PolicyStatement({ actions: ['logs:DescribeLogGroups', ...LOOK_AT_A_GROUP], resources: [this.groups] }),
        ...this.filterStatements(role),
      ],
      memoryMiB: 512,
      // Before the stack goes, its function looks at every log group of the account, five a second.
      timeout: Duration.minutes(15),
      logRetentionDays: 30,
    });
    explainDiscovery(watch);
    this.explain(watch, this.groups, 'Which log groups there will be is not known when the stack is made.');
    return watch;
  }

  /** Only towards the central destination, so that the function cannot be used to send logs elsewhere. */
  private filterStatements(role: Role): PolicyStatement[] {
    // `…-NN` stands for the account's own two digits, which a template cannot cut out of its id. Any other destination stays as it is.
    const joined = Fn.join('-??', Fn.split('-NN', this.destination));
    // As a variable, because cdk-nag reads no text that is joined of a list which a function gives.
    const destination = Fn.sub(`\${Destination}`, { Destination: joined });
    return [
      new PolicyStatement({
        actions: ['logs:PutSubscriptionFilter'],
        resources: [this.groups, destination],
        conditions: { ArnLike: { 'logs:DestinationArn': destination } },
      }),
      new PolicyStatement({ actions: ['logs:DeleteSubscriptionFilter'], resources: [this.groups] }),
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'logs.amazonaws.com' } },
      }),
    ];
  }

  private callRegularly(fn: Lambda): void {
    const target = new LambdaFunction(fn, { retryAttempts: 2 });
    new Rule(this, 'Regularly', {
      description: 'mtls-watch: looks for logs that are not subscribed yet',
      schedule: Schedule.rate(Duration.minutes(MINUTES_BETWEEN_LOOKS)),
      targets: [target],
    });
    // API Gateway creates the log group of an execution log when it is first needed.
    new Rule(this, 'ExecutionLogMade', {
      description: 'mtls-watch: subscribes a new execution log',
      eventPattern: {
        source: ['aws.logs'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          errorCode: Match.doesNotExist(),
          eventName: ['CreateLogGroup'],
          requestParameters: { logGroupName: Match.prefix('API-Gateway-Execution-Logs_') },
        },
      },
      targets: [target],
    });
  }

  private explain(scope: Construct, resource: string, reason: string): void {
    Validations.of(scope).acknowledge({ id: wildcardFinding(this, resource), reason });
  }
}
