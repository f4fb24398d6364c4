/**
 * Looks at the deployed stack: its outputs, the settings and topics of its functions, who is subscribed, when the sweep last
 * ran; where another account watches, at where this one sends. Changes nothing. Needs `cloudformation:DescribeStacks`,
 * `lambda:GetFunctionConfiguration`, `logs:FilterLogEvents` and `logs:DescribeLogStreams` on the sweep's log group,
 * `sns:ListSubscriptionsByTopic`, and where something is discovered `dynamodb:Query` on the table.
 */

import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import {
  CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type FunctionConfiguration, GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { limits } from '../../base/limits.js';
import { MINUTE_MS } from '../../base/time.js';
import { destinationOf } from '../../config/destination.js';
import { parseConfig } from '../../config/settings.js';
import type { Clock } from '../../ports/index.js';
import type { InventoryStore } from '../../ports/inventory.js';
import type { Coverage, FilterTarget, FoundHeartbeat, FoundTopic, FoundWatch, ReportMail } from '../../ports/watch.js';
import { createDynamoClient } from '../dynamodb/client.js';
import { createDynamoInventory } from '../dynamodb/inventory.js';
import { all, createReader, each, type Reader } from './discovery/reader.js';
import { readStack } from './stack.js';

export interface WatchClients {
  readonly cloudFormation: Pick<CloudFormationClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly inventory: (tableName: string) => Pick<InventoryStore, 'domains'>;
}

export interface WatchNames {
  /** Null for the default names: the stack that watches, or else the one that sends to a central account. */
  readonly stack: string | null;
  /** The ingest function, used instead of the stack's. */
  readonly function: string | null;
  /** The ARN of the central account's destination, used instead of a stack. */
  readonly destination: string | null;
  /** Topics to check in addition to those of the function. */
  readonly topics: readonly string[];
}

export function watchClients(): WatchClients {
  const patient = { maxAttempts: limits.discoveryAttemptsMax };
  return {
    cloudFormation: new CloudFormationClient(patient),
    lambda: new LambdaClient(patient),
    logs: new CloudWatchLogsClient(patient),
    sns: new SNSClient(patient),
    inventory: (tableName) => createDynamoInventory(createDynamoClient(), tableName),
  };
}

/** @returns null if there is no such stack */
export async function findWatch(names: WatchNames, clients: WatchClients, clock: Clock): Promise<FoundWatch | null> {
  const reader = createReader();
  if (names.destination !== null) {
    return sender(names.stack ?? STACKS.sender, { arn: names.destination, roleArn: null }, names, clients, reader);
  }
  const stack = names.function === null ? await stackOf(names.stack, clients, reader) : unread(names.stack);
  if (stack === null) return null;
  const { name: stackName, outputs, destinationArn } = stack;
  if (destinationArn !== undefined) {
    const roleArn = outputs.SenderRoleArn ?? null;
    const target = { arn: destinationOf(destinationArn, roleArn?.split(':')[4] ?? ''), roleArn };
    return sender(stackName, target, names, clients, reader);
  }
  const ingest = await functionOf(names.function ?? outputs.IngestFunctionName, clients, reader);
  const sweep = await functionOf(outputs.SweepFunctionName, clients, reader);
  const variables = ingest?.Environment?.Variables ?? {};
  const coverage = await coverageOf(variables.MTLS_WATCH_CONFIG, reader);
  const set = Object.entries(variables).flatMap(([name, arn]) => (/^(?:CHAT_)?TOPIC_ARN/.test(name) ? [arn] : []));
  const topics = new Set([...set, ...names.topics, ...(outputs.TopicArn === undefined ? [] : [outputs.TopicArn])]);
  return {
    stackName,
    target: ingest?.FunctionArn === undefined ? null : { kind: 'function', arn: ingest.FunctionArn },
    coverage,
    known:
      coverage === null || coverage.discover === null ? null : await knownIn(variables.TABLE_NAME, clients, reader),
    reportMail: await reportMailOf(outputs.ReportFunctionName, clients, reader),
    heartbeat: sweep === null ? null : await heartbeatOf(sweep, clients, reader, clock.now()),
    topics: await each(topics, (arn) => topicOf(arn, clients, reader)),
    unreadable: reader.unreadable,
  };
}

/** For a member account, which sends its logs to a central account: no other part of mtls-watch is in this account. */
async function sender(
  stackName: string,
  target: Omit<Extract<FilterTarget, { readonly kind: 'destination' }>, 'kind'>,
  { topics }: WatchNames,
  clients: WatchClients,
  reader: Reader,
): Promise<FoundWatch> {
  return {
    stackName,
    target: { kind: 'destination', ...target },
    coverage: null,
    known: null,
    reportMail: null,
    heartbeat: null,
    topics: await each(new Set(topics), (arn) => topicOf(arn, clients, reader)),
    unreadable: reader.unreadable,
  };
}

/** The names that `infra/app.ts` uses. */
const STACKS = { watch: 'mtls-watch', sender: 'mtls-watch-member' };

interface DeployedStack {
  readonly name: string;
  readonly outputs: Readonly<Record<string, string | undefined>>;
  /** The destination of its logs, if it is a member's stack. */
  readonly destinationArn: string | undefined;
}

const unread = (name: string | null): DeployedStack => ({
  name: name ?? STACKS.watch,
  outputs: {},
  destinationArn: undefined,
});

/** @returns null if there is none */
async function stackOf(name: string | null, clients: WatchClients, reader: Reader): Promise<DeployedStack | null> {
  for (const one of name === null ? [STACKS.watch, STACKS.sender] : [name]) {
    const stack = await describeStack(one, clients, reader);
    if (stack !== 'none') return stack ?? unread(one);
  }
  return null;
}

/** @returns null if it could not be read */
function describeStack(
  StackName: string,
  { cloudFormation }: WatchClients,
  reader: Reader,
): Promise<DeployedStack | 'none' | null> {
  return reader.read(`the stack ${StackName}`, async () => {
    const stack = await readStack(StackName, cloudFormation);
    if (stack === null) return 'none';
    return { name: StackName, outputs: stack.outputs, destinationArn: stack.parameters.CentralDestinationArn };
  });
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

/** Only the report's function is told the addresses. */
async function reportMailOf(
  name: string | undefined,
  clients: WatchClients,
  reader: Reader,
): Promise<ReportMail | null> {
  const text = (await functionOf(name, clients, reader))?.Environment?.Variables?.REPORT_MAIL;
  if (text === undefined) return null;
  return reader.read('whom the report is mailed to', async () => JSON.parse(text) as ReportMail);
}

async function knownIn(
  tableName: string | undefined,
  { inventory }: WatchClients,
  reader: Reader,
): Promise<FoundWatch['known']> {
  return reader.read('what was discovered', async () => {
    if (tableName === undefined) throw new Error('the function has no variable TABLE_NAME');
    return inventory(tableName).domains();
  });
}

async function heartbeatOf(
  { FunctionName = '', LoggingConfig }: FunctionConfiguration,
  { logs }: WatchClients,
  reader: Reader,
  now: number,
): Promise<FoundHeartbeat | null> {
  const logGroup = LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`;
  const lastEventAt = await reader.read(`the log group ${logGroup}`, async () => {
    // A log group's time of the last event can be an hour late; the events themselves are current.
    const recent = await anEventSince(logGroup, now - limits.heartbeatMinutesMax * MINUTE_MS, logs);
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
    // An empty page may be followed by others.
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
        // `PendingConfirmation` or `Deleted` stands in place of an ARN.
        isConfirmed: SubscriptionArn.startsWith('arn:'),
      })) ?? null,
  };
}
