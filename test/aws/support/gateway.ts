/** Makes APIs, stages and custom domains with mutual TLS on the local AWS, as their owners would. */

import {
  CreateDeploymentCommand,
  CreateResourceCommand,
  CreateRestApiCommand,
  GetResourcesCommand,
  PutIntegrationCommand,
  PutMethodCommand,
  UpdateStageCommand,
} from '@aws-sdk/client-api-gateway';
import {
  CreateApiCommand,
  CreateApiMappingCommand,
  CreateDomainNameCommand,
  CreateStageCommand,
} from '@aws-sdk/client-apigatewayv2';
import {
  CreateDeliveryCommand,
  PutDeliveryDestinationCommand,
  PutDeliverySourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { CreateBucketCommand, PutBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { apiGateway, apiGatewayV2, logs, s3 } from './clients.js';
import { createLogGroup } from './logs.js';

export interface StageSettings {
  readonly level?: 'ERROR' | 'INFO';
  readonly accessLog?: { readonly logGroup: string; readonly format: string };
}

export const logGroupArn = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`;

/** A REST API with these stages. @returns its id */
export async function restApi(
  name: string,
  stages: Readonly<Record<string, StageSettings>>,
  disableExecuteApiEndpoint = true,
): Promise<string> {
  const { id: restApiId = '' } = await apiGateway.send(new CreateRestApiCommand({ name, disableExecuteApiEndpoint }));
  const { items = [] } = await apiGateway.send(new GetResourcesCommand({ restApiId }));
  const { id: resourceId } = await apiGateway.send(
    new CreateResourceCommand({ restApiId, parentId: items[0]?.id, pathPart: 'orders' }),
  );
  const method = { restApiId, resourceId, httpMethod: 'GET' };
  await apiGateway.send(new PutMethodCommand({ ...method, authorizationType: 'NONE' }));
  await apiGateway.send(new PutIntegrationCommand({ ...method, type: 'MOCK' }));
  for (const [stageName, { level, accessLog }] of Object.entries(stages)) {
    await apiGateway.send(new CreateDeploymentCommand({ restApiId, stageName }));
    const patchOperations = [
      ...(level === undefined ? [] : [['/*/*/logging/loglevel', level] as const]),
      ...(accessLog === undefined
        ? []
        : [
            ['/accessLogSettings/destinationArn', logGroupArn(accessLog.logGroup)] as const,
            ['/accessLogSettings/format', accessLog.format] as const,
          ]),
    ].map(([path, value]) => ({ op: 'replace' as const, path, value }));
    if (patchOperations.length > 0) {
      await apiGateway.send(new UpdateStageCommand({ restApiId, stageName, patchOperations }));
    }
  }
  return restApiId;
}

/** An HTTP API with the stage `$default`. @returns its id */
export async function httpApi(name: string, accessLog: NonNullable<StageSettings['accessLog']>): Promise<string> {
  const { ApiId = '' } = await apiGatewayV2.send(
    new CreateApiCommand({ Name: name, ProtocolType: 'HTTP', DisableExecuteApiEndpoint: true }),
  );
  await apiGatewayV2.send(
    new CreateStageCommand({
      ApiId,
      StageName: '$default',
      AutoDeploy: true,
      AccessLogSettings: { DestinationArn: logGroupArn(accessLog.logGroup), Format: accessLog.format },
    }),
  );
  return ApiId;
}

/** Delivers the execution log of a stage to a log group of its own, which it makes. @param name of the delivery */
export async function vendExecutionLog(
  name: string,
  { apiId, stage, logGroup }: { readonly apiId: string; readonly stage: string; readonly logGroup: string },
): Promise<void> {
  await createLogGroup(logGroup);
  await logs.send(
    new PutDeliverySourceCommand({
      name,
      resourceArn: `arn:aws:apigateway:us-east-1::/restapis/${apiId}/stages/${stage}`,
      logType: 'EXECUTION_LOGS',
    }),
  );
  const { deliveryDestination } = await logs.send(
    new PutDeliveryDestinationCommand({
      name,
      deliveryDestinationConfiguration: { destinationResourceArn: logGroupArn(logGroup) },
    }),
  );
  await logs.send(
    new CreateDeliveryCommand({ deliverySourceName: name, deliveryDestinationArn: deliveryDestination?.arn }),
  );
}

export interface DomainSettings {
  readonly truststore: string;
  readonly version?: string;
  readonly tlsPolicy?: 'TLS_1_0' | 'TLS_1_2';
  /** Stages by the path that leads to them. */
  readonly mappings: Readonly<Record<string, { readonly apiId: string; readonly stage: string }>>;
}

export async function mutualTlsDomain(
  DomainName: string,
  { truststore, version, tlsPolicy = 'TLS_1_2', mappings }: DomainSettings,
): Promise<void> {
  await apiGatewayV2.send(
    new CreateDomainNameCommand({
      DomainName,
      DomainNameConfigurations: [
        {
          CertificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555',
          EndpointType: 'REGIONAL',
          SecurityPolicy: tlsPolicy,
        },
      ],
      MutualTlsAuthentication: { TruststoreUri: truststore, TruststoreVersion: version },
    }),
  );
  for (const [ApiMappingKey, { apiId, stage }] of Object.entries(mappings)) {
    await apiGatewayV2.send(new CreateApiMappingCommand({ DomainName, ApiMappingKey, ApiId: apiId, Stage: stage }));
  }
}

/** @returns the versions of the truststore, in the order of the texts; undefined where the bucket has none */
export async function truststore(
  Bucket: string,
  texts: readonly string[],
  isVersioned = true,
): Promise<(string | undefined)[]> {
  await s3.send(new CreateBucketCommand({ Bucket }));
  if (isVersioned) {
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  }
  const versions: (string | undefined)[] = [];
  for (const Body of texts) {
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket, Key: 'truststore.pem', Body }));
    versions.push(VersionId);
  }
  return versions;
}
