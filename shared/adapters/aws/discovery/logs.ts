/** Log groups with their filters, and the deliveries of vended execution logs. */

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
import type { FoundFilter, FoundLogGroup, FoundLogPolicy } from '../../../model/account.js';
import { all, type Reader } from './reader.js';

type Client = Pick<CloudWatchLogsClient, 'send'>;

export interface ExecutionLogDelivery {
  readonly destinationArn: string;
  readonly logGroup: string | null;
}

/** The delivery of a stage's execution log; null where it has none. */
export type DeliveryOf = (restApiId: string, stage: string) => ExecutionLogDelivery | null;

/**
 * "Create a log delivery for REST API execution logs" (API Gateway developer guide): a source of type `EXECUTION_LOGS` for
 * `arn:…:/restapis/{id}/stages/{stage}`, a destination, and a delivery that joins the two.
 * @returns null where it cannot be told which stages have one
 */
export async function listDeliveries(logs: Client, reader: Reader): Promise<DeliveryOf | null> {
  const sources = await reader.read('the delivery sources of CloudWatch Logs', () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeDeliverySourcesCommand({ nextToken }));
      return { items: page.deliverySources, next: page.nextToken };
    }),
  );
  const executionLogs = (sources ?? []).filter(({ logType }) => logType === 'EXECUTION_LOGS');
  if (sources !== null && executionLogs.length === 0) return () => null;
  const deliveries = await reader.read('the deliveries of CloudWatch Logs', () =>
    all(async (nextToken) => {
      const page = await logs.send(new DescribeDeliveriesCommand({ nextToken }));
      return { items: page.deliveries, next: page.nextToken };
    }),
  );
  if (sources === null || deliveries === null) return null;
  const destinations = await destinationsOf(logs, reader);
  const byStage = new Map<string, ExecutionLogDelivery>();
  for (const { name, resourceArns = [] } of executionLogs) {
    const found = deliveries
      .filter(({ deliverySourceName }) => deliverySourceName === name)
      .map(({ deliveryDestinationArn = '' }) => {
        const destinationArn = destinations.get(deliveryDestinationArn) ?? deliveryDestinationArn;
        return { destinationArn, logGroup: logGroupOf(destinationArn) };
      });
    // If there are several, prefer one to a log group, because only that can be subscribed.
    const one = found.find(({ logGroup }) => logGroup !== null) ?? found[0];
    for (const arn of resourceArns) {
      const stage = /^[^/]+\/restapis\/([^/]+\/stages\/[^/]+)$/.exec(arn)?.[1];
      if (stage !== undefined && one !== undefined) byStage.set(stage, one);
    }
  }
  return (restApiId, stage) => byStage.get(`${restApiId}/stages/${stage}`) ?? null;
}

/**
 * The ARN of the resource behind a delivery destination, by the destination's ARN. Those of other accounts are not
 * listed.
 */
async function destinationsOf(logs: Client, reader: Reader): Promise<ReadonlyMap<string, string>> {
  const destinations = await reader.read('the delivery destinations of CloudWatch Logs', () =>
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
function isSubscribable(logClass: string | undefined): boolean {
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
