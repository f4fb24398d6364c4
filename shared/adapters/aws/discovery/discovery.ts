/**
 * Looks at one account and Region through the APIs of API Gateway, CloudWatch Logs, S3 and STS, and changes nothing. Needs
 * `apigateway:GET`, `logs:DescribeLogGroups`, `logs:DescribeLogStreams`, `logs:DescribeSubscriptionFilters`,
 * `logs:DescribeDeliveries`, `logs:DescribeDeliverySources`, `logs:DescribeDeliveryDestinations`,
 * `logs:DescribeAccountPolicies`, `s3:GetBucketVersioning` and `s3:GetObject` on the truststores. What it may not see is noted, and the rest is found all the same.
 */

import { APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { MtlsWatchError } from '../../../base/errors.js';
import { limits } from '../../../base/limits.js';
import type { ExecutionLog, FoundDomain, FoundLogGroup, FoundStage } from '../../../model/account.js';
import type { Discovery } from '../../../ports/discovery.js';
import { type ApiClients, type FoundApi, listApis, listStages, type PlainStage } from './apis.js';
import { listDomains, type MappingTarget, type PlainDomain, targetsOf } from './domains.js';
import { type DeliveryOf, listDeliveries, listLogPolicies, logGroupOf, lookAtLogGroup } from './logs.js';
import { createReader, each, type Reader, reasonOf } from './reader.js';
import { lookAtTruststore, type TruststoreVersions } from './truststores.js';

export interface DiscoveryClients extends ApiClients {
  readonly logs: Pick<CloudWatchLogsClient, 'send'>;
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
      const stages = await lookAtStages([...targets.values()].flat(), clients, reader);
      say('the truststores');
      const uris = new Set(domains.map(({ truststoreUri }) => truststoreUri));
      const truststores = new Map(
        await each(uris, async (uri) => [uri, await lookAtTruststore(uri, clients.s3, reader)] as const),
      );
      const found = domains.map((domain) =>
        assemble(domain, targets.get(domain.name) ?? [], stages, truststores.get(domain.truststoreUri)),
      );
      say('the log groups');
      return {
        accountId,
        region,
        gatewayLoggingRoleArn: await loggingRole(clients, reader),
        domains: found,
        logGroups: await lookAtLogGroups(found, clients, reader),
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

type StagesByApi = ReadonlyMap<string, readonly FoundStage[]>;

/** Reads every stage of the mapped APIs. */
async function lookAtStages(
  targets: readonly MappingTarget[],
  clients: DiscoveryClients,
  reader: Reader,
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
  const deliveryOf = hasRest ? await listDeliveries(clients.logs, reader) : null;
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

async function lookAtLogGroups(
  domains: readonly FoundDomain[],
  { logs }: DiscoveryClients,
  reader: Reader,
): Promise<ReadonlyMap<string, FoundLogGroup>> {
  const names = new Set(
    domains.flatMap(({ stages }) =>
      stages.flatMap(({ executionLog, accessLog }) => [
        ...('logGroup' in executionLog && executionLog.logGroup !== null ? [executionLog.logGroup] : []),
        ...(accessLog?.logGroup ? [accessLog.logGroup] : []),
      ]),
    ),
  );
  const groups = await each(names, (name) => lookAtLogGroup(name, logs, reader));
  return new Map(groups.flatMap((group) => (group === null ? [] : [[group.name, group]])));
}
