/**
 * Looks at one account and Region through the APIs of API Gateway, CloudWatch Logs, S3 and STS, and changes nothing. Needs
 * `apigateway:GET`, `logs:DescribeLogGroups`, `logs:DescribeLogStreams`, `logs:DescribeSubscriptionFilters`,
 * `logs:DescribeDeliveries`, `logs:DescribeDeliverySources`, `logs:DescribeDeliveryDestinations` (for CloudFront in us-east-1),
 * `logs:DescribeAccountPolicies`, `cloudfront:ListDistributions`, `elasticloadbalancing:DescribeLoadBalancers` and
 * `DescribeListeners`, `s3:GetBucketVersioning` and `s3:GetObject` on the truststores. What it may not see is noted, and the
 * rest is found all the same.
 */

import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudFrontClient } from '@aws-sdk/client-cloudfront';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { MtlsWatchError } from '../../../base/errors.js';
import { once } from '../../../base/lazily.js';
import { limits } from '../../../base/limits.js';
import { CLOUDFRONT_REGION, regionOf } from '../../../base/regions.js';
import type {
  ConnectionLogDelivery,
  ExecutionLog,
  FoundDomain,
  FoundDoor,
  FoundLogGroup,
  FoundStage,
} from '../../../model/account.js';
import type { Discovery } from '../../../ports/discovery.js';
import { type ApiClients, type FoundApi, listApis, listStages, type PlainStage } from './apis.js';
import { listDomains, type MappingTarget, type PlainDomain, targetsOf } from './domains.js';
import { type DoorClients, listDoors, type PlainDoor } from './doors.js';
import {
  connectionLogsOf,
  type DeliveryOf,
  executionLogDeliveries,
  type FoundDelivery,
  listDeliveries,
  listLogPolicies,
  logGroupOf,
  lookAtLogGroup,
} from './logs.js';
import { createReader, each, type Reader, reasonOf } from './reader.js';
import { lookAtTruststore, type TruststoreVersions } from './truststores.js';

export interface DiscoveryClients extends ApiClients, DoorClients {
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
  /** CloudWatch Logs in the Region in which CloudFront's deliveries are made. */
  readonly cloudFrontLogs: Pick<CloudWatchLogsClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
}

/** Clients for the Region of the environment, which retry patiently when an account is throttled. */
export function discoveryClients(): DiscoveryClients & { readonly region: () => Promise<string> } {
  const patient = { maxAttempts: limits.discoveryAttemptsMax, retryMode: 'adaptive' };
  const logs = new CloudWatchLogsClient(patient);
  return {
    rest: new APIGatewayClient(patient),
    v2: new ApiGatewayV2Client(patient),
    logs,
    cloudFront: new CloudFrontClient({ ...patient, region: CLOUDFRONT_REGION }),
    cloudFrontLogs: new CloudWatchLogsClient({ ...patient, region: CLOUDFRONT_REGION }),
    elb: new ElasticLoadBalancingV2Client(patient),
    // A truststore may lie in another Region than the domain.
    s3: new S3Client({ ...patient, followRegionRedirects: true }),
    sts: new STSClient({}),
    region: () => logs.config.region(),
  };
}

/** @param say is told what is being read, for progress output */
export function createDiscovery(
  clients: DiscoveryClients,
  region: string,
  say: (what: string) => void = () => {},
): Discovery {
  return {
    find: async (only) => {
      const reader = createReader();
      say('the account');
      const accountId = await accountOf(clients);
      say('the custom domains');
      const domains = await listDomains(clients.v2, only);
      const targets = new Map(
        await each(domains, async (domain) => [domain.name, await targetsOf(domain, clients.v2, reader)] as const),
      );
      say('the APIs behind them');
      const deliveries = once(() => listDeliveries(clients.logs, reader));
      const stages = await lookAtStages([...targets.values()].flat(), clients, reader, deliveries);
      say('the truststores');
      const uris = new Set(domains.map(({ truststoreUri }) => truststoreUri));
      const truststores = new Map(
        await each(uris, async (uri) => [uri, await lookAtTruststore(uri, clients.s3, reader)] as const),
      );
      const found = domains.map((domain) =>
        assemble(domain, targets.get(domain.name) ?? [], stages, truststores.get(domain.truststoreUri)),
      );
      say('the other front doors');
      const doors = await lookAtDoors(await listDoors(clients, only, reader), { clients, region, reader, deliveries });
      say('the log groups');
      return {
        accountId,
        region,
        gatewayLoggingRoleArn: await loggingRole(clients, reader),
        domains: found,
        doors,
        logGroups: await lookAtLogGroups(logGroupNames(found, doors, region), clients, reader),
        logPolicies: await listLogPolicies(clients.logs, reader),
        unreadable: reader.unreadable,
      };
    },
  };
}

async function accountOf({ sts }: DiscoveryClients): Promise<string> {
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    return Account ?? '';
  } catch (error) {
    throw new MtlsWatchError(
      'discovery-failed',
      `AWS does not say whose credentials these are: ${reasonOf(error)}; expected credentials of the account to look at, such as a profile in AWS_PROFILE`,
      { cause: error },
    );
  }
}

async function loggingRole({ rest }: DiscoveryClients, reader: Reader): Promise<string | null> {
  const account = await reader.readDetail("API Gateway's settings of the account", () =>
    rest.send(new GetAccountCommand({})),
  );
  return account === null ? null : (account.cloudwatchRoleArn ?? '');
}

/** Of this Region; read once, and only where something may have one. */
type Deliveries = () => Promise<FoundDelivery[] | null>;

interface DoorSurroundings {
  readonly clients: DiscoveryClients;
  readonly region: string;
  readonly reader: Reader;
  readonly deliveries: Deliveries;
}

async function lookAtDoors(
  doors: readonly PlainDoor[],
  { clients, region, reader, deliveries }: DoorSurroundings,
): Promise<FoundDoor[]> {
  if (doors.length === 0) return [];
  const here = await deliveries();
  const isElsewhere = region !== CLOUDFRONT_REGION && doors.some(({ kind }) => kind === 'cloudfront');
  const there = isElsewhere ? await listDeliveries(clients.cloudFrontLogs, reader, ` in ${CLOUDFRONT_REGION}`) : [];
  return doors.map((door) => {
    const own = door.kind === 'cloudfront' ? [here, there] : [here];
    const isKnown = own.every((one) => one !== null);
    const connectionLogs: ConnectionLogDelivery[] = [
      ...connectionLogsOf(door, here ?? [], region),
      ...(door.kind === 'cloudfront' ? connectionLogsOf(door, there ?? [], CLOUDFRONT_REGION) : []),
    ];
    return { ...door, connectionLogs: isKnown ? connectionLogs : null };
  });
}

type StagesByApi = ReadonlyMap<string, readonly FoundStage[]>;

/** Reads every stage of the mapped APIs. */
async function lookAtStages(
  targets: readonly MappingTarget[],
  clients: DiscoveryClients,
  reader: Reader,
  deliveries: Deliveries,
): Promise<StagesByApi> {
  const ids = new Set(targets.map(({ apiId }) => apiId));
  if (ids.size === 0) return new Map();
  const apis = await listApis(clients, reader);
  const mapped = [...ids].flatMap((id) => apis.get(id) ?? []);
  for (const id of ids) {
    if (apis.has(id)) continue;
    await reader.read(`the API ${id}`, () => Promise.reject(new Error('a domain leads to it and no list has it')));
  }
  const stages = await listStages(mapped, clients, reader);
  const hasRest = mapped.some(({ kind }) => kind === 'REST');
  const delivered = hasRest ? await deliveries() : null;
  const deliveryOf = delivered === null ? null : executionLogDeliveries(delivered);
  return new Map(
    mapped.map((api) => [api.id, (stages.get(api.id) ?? []).map((stage) => stageOf(api, stage, deliveryOf))]),
  );
}

function stageOf(api: FoundApi, { name, level, accessLog }: PlainStage, deliveryOf: DeliveryOf | null): FoundStage {
  return {
    apiId: api.id,
    apiName: api.name,
    kind: api.kind,
    stage: name,
    isDefaultEndpointDisabled: api.isDefaultEndpointDisabled,
    ...(api.tlsPolicy !== undefined && { apiTlsPolicy: api.tlsPolicy }),
    executionLog: api.kind === 'REST' ? executionLogOf(api.id, name, level, deliveryOf) : { kind: 'unsupported' },
    accessLog: accessLog && { ...accessLog, logGroup: logGroupOf(accessLog.destinationArn) },
  };
}

function executionLogOf(
  apiId: string,
  stage: string,
  level: PlainStage['level'],
  deliveryOf: DeliveryOf | null,
): ExecutionLog {
  const delivery = deliveryOf?.(apiId, stage) ?? null;
  if (delivery !== null) return { kind: 'vended', level, ...delivery };
  if (level === 'OFF') return { kind: 'off' };
  // The level says that the log is written, but its destination is not known.
  if (deliveryOf === null) return { kind: 'unknown' };
  return { kind: 'managed', logGroup: `API-Gateway-Execution-Logs_${apiId}/${stage}`, level };
}

function assemble(
  { name, status, statusMessage, tlsPolicy, endpointType, truststoreUri, versionInUse, warnings }: PlainDomain,
  targets: readonly MappingTarget[],
  stages: StagesByApi,
  truststore: TruststoreVersions | undefined,
): FoundDomain {
  const led = targets.flatMap(({ apiId, stage }) =>
    (stages.get(apiId) ?? []).filter((one) => stage === null || one.stage === stage),
  );
  return {
    name,
    status,
    statusMessage,
    tlsPolicy,
    endpointType,
    truststore: {
      uri: truststoreUri,
      versionInUse,
      warnings,
      ...(truststore ?? { isVersioned: null, newestVersion: null }),
    },
    stages: [...new Set(led)],
  };
}

/** A door may write to a log group of another Region, which is not looked at from here. */
function logGroupNames(
  domains: readonly FoundDomain[],
  doors: readonly FoundDoor[],
  region: string,
): ReadonlySet<string> {
  const ofStages = domains.flatMap(({ stages }) =>
    stages.flatMap(({ executionLog, accessLog }) => [
      ...('logGroup' in executionLog && executionLog.logGroup !== null ? [executionLog.logGroup] : []),
      ...(accessLog?.logGroup ? [accessLog.logGroup] : []),
    ]),
  );
  const ofDoors = doors.flatMap(({ connectionLogs }) =>
    (connectionLogs ?? []).flatMap(({ logGroup, destinationArn }) =>
      logGroup === null || regionOf(destinationArn) !== region ? [] : [logGroup],
    ),
  );
  return new Set([...ofStages, ...ofDoors]);
}

async function lookAtLogGroups(
  names: ReadonlySet<string>,
  { logs }: DiscoveryClients,
  reader: Reader,
): Promise<ReadonlyMap<string, FoundLogGroup>> {
  const groups = await each(names, (name) => lookAtLogGroup(name, logs, reader));
  return new Map(groups.flatMap((group) => (group === null ? [] : [[group.name, group]])));
}
