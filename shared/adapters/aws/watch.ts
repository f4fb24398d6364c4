/**
 * Looks at the deployed stack: its outputs, the settings and topics of its functions, who is subscribed, when the sweep last
 * ran. Changes nothing. Needs `cloudformation:DescribeStacks`, `lambda:GetFunctionConfiguration`, `logs:FilterLogEvents` and
 * `logs:DescribeLogStreams` on the sweep's log group, and `sns:ListSubscriptionsByTopic`.
 */

import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type FunctionConfiguration, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { parseConfig } from '../../config.js';
import type { Coverage, FoundHeartbeat, FoundTopic, FoundWatch } from '../../discovery/model.js';
import { limits } from '../../limits.js';
import type { Clock } from '../../ports/index.js';
import { all, createReader, each, type Reader } from './discovery/reader.js';

export interface WatchClients {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
}

export interface WatchNames {
  readonly stack: string;
  /** The ingest function, in place of a stack's. */
  readonly function: string | null;
  /** Topics besides those that the function is set to. */
  readonly topics: readonly string[];
}

export function watchClients(): WatchClients {
  const patient = { maxAttempts: limits.discoveryAttemptsMax };
  return {
    cloudFormation: new CloudFormationClient(patient),
    lambda: new LambdaClient(patient),
    logs: new CloudWatchLogsClient(patient),
    sns: new SNSClient(patient),
  };
}

/** @returns null where there is no such stack */
export async function findWatch(names: WatchNames, clients: WatchClients, clock: Clock): Promise<FoundWatch | null> {
  const reader = createReader();
  const outputs = names.function === null ? await outputsOf(names.stack, clients, reader) : {};
  if (outputs === 'none') return null;
  const ingest = await functionOf(names.function ?? outputs.IngestFunctionName, clients, reader);
  const sweep = await functionOf(outputs.SweepFunctionName, clients, reader);
  const variables = ingest?.Environment?.Variables ?? {};
  const set = Object.entries(variables).flatMap(([name, arn]) => (/^(?:CHAT_)?TOPIC_ARN/.test(name) ? [arn] : []));
  const topics = new Set([...set, ...names.topics, ...(outputs.TopicArn === undefined ? [] : [outputs.TopicArn])]);
  return {
    ingestArn: ingest?.FunctionArn ?? null,
    coverage: await coverageOf(variables.MTLS_WATCH_CONFIG, reader),
    heartbeat: sweep === null ? null : await heartbeatOf(sweep, clients, reader, clock.now()),
    topics: await each(topics, (arn) => topicOf(arn, clients, reader)),
    unreadable: reader.unreadable,
  };
}

type Outputs = Readonly<Record<string, string | undefined>>;

async function outputsOf(
  StackName: string,
  { cloudFormation }: WatchClients,
  reader: Reader,
): Promise<Outputs | 'none'> {
  const outputs = await reader.read(`the stack ${StackName}`, async () => {
    try {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
      const pairs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue]);
      return Object.fromEntries(pairs) as Outputs;
    } catch (error) {
      // CloudFormation has no error of its own for it.
      if (error instanceof Error && error.message.includes('does not exist')) return 'none';
      throw error;
    }
  });
  return outputs ?? {};
}

async function functionOf(
  FunctionName: string | undefined,
  { lambda }: WatchClients,
  reader: Reader,
): Promise<FunctionConfiguration | null> {
  if (FunctionName === undefined) return null;
  return reader.read(`the function ${FunctionName}`, () =>
    lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
  );
}

async function coverageOf(text: string | undefined, reader: Reader): Promise<Coverage | null> {
  if (text === undefined) return null;
  return reader.read('the settings of the deployed functions', async () =>
    parseConfig(JSON.parse(text), 'the variable MTLS_WATCH_CONFIG'),
  );
}

async function heartbeatOf(
  { FunctionName = '', LoggingConfig }: FunctionConfiguration,
  { logs }: WatchClients,
  reader: Reader,
  now: number,
): Promise<FoundHeartbeat | null> {
  const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
  const lastEventAt = await reader.read(`the log group ${logGroup}`, async () => {
    // What a log group says of its last event can be an hour late; the events themselves are not.
    const recent = await anEventSince(logGroup, now - limits.heartbeatMinutesMax * 60_000, logs);
    if (recent !== null) return { at: recent };
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName: logGroup, orderBy: 'LastEventTime', descending: true, limit: 1 }),
    );
    return { at: logStreams?.[0]?.lastEventTimestamp ?? null };
  });
  return lastEventAt && { logGroup, lastEventAt: lastEventAt.at };
}

async function anEventSince(
  logGroupName: string,
  startTime: number,
  logs: WatchClients['logs'],
): Promise<number | null> {
  let nextToken: string | undefined;
  for (let pages = 0; pages < limits.discoveryPagesMax; pages++) {
    // A page may be empty and still have a successor.
    const page = await logs.send(new FilterLogEventsCommand({ logGroupName, startTime, limit: 1, nextToken }));
    const at = page.events?.[0]?.timestamp;
    if (at !== undefined) return at;
    nextToken = page.nextToken;
    if (nextToken === undefined) return null;
  }
  return null;
}

async function topicOf(arn: string, { sns }: WatchClients, reader: Reader): Promise<FoundTopic> {
  const subscriptions = await reader.read(`the subscriptions of ${arn}`, () =>
    all(async (NextToken) => {
      const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: arn, NextToken }));
      return { items: page.Subscriptions, next: page.NextToken };
    }),
  );
  return {
    arn,
    subscriptions:
      subscriptions?.map(({ Protocol = '', Endpoint = '', SubscriptionArn = '' }) => ({
        protocol: Protocol,
        endpoint: Endpoint,
        // `PendingConfirmation` and `Deleted` stand there in place of an ARN.
        isConfirmed: SubscriptionArn.startsWith('arn:'),
      })) ?? null,
  };
}
