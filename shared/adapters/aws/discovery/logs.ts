/** Log groups with their filters, and the deliveries of vended logs. */

import {
  type CloudWatchLogsClient,
  DescribeAccountPoliciesCommand,
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  DescribeSubscriptionFiltersCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type {
  ConnectionLogDelivery,
  DoorKind,
  FoundDoor,
  FoundFilter,
  FoundLogGroup,
  FoundLogPolicy,
} from '../../../model/account.js';
import { all, type Reader } from './reader.js';

type Client = Pick<CloudWatchLogsClient, 'send'>;

export interface ExecutionLogDelivery {
  readonly destinationArn: string;
  readonly logGroup: string | null;
}

/** The delivery of a stage's execution log; null where it has none. */
export type DeliveryOf = (restApiId: string, stage: string) => ExecutionLogDelivery | null;

/** One delivery of CloudWatch Logs: a source, which is a resource and a log type, joined with a destination. */
export interface FoundDelivery {
  readonly id: string;
  readonly sourceName: string;
  readonly logType: string;
  readonly resourceArns: readonly string[];
  readonly destinationArn: string;
  readonly logGroup: string | null;
  readonly recordFields: readonly string[];
}

const LOG_TYPES: readonly string[] = ['EXECUTION_LOGS', 'CONNECTION_LOGS', 'ALB_CONNECTION_LOGS'];

/**
 * The deliveries of the logs that are read here.
 * @param where of the Region, for messages, where it is another one
 * @returns null where it cannot be told what is delivered
 */
export async function listDeliveries(logs: Client, reader: Reader, where = ''): Promise<FoundDelivery[] | null> {
  const sources = await reader.read(`the delivery sources of CloudWatch Logs${where}`, () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeDeliverySourcesCommand({ nextToken }));
      return { items: page.deliverySources, next: page.nextToken };
    }),
  );
  const read = (sources ?? []).filter(({ logType = '' }) => LOG_TYPES.includes(logType));
  if (sources !== null && read.length === 0) return [];
  const deliveries = await reader.read(`the deliveries of CloudWatch Logs${where}`, () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeDeliveriesCommand({ nextToken }));
      return { items: page.deliveries, next: page.nextToken };
    }),
  );
  if (sources === null || deliveries === null) return null;
  const destinations = await destinationsOf(logs, reader, where);
  return read.flatMap(({ name = '', logType = '', resourceArns = [] }) =>
    deliveries
      .filter(({ deliverySourceName }) => deliverySourceName === name)
      .map(({ id = '', deliveryDestinationArn = '', recordFields = [] }) => {
        const destinationArn = destinations.get(deliveryDestinationArn) ?? deliveryDestinationArn;
        const logGroup = logGroupOf(destinationArn);
        return { id, sourceName: name, logType, resourceArns, destinationArn, logGroup, recordFields };
      }),
  );
}

/**
 * "Create a log delivery for REST API execution logs" (API Gateway developer guide): a source of type `EXECUTION_LOGS` for
 * `arn:…:/restapis/{id}/stages/{stage}`, a destination, and a delivery that joins the two.
 */
export function executionLogDeliveries(deliveries: readonly FoundDelivery[]): DeliveryOf {
  const byStage = new Map<string, ExecutionLogDelivery>();
  for (const { logType, resourceArns, destinationArn, logGroup } of deliveries) {
    if (logType !== 'EXECUTION_LOGS') continue;
    for (const arn of resourceArns) {
      const stage = /^[^/]+\/restapis\/([^/]+\/stages\/[^/]+)$/.exec(arn)?.[1];
      // If there are several, prefer one to a log group, because only that can be subscribed.
      if (
        stage !== undefined &&
        (byStage.get(stage)?.logGroup ?? null) === null &&
        (logGroup !== null || !byStage.has(stage))
      )
        byStage.set(stage, { destinationArn, logGroup });
    }
  }
  return (restApiId, stage) => byStage.get(`${restApiId}/stages/${stage}`) ?? null;
}

const LOG_TYPE_OF: Readonly<Record<DoorKind, string>> = {
  cloudfront: 'CONNECTION_LOGS',
  'load-balancer': 'ALB_CONNECTION_LOGS',
};

/** @param region where the deliveries were made */
export function connectionLogsOf(
  { kind, arn }: Pick<FoundDoor, 'kind' | 'arn'>,
  deliveries: readonly FoundDelivery[],
  region: string,
): ConnectionLogDelivery[] {
  return deliveries
    .filter(({ logType, resourceArns }) => logType === LOG_TYPE_OF[kind] && resourceArns.includes(arn))
    .map(({ id, sourceName, destinationArn, logGroup, recordFields }) => ({
      deliveryId: id,
      sourceName,
      region,
      destinationArn,
      logGroup,
      recordFields,
    }));
}

/**
 * The ARN of the resource behind a delivery destination, by the destination's ARN. Those of other accounts are not
 * listed.
 */
async function destinationsOf(logs: Client, reader: Reader, where: string): Promise<ReadonlyMap<string, string>> {
  const destinations = await reader.read(`the delivery destinations of CloudWatch Logs${where}`, () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeDeliveryDestinationsCommand({ nextToken }));
      return { items: page.deliveryDestinations, next: page.nextToken };
    }),
  );
  return new Map(
    (destinations ?? []).map(({ arn = '', deliveryDestinationConfiguration }) => [
      arn,
      deliveryDestinationConfiguration?.destinationResourceArn ?? arn,
    ]),
  );
}

/** The name in `arn:aws:logs:region:account:log-group:NAME`, with or without `:*`; null for any other ARN. */
export function logGroupOf(arn: string): string | null {
  return /^arn:[^:]*:logs:[^:]*:[^:]*:log-group:([^:]+)/.exec(arn)?.[1] ?? null;
}

/** Null if it is not known whether the group exists. */
export async function lookAtLogGroup(name: string, logs: Client, reader: Reader): Promise<FoundLogGroup | null> {
  // Names are listed in ASCII order, so a group comes before those whose names start with its name.
  const groups = await reader.readDetail(`the log group ${name}`, async () => {
    const page = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name, limit: 50 }));
    return page.logGroups ?? [];
  });
  if (groups === null) return null;
  const group = groups.find(({ logGroupName }) => logGroupName === name);
  if (group === undefined) return { name, exists: false, filters: [], lastEventAt: null };
  const { logGroupClass: logClass, dataProtectionStatus, inheritedProperties = [] } = group;
  const isMasked = dataProtectionStatus === 'ACTIVATED' || inheritedProperties.includes('ACCOUNT_DATA_PROTECTION');
  return {
    name,
    exists: true,
    ...(logClass !== undefined && { logClass }),
    ...(isMasked && { isMasked }),
    // Of another class the filters cannot be asked for: there are none.
    filters: isSubscribable(logClass) ? await filtersOf(name, logs, reader) : [],
    lastEventAt: await lastEvent(name, logs, reader),
  };
}

/** "Log classes" (CloudWatch Logs user guide). */
export function isSubscribable(logClass: string | undefined): boolean {
  return logClass === undefined || logClass === 'STANDARD';
}

async function filtersOf(name: string, logs: Client, reader: Reader): Promise<FoundFilter[] | null> {
  const filters = await reader.readDetail(`the subscription filters of ${name}`, () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName: name, nextToken }));
      return { items: page.subscriptionFilters, next: page.nextToken };
    }),
  );
  return (
    filters?.map(
      ({
        filterName = '',
        filterPattern = '',
        destinationArn = '',
        applyOnTransformedLogs,
        emitSystemFields = [],
      }) => ({
        name: filterName,
        pattern: filterPattern,
        destinationArn,
        ...(applyOnTransformedLogs === true && { isOnTransformed: true as const }),
        ...(emitSystemFields.length > 0 && { systemFields: emitSystemFields }),
      }),
    ) ?? null
  );
}

async function lastEvent(logGroupName: string, logs: Client, reader: Reader): Promise<number | null> {
  return reader.readDetail(`the last event of ${logGroupName}`, async () => {
    const { logStreams } = await logs.send(
      new DescribeLogStreamsCommand({ logGroupName, orderBy: 'LastEventTime', descending: true, limit: 1 }),
    );
    return logStreams?.[0]?.lastEventTimestamp ?? null;
  });
}

const POLICY_TYPES = { METRIC_EXTRACTION_POLICY: 'metric-extraction', RETENTION_POLICY: 'retention' } as const;

/** The account's policies that decide over metrics and retention; null if they may not be read. */
export async function listLogPolicies(logs: Client, reader: Reader): Promise<FoundLogPolicy[] | null> {
  return reader.readDetail("the account's policies of CloudWatch Logs", async () => {
    const found: FoundLogPolicy[] = [];
    for (const policyType of ['METRIC_EXTRACTION_POLICY', 'RETENTION_POLICY'] as const) {
      const policies = await all(async (nextToken) => {
        const page = await logs.send(new DescribeAccountPoliciesCommand({ policyType, nextToken }));
        return { items: page.accountPolicies, next: page.nextToken };
      });
      for (const { policyName: name = '', selectionCriteria: selection = '', policyDocument = '' } of policies)
        found.push({ kind: POLICY_TYPES[policyType], name, selection, document: policyDocument });
    }
    return found;
  });
}
