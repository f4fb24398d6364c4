/** The custom domains with mutual TLS, and the targets of their mappings and routing rules. */

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

/** The target of a mapping; `stage` is null if the caller's URL contains it. */
export interface MappingTarget {
  readonly apiId: string;
  readonly stage: string | null;
}

type Client = Pick<ApiGatewayV2Client, 'send'>;

/**
 * The list of the newer service also contains the domains of REST APIs. It does not contain private domains, which do
 * not support mutual TLS.
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
  // A domain that is being moved between endpoint types has two configurations; mutual TLS belongs to the Regional one.
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

/** The newer service also lists base path mappings that were created with the older one. */
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

/** A base path mapping may have no stage; callers then give it in the path. */
function stageOf(stage: string | undefined): string | null {
  return stage === undefined || stage === '' || stage === '(none)' ? null : stage;
}
