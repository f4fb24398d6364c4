/** The custom domains with mutual TLS, and what their mappings and routing rules lead to. */

import {
  type ApiGatewayV2Client,
  type DomainName,
  GetApiMappingsCommand,
  GetDomainNamesCommand,
  ListRoutingRulesCommand,
} from '@aws-sdk/client-apigatewayv2';
import { MtlsWatchError } from '../../../base/errors.js';
import { all, type Reader, reasonOf } from './reader.js';

export interface PlainDomain {
  readonly name: string;
  readonly status: string;
  readonly statusMessage: string | null;
  readonly tlsPolicy: string;
  readonly endpointType: string;
  readonly truststoreUri: string;
  readonly versionInUse: string | null;
  readonly warnings: readonly string[];
  readonly routingMode: string;
}

/** Where a domain leads; `stage` is null where the caller's URL names it. */
export interface MappingTarget {
  readonly apiId: string;
  readonly stage: string | null;
}

type Client = Pick<ApiGatewayV2Client, 'send'>;

/**
 * The list of the newer service holds the domains of REST APIs as well, and private ones not, which have no mutual TLS.
 * @throws MtlsWatchError `discovery-failed`
 */
export async function listDomains(v2: Client, only: readonly string[]): Promise<PlainDomain[]> {
  try {
    const domains = await all(async (NextToken) => {
      const page = await v2.send(new GetDomainNamesCommand({ NextToken }));
      return { items: page.Items, next: page.NextToken };
    });
    return domains.flatMap((domain) => plain(domain, only));
  } catch (error) {
    throw new MtlsWatchError(
      'discovery-failed',
      `the custom domains cannot be listed: ${reasonOf(error)}; expected credentials that may apigateway:GET /domainnames`,
      { cause: error },
    );
  }
}

function plain(
  { DomainName: name = '', DomainNameConfigurations, MutualTlsAuthentication, RoutingMode }: DomainName,
  only: readonly string[],
): PlainDomain[] {
  const uri = MutualTlsAuthentication?.TruststoreUri ?? '';
  if (uri === '' || (only.length > 0 && !only.includes(name))) return [];
  // One that is moved between endpoint types has two for a while; mutual TLS goes with the Regional one.
  const configurations = DomainNameConfigurations ?? [];
  const one = configurations.find(({ EndpointType }) => EndpointType === 'REGIONAL') ?? configurations[0] ?? {};
  return [
    {
      name,
      status: one.DomainNameStatus ?? 'UNKNOWN',
      statusMessage: one.DomainNameStatusMessage ?? null,
      tlsPolicy: one.SecurityPolicy ?? 'UNKNOWN',
      endpointType: one.EndpointType ?? 'UNKNOWN',
      truststoreUri: uri,
      versionInUse: MutualTlsAuthentication?.TruststoreVersion || null,
      warnings: MutualTlsAuthentication?.TruststoreWarnings ?? [],
      routingMode: RoutingMode ?? 'API_MAPPING_ONLY',
    },
  ];
}

/** Base path mappings that were made with the older service are on the newer one's list, too. */
export async function targetsOf(
  { name, routingMode }: PlainDomain,
  v2: Client,
  reader: Reader,
): Promise<MappingTarget[]> {
  const mappings = await reader.read(`the API mappings of ${name}`, () =>
    all(async (NextToken) => {
      const page = await v2.send(new GetApiMappingsCommand({ DomainName: name, NextToken }));
      return { items: page.Items, next: page.NextToken };
    }),
  );
  const targets = routingMode === 'ROUTING_RULE_ONLY' ? [] : (mappings ?? []);
  const mapped = targets.map(({ ApiId = '', Stage }) => ({ apiId: ApiId, stage: stageOf(Stage) }));
  if (routingMode === 'API_MAPPING_ONLY') return mapped;
  const rules = await reader.read(`the routing rules of ${name}`, () =>
    all(async (NextToken) => {
      const page = await v2.send(new ListRoutingRulesCommand({ DomainName: name, NextToken }));
      return { items: page.RoutingRules, next: page.NextToken };
    }),
  );
  const routed = (rules ?? []).flatMap(({ Actions = [] }) =>
    Actions.flatMap(({ InvokeApi }) =>
      InvokeApi === undefined ? [] : [{ apiId: InvokeApi.ApiId ?? '', stage: stageOf(InvokeApi.Stage) }],
    ),
  );
  return [...mapped, ...routed];
}

/** A base path mapping may leave the stage out: callers then name it in the path. */
function stageOf(stage: string | undefined): string | null {
  return stage === undefined || stage === '' || stage === '(none)' ? null : stage;
}
