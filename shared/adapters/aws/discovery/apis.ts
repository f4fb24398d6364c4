/**
 * The APIs of the account, and the stages of those with a mapping. REST APIs and all others have different services.
 */

import { type APIGatewayClient, GetRestApisCommand, GetStagesCommand } from '@aws-sdk/client-api-gateway';
import {
  type ApiGatewayV2Client,
  GetApisCommand,
  GetStagesCommand as GetV2StagesCommand,
} from '@aws-sdk/client-apigatewayv2';
import type { ApiKind } from '../../../model/account.js';
import { all, each, type Reader } from './reader.js';

export interface FoundApi {
  readonly id: string;
  readonly name: string;
  readonly kind: ApiKind;
  readonly isDefaultEndpointDisabled: boolean;
  /** Of a REST API that has one of its own. */
  readonly tlsPolicy?: string | undefined;
}

export type Level = 'OFF' | 'ERROR' | 'INFO';

export interface PlainStage {
  readonly name: string;
  /** The level of all methods; `OFF` if API Gateway has no execution log for the API. */
  readonly level: Level;
  readonly accessLog: { readonly destinationArn: string; readonly format: string } | null;
}

export interface ApiClients {
  readonly rest: Pick<APIGatewayClient, 'send'>;
  readonly v2: Pick<ApiGatewayV2Client, 'send'>;
}

/** By id. An API that is absent was deleted, or is in a list that could not be read. */
export async function listApis({ rest, v2 }: ApiClients, reader: Reader): Promise<ReadonlyMap<string, FoundApi>> {
  // Listing all APIs needs fewer calls than reading each one, because a page has 500.
  const restApis = await reader.read('the REST APIs', () =>
    all(async (position) => {
      const page = await rest.send(new GetRestApisCommand({ limit: 500, position }));
      return { items: page.items, next: page.position };
    }),
  );
  const others = await reader.read('the HTTP and WebSocket APIs', () =>
    all(async (NextToken) => {
      const page = await v2.send(new GetApisCommand({ NextToken }));
      return { items: page.Items, next: page.NextToken };
    }),
  );
  const found: FoundApi[] = [
    ...(restApis ?? []).map(({ id = '', name = '', disableExecuteApiEndpoint = false, securityPolicy }) => ({
      id,
      name,
      kind: 'REST' as const,
      isDefaultEndpointDisabled: disableExecuteApiEndpoint,
      ...(securityPolicy !== undefined && { tlsPolicy: securityPolicy }),
    })),
    ...(others ?? []).map(({ ApiId = '', Name = '', ProtocolType, DisableExecuteApiEndpoint = false }) => ({
      id: ApiId,
      name: Name,
      kind: ProtocolType === 'WEBSOCKET' ? ('WEBSOCKET' as const) : ('HTTP' as const),
      isDefaultEndpointDisabled: DisableExecuteApiEndpoint,
    })),
  ];
  return new Map(found.map((api) => [api.id, api]));
}

/** By API id; without those that could not be read. */
export async function listStages(
  apis: Iterable<FoundApi>,
  clients: ApiClients,
  reader: Reader,
): Promise<ReadonlyMap<string, readonly PlainStage[]>> {
  const lists = await each(apis, async ({ id, kind }) => {
    const what = `the stages of API ${id}`;
    const stages = await reader.read(what, () => (kind === 'REST' ? restStages(id, clients) : v2Stages(id, clients)));
    return [id, stages] as const;
  });
  return new Map(lists.flatMap(([id, stages]) => (stages === null ? [] : [[id, stages]])));
}

async function restStages(restApiId: string, { rest }: ApiClients): Promise<PlainStage[]> {
  const { item = [] } = await rest.send(new GetStagesCommand({ restApiId }));
  return item.map(({ stageName = '', methodSettings = {}, accessLogSettings }) => ({
    name: stageName,
    // The setting of a single method does not matter, because a client is refused before its method is evaluated.
    level: levelOf(methodSettings['*/*']?.loggingLevel),
    accessLog: accessLogOf(accessLogSettings?.destinationArn, accessLogSettings?.format),
  }));
}

async function v2Stages(ApiId: string, { v2 }: ApiClients): Promise<PlainStage[]> {
  const stages = await all(async (NextToken) => {
    const page = await v2.send(new GetV2StagesCommand({ ApiId, NextToken }));
    return { items: page.Items, next: page.NextToken };
  });
  return stages.map(({ StageName = '', AccessLogSettings }) => ({
    name: StageName,
    level: 'OFF',
    accessLog: accessLogOf(AccessLogSettings?.DestinationArn, AccessLogSettings?.Format),
  }));
}

function levelOf(level: string | undefined): Level {
  return level === 'ERROR' || level === 'INFO' ? level : 'OFF';
}

function accessLogOf(destinationArn = '', format = ''): PlainStage['accessLog'] {
  return destinationArn === '' ? null : { destinationArn, format };
}
