/** What the adapters make of AWS's answers: lists of many pages, refusals, and the less usual ways to set things up. */

import { describe, expect, it } from 'vitest';
import { createDiscovery, type DiscoveryClients } from '../../shared/adapters/aws/discovery/discovery.js';
import { findWatch, type WatchClients } from '../../shared/adapters/aws/watch.js';
import type { FoundAccount } from '../../shared/model/account.js';
import type { FoundWatch } from '../../shared/ports/watch.js';
import { NOW } from '../support/found.js';

type Input = Readonly<Record<string, unknown>>;
/** The answers by command; one that is missing is refused. */
type Answers = Readonly<Record<string, (input: Input) => unknown>>;

class AccessDeniedException extends Error {
  override readonly name = 'AccessDeniedException';
}

interface Client {
  readonly asked: string[];
  send(command: { constructor: { name: string }; input: Input }): Promise<never>;
}

function clientOf(answers: Answers): Client {
  const asked: string[] = [];
  return {
    asked,
    send: async (command) => {
      const name = command.constructor.name.replace(/Command$/, '');
      asked.push(name);
      const answer = answers[name];
      if (answer === undefined) throw new AccessDeniedException(`not authorized to perform ${name}`);
      return answer(command.input) as never;
    },
  };
}

const arn = (name: string) => `arn:aws:logs:eu-west-1:1:log-group:${name}:*`;
const stages = [
  {
    stageName: 'prod',
    methodSettings: { '*/*': { loggingLevel: 'INFO' } },
    accessLogSettings: { destinationArn: arn('/access'), format: '{}' },
  },
  { stageName: 'beta', methodSettings: { 'orders/GET': { loggingLevel: 'INFO' } }, accessLogSettings: {} },
];

const usual: Answers = {
  GetCallerIdentity: () => ({ Account: '123456789012' }),
  GetAccount: () => ({ cloudwatchRoleArn: 'arn:aws:iam::1:role/logs' }),
  GetDomainNames: () => ({
    Items: [
      { DomainName: 'plain.example', DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }] },
      {
        DomainName: 'orders.example',
        DomainNameConfigurations: [
          { EndpointType: 'EDGE', DomainNameStatus: 'UPDATING', SecurityPolicy: 'TLS_1_0' },
          { EndpointType: 'REGIONAL', DomainNameStatus: 'AVAILABLE', SecurityPolicy: 'TLS_1_2' },
        ],
        MutualTlsAuthentication: {
          TruststoreUri: 's3://bucket/a/b.pem',
          TruststoreVersion: 'v1',
          TruststoreWarnings: ['expired'],
        },
      },
    ],
  }),
  GetApiMappings: () => ({ Items: [{ ApiId: 'rest1', Stage: 'prod' }] }),
  GetRestApis: () => ({ items: [{ id: 'rest1', name: 'orders', disableExecuteApiEndpoint: true }] }),
  GetApis: () => ({ Items: [{ ApiId: 'http1', Name: 'quotes', ProtocolType: 'HTTP' }] }),
  GetStages: ({ ApiId }) =>
    ApiId === undefined
      ? { item: stages }
      : { Items: [{ StageName: '$default', AccessLogSettings: { DestinationArn: arn('/quotes'), Format: 'x' } }] },
  ListDistributions: () => ({ DistributionList: {} }),
  DescribeLoadBalancers: () => ({}),
  DescribeDeliverySources: () => ({}),
  DescribeDeliveries: () => ({}),
  DescribeDeliveryDestinations: () => ({}),
  DescribeLogGroups: ({ logGroupNamePrefix }) => ({ logGroups: [{ logGroupName: logGroupNamePrefix }] }),
  DescribeSubscriptionFilters: () => ({
    subscriptionFilters: [{ filterName: 'audit', filterPattern: '', destinationArn: 'arn:x' }],
  }),
  DescribeAccountPolicies: () => ({ accountPolicies: [] }),
  DescribeLogStreams: () => ({ logStreams: [{ lastEventTimestamp: NOW }] }),
  GetBucketVersioning: () => ({ Status: 'Enabled' }),
  HeadObject: () => ({ VersionId: 'v2' }),
};

async function find(
  changes: Partial<Answers> = {},
  only: readonly string[] = [],
): Promise<FoundAccount & { asked: string[] }> {
  const client = clientOf({ ...usual, ...changes } as Answers);
  const clients = {
    rest: client,
    v2: client,
    logs: client,
    cloudFront: client,
    cloudFrontLogs: client,
    elb: client,
    s3: client,
    sts: client,
  } as unknown as DiscoveryClients;
  const found = await createDiscovery(clients, 'eu-west-1').find(only);
  return { ...found, asked: client.asked };
}

/** The pages of a list, one item each, by whatever the token is called. */
const paged =
  (items: readonly unknown[], list: string, token: string): ((input: Input) => unknown) =>
  (input) => {
    const at = Number(input[token] ?? 0);
    return { [list]: items.slice(at, at + 1), [token]: at + 1 < items.length ? String(at + 1) : undefined };
  };

const BALANCER = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/partners/0123456789abcdef';
const DISTRIBUTION = 'arn:aws:cloudfront::1:distribution/E2DX1SLDPK0123';
const trusted = { TrustStoreConfig: { TrustStoreId: 'ts' } };

/** Distributions and load balancers that verify, that pass through and that do neither, and the deliveries of two logs. */
const withDoors: Answers = {
  ListDistributions: ({ Marker }) => {
    const all = [
      { Id: 'E1', ARN: 'arn:1', DomainName: 'd1.cloudfront.net' },
      {
        Id: 'E3',
        ARN: 'arn:3',
        DomainName: 'd3.cloudfront.net',
        ViewerMtlsConfig: { Mode: 'passthrough', ...trusted },
      },
      {
        Id: 'E2DX1SLDPK0123',
        ARN: DISTRIBUTION,
        DomainName: 'd2.cloudfront.net',
        Aliases: { Quantity: 1, Items: ['partners.example'] },
        ViewerMtlsConfig: { Mode: 'optional', ...trusted },
      },
      { Id: 'E4', ARN: 'arn:4', DomainName: 'd4.cloudfront.net', ViewerMtlsConfig: trusted },
    ];
    const at = Number(Marker ?? 0);
    return {
      DistributionList: { Items: all.slice(at, at + 1), NextMarker: at + 1 < all.length ? String(at + 1) : undefined },
    };
  },
  DescribeLoadBalancers: () => ({
    LoadBalancers: [
      { Type: 'network', LoadBalancerArn: 'arn:nlb', LoadBalancerName: 'nlb' },
      { Type: 'application', LoadBalancerArn: 'arn:plain', LoadBalancerName: 'plain' },
      { Type: 'application', LoadBalancerArn: BALANCER, LoadBalancerName: 'partners', DNSName: 'p.elb.amazonaws.com' },
    ],
  }),
  DescribeListeners: ({ LoadBalancerArn }) => ({
    Listeners:
      LoadBalancerArn === BALANCER
        ? [{ Port: 80 }, { Port: 443, MutualAuthentication: { Mode: 'verify', TrustStoreArn: 'arn:ts' } }]
        : [{ Port: 443, MutualAuthentication: { Mode: 'passthrough' } }, { MutualAuthentication: { Mode: 'off' } }],
  }),
  DescribeDeliverySources: () => ({
    deliverySources: [
      { name: 'cf', logType: 'CONNECTION_LOGS', resourceArns: [DISTRIBUTION] },
      { name: 'access', logType: 'ACCESS_LOGS', resourceArns: [DISTRIBUTION] },
      { name: 'alb', logType: 'ALB_CONNECTION_LOGS', resourceArns: [BALANCER] },
    ],
  }),
  DescribeDeliveries: () => ({
    deliveries: [
      { id: 'd1', deliverySourceName: 'cf', deliveryDestinationArn: 'dest:cf', recordFields: ['connectionStatus'] },
      { id: 'd2', deliverySourceName: 'access', deliveryDestinationArn: 'dest:cf' },
      { id: 'd3', deliverySourceName: 'alb', deliveryDestinationArn: 'dest:alb' },
      { id: 'd4', deliverySourceName: 'alb', deliveryDestinationArn: 'dest:of-another-account' },
    ],
  }),
  DescribeDeliveryDestinations: () => ({
    deliveryDestinations: [
      {
        arn: 'dest:cf',
        deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:logs:us-east-1:1:log-group:/cf:*' },
      },
      { arn: 'dest:alb', deliveryDestinationConfiguration: { destinationResourceArn: arn('/alb') } },
    ],
  }),
};

describe('discovery', () => {
  it('finds a domain, its truststore, its stage and its logs', async () => {
    const { asked: _, ...found } = await find();
    expect(found).toEqual({
      accountId: '123456789012',
      region: 'eu-west-1',
      gatewayLoggingRoleArn: 'arn:aws:iam::1:role/logs',
      domains: [
        {
          name: 'orders.example',
          status: 'AVAILABLE',
          statusMessage: null,
          tlsPolicy: 'TLS_1_2',
          endpointType: 'REGIONAL',
          truststore: {
            uri: 's3://bucket/a/b.pem',
            versionInUse: 'v1',
            isVersioned: true,
            newestVersion: 'v2',
            warnings: ['expired'],
          },
          stages: [
            {
              apiId: 'rest1',
              apiName: 'orders',
              kind: 'REST',
              stage: 'prod',
              isDefaultEndpointDisabled: true,
              executionLog: { kind: 'managed', logGroup: 'API-Gateway-Execution-Logs_rest1/prod', level: 'INFO' },
              accessLog: { destinationArn: arn('/access'), logGroup: '/access', format: '{}' },
            },
          ],
        },
      ],
      doors: [],
      logGroups: new Map(
        ['API-Gateway-Execution-Logs_rest1/prod', '/access'].map((name) => [
          name,
          { name, exists: true, filters: [{ name: 'audit', pattern: '', destinationArn: 'arn:x' }], lastEventAt: NOW },
        ]),
      ),
      logPolicies: [],
      unreadable: [],
    } satisfies FoundAccount);
  });

  it('finds the distributions and load balancers that verify, with the deliveries of their connection logs', async () => {
    const { doors, logGroups, unreadable } = await find(withDoors);
    const noLog = { deliveryId: 'd4', sourceName: 'alb', region: 'eu-west-1', logGroup: null, recordFields: [] };
    expect(doors).toEqual([
      {
        kind: 'cloudfront',
        id: 'E2DX1SLDPK0123',
        arn: DISTRIBUTION,
        name: 'partners.example',
        hosts: ['partners.example', 'd2.cloudfront.net'],
        connectionLogs: ['eu-west-1', 'us-east-1'].map((region) => ({
          deliveryId: 'd1',
          sourceName: 'cf',
          region,
          destinationArn: 'arn:aws:logs:us-east-1:1:log-group:/cf:*',
          logGroup: '/cf',
          recordFields: ['connectionStatus'],
        })),
      },
      { kind: 'cloudfront', id: 'E4', arn: 'arn:4', name: 'E4', hosts: ['d4.cloudfront.net'], connectionLogs: [] },
      {
        kind: 'load-balancer',
        id: 'partners',
        arn: BALANCER,
        name: 'partners',
        hosts: ['p.elb.amazonaws.com'],
        connectionLogs: [
          { ...noLog, deliveryId: 'd3', destinationArn: arn('/alb'), logGroup: '/alb' },
          { ...noLog, destinationArn: 'dest:of-another-account' },
        ],
      },
    ]);
    // The distribution's log group is in another Region, where a group of the same name here says nothing.
    expect([...logGroups.keys()]).toEqual(['API-Gateway-Execution-Logs_rest1/prod', '/access', '/alb']);
    expect(unreadable).toEqual([]);
  });

  it('says which doors and deliveries may not be read, and finds the rest', async () => {
    const { doors, unreadable } = await find({ ...withDoors, DescribeDeliveries: undefined as never });
    expect(doors.map(({ connectionLogs }) => connectionLogs)).toEqual([null, null, null]);
    expect(unreadable.map(({ what }) => what)).toEqual([
      'the deliveries of CloudWatch Logs',
      'the deliveries of CloudWatch Logs in us-east-1',
    ]);
    const blind = await find({ ...withDoors, ListDistributions: undefined, DescribeListeners: undefined } as never);
    expect(blind.doors).toEqual([]);
    expect(blind.unreadable.map(({ what }) => what)).toEqual([
      'the CloudFront distributions',
      'the listeners of the load balancer plain',
      'the listeners of the load balancer partners',
    ]);
  });

  it('looks at a door by any of its names, and asks for no delivery where there is none', async () => {
    for (const name of ['partners.example', 'd2.cloudfront.net', 'E2DX1SLDPK0123'])
      expect((await find(withDoors, [name])).doors.map(({ id }) => id)).toEqual(['E2DX1SLDPK0123']);
    expect((await find(withDoors, ['p.elb.amazonaws.com'])).doors.map(({ id }) => id)).toEqual(['partners']);
    const { asked } = await find({}, ['nowhere.example']);
    expect(asked).not.toContain('DescribeDeliverySources');
  });

  it('finds what changes a log on its way: transformers, data protection of the group or the account, system fields', async () => {
    const { logGroups } = await find({
      DescribeLogGroups: ({ logGroupNamePrefix: logGroupName }) => ({
        logGroups: [
          logGroupName === '/access'
            ? { logGroupName, dataProtectionStatus: 'ACTIVATED' }
            : {
                logGroupName,
                dataProtectionStatus: 'DISABLED',
                inheritedProperties: ['ACCOUNT_DATA_PROTECTION'],
              },
        ],
      }),
      DescribeSubscriptionFilters: () => ({
        subscriptionFilters: [
          { filterName: 'a', applyOnTransformedLogs: true, emitSystemFields: ['@aws.account'] },
          { filterName: 'b', applyOnTransformedLogs: false },
        ],
      }),
    });
    expect([...logGroups.values()].map(({ isMasked }) => isMasked)).toEqual([true, true]);
    expect(logGroups.get('/access')?.filters).toEqual([
      { name: 'a', pattern: '', destinationArn: '', isOnTransformed: true, systemFields: ['@aws.account'] },
      { name: 'b', pattern: '', destinationArn: '' },
    ]);
    const plain = await find({
      DescribeLogGroups: ({ logGroupNamePrefix: logGroupName }) => ({
        logGroups: [{ logGroupName, dataProtectionStatus: 'DELETED' }],
      }),
    });
    expect(plain.logGroups.get('/access')).not.toHaveProperty('isMasked');
  });

  it("reads the account's log policies of both kinds, page by page; one that may not be read makes them unknown", async () => {
    const policies = {
      METRIC_EXTRACTION_POLICY: [{ policyName: 'quiet', policyDocument: '{}', selectionCriteria: 'x' }],
      RETENTION_POLICY: [{ policyName: 'short', policyDocument: '{"retentionInDays":30}' }, { policyName: 'long' }],
    };
    const { logPolicies } = await find({
      DescribeAccountPolicies: (input) =>
        paged(policies[input.policyType as keyof typeof policies], 'accountPolicies', 'nextToken')(input),
    });
    expect(logPolicies).toEqual([
      { kind: 'metric-extraction', name: 'quiet', selection: 'x', document: '{}' },
      { kind: 'retention', name: 'short', selection: '', document: '{"retentionInDays":30}' },
      { kind: 'retention', name: 'long', selection: '', document: '' },
    ]);
    const refused = await find({ DescribeAccountPolicies: undefined });
    expect(refused.logPolicies).toBeNull();
    expect(refused.unreadable).toEqual([
      expect.objectContaining({ what: "the account's policies of CloudWatch Logs", isDetail: true }) as object,
    ]);
  });

  it('reads every page of every list', async () => {
    const uri = { TruststoreUri: 's3://bucket/x.pem' };
    const domains = ['a', 'b', 'c'].map((DomainName) => ({ DomainName, MutualTlsAuthentication: uri }));
    const found = await find({
      GetDomainNames: paged(domains, 'Items', 'NextToken'),
      GetApiMappings: paged(
        [
          { ApiId: 'rest2', Stage: 'prod' },
          { ApiId: 'http2', Stage: '$default' },
        ],
        'Items',
        'NextToken',
      ),
      GetRestApis: paged([{ id: 'rest1' }, { id: 'rest2', name: 'second' }], 'items', 'position'),
      GetApis: paged([{ ApiId: 'http1' }, { ApiId: 'http2', ProtocolType: 'HTTP' }], 'Items', 'NextToken'),
      DescribeSubscriptionFilters: paged(
        [{ filterName: 'one' }, { filterName: 'two' }],
        'subscriptionFilters',
        'nextToken',
      ),
    });
    expect(found.domains.map(({ name, stages }) => [name, stages.map(({ apiId }) => apiId)])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, ['rest2', 'http2']]),
    );
    expect(found.logGroups.get('/access')?.filters?.map(({ name }) => name)).toEqual(['one', 'two']);
    // What several share is asked for once.
    expect(found.asked.filter((name) => name === 'GetStages')).toHaveLength(2);
    expect(found.asked.filter((name) => name === 'HeadObject')).toHaveLength(1);
  });

  it('stops at a list without an end', async () => {
    const { unreadable } = await find({ GetApiMappings: () => ({ Items: [], NextToken: 'again' }) });
    expect(unreadable).toEqual([
      { what: 'the API mappings of orders.example', why: expect.stringContaining('more than 200 pages') as string },
    ]);
  });

  it('looks at the domains that it is asked about', async () => {
    const MutualTlsAuthentication = { TruststoreUri: 's3://bucket/x.pem' };
    const Items = ['a', 'b'].map((DomainName) => ({ DomainName, MutualTlsAuthentication }));
    const { domains } = await find({ GetDomainNames: () => ({ Items }) }, ['b', 'c']);
    expect(domains.map(({ name }) => name)).toEqual(['b']);
  });

  it.each([undefined, '', '(none)'])(
    'takes a mapping without a stage (%s) for all stages, each once',
    async (Stage) => {
      const Items = [
        { ApiId: 'rest1', Stage },
        { ApiId: 'rest1', Stage: 'beta' },
      ];
      const { domains } = await find({ GetApiMappings: () => ({ Items }) });
      expect(domains[0]?.stages.map(({ stage, executionLog }) => [stage, executionLog.kind])).toEqual([
        ['prod', 'managed'],
        ['beta', 'off'],
      ]);
    },
  );

  it('follows routing rules where a domain has them, with the mappings or without', async () => {
    const rules = { RoutingRules: [{ Actions: [{ InvokeApi: { ApiId: 'rest1', Stage: 'beta' } }] }] };
    for (const [RoutingMode, expected] of [
      ['ROUTING_RULE_ONLY', ['beta']],
      ['ROUTING_RULE_THEN_API_MAPPING', ['prod', 'beta']],
      ['API_MAPPING_ONLY', ['prod']],
    ] as const) {
      const MutualTlsAuthentication = { TruststoreUri: 's3://bucket/x.pem' };
      const { domains } = await find({
        GetDomainNames: () => ({ Items: [{ DomainName: 'a', RoutingMode, MutualTlsAuthentication }] }),
        ListRoutingRules: () => rules,
      });
      expect(domains[0]?.stages.map(({ stage }) => stage)).toEqual(expected);
    }
  });

  describe('of a vended execution log', () => {
    const source = (region: string) => ({
      name: 'orders',
      logType: 'EXECUTION_LOGS',
      resourceArns: [`arn:aws:apigateway:${region}:/restapis/rest1/stages/prod`],
    });
    const to = (...arns: string[]) => ({
      DescribeDeliveries: () => ({
        deliveries: arns.map((deliveryDestinationArn) => ({ deliverySourceName: 'orders', deliveryDestinationArn })),
      }),
      DescribeDeliveryDestinations: () => ({
        deliveryDestinations: [
          { arn: 'dest:s3', deliveryDestinationConfiguration: { destinationResourceArn: 'arn:aws:s3:::logs' } },
          { arn: 'dest:logs', deliveryDestinationConfiguration: { destinationResourceArn: arn('/mine') } },
        ],
      }),
    });
    const logOf = async (changes: Partial<Answers>) => (await find(changes)).domains[0]?.stages[0]?.executionLog;

    // Both ways to write the stage's ARN occur: with the account and without.
    it.each(['eu-west-1:123456789012', 'eu-west-1:'])('says where it is delivered (%s)', async (region) => {
      const DescribeDeliverySources = () => ({ deliverySources: [source(region)] });
      expect(await logOf({ DescribeDeliverySources, ...to('dest:logs') })).toEqual({
        kind: 'vended',
        logGroup: '/mine',
        destinationArn: arn('/mine'),
        level: 'INFO',
      });
    });

    const DescribeDeliverySources = () => ({ deliverySources: [source('eu-west-1:1')] });
    it('prefers a log group to other places', async () => {
      expect(await logOf({ DescribeDeliverySources, ...to('dest:s3', 'dest:logs') })).toMatchObject({
        logGroup: '/mine',
      });
      expect(await logOf({ DescribeDeliverySources, ...to('dest:s3') })).toMatchObject({
        logGroup: null,
        destinationArn: 'arn:aws:s3:::logs',
      });
      expect(await logOf({ DescribeDeliverySources, ...to('dest:elsewhere') })).toMatchObject({
        logGroup: null,
        destinationArn: 'dest:elsewhere',
      });
    });

    it('knows a source that nothing delivers, another stage, and another kind of log', async () => {
      expect(await logOf({ DescribeDeliverySources, ...to() })).toMatchObject({ kind: 'managed' });
      const other = {
        ...source('eu-west-1:1'),
        resourceArns: ['arn:aws:apigateway:x:1:/restapis/rest1/stages/production'],
      };
      expect(
        await logOf({ DescribeDeliverySources: () => ({ deliverySources: [other] }), ...to('dest:logs') }),
      ).toMatchObject({ kind: 'managed' });
      const access = { ...source('eu-west-1:1'), logType: 'ACCESS_LOGS' };
      expect(
        await logOf({ DescribeDeliverySources: () => ({ deliverySources: [access] }), ...to('dest:logs') }),
      ).toMatchObject({ kind: 'managed' });
    });

    it.each(['DescribeDeliverySources', 'DescribeDeliveries'])('does not guess without %s', async (refused) => {
      expect(await logOf({ DescribeDeliverySources, ...to('dest:logs'), [refused]: undefined })).toEqual({
        kind: 'unknown',
      });
    });
  });

  /** What a refusal leaves unknown, and what it must not touch. */
  it.each<[refused: string, what: string, see: (found: FoundAccount) => unknown, expected: unknown]>([
    ['GetAccount', "API Gateway's settings of the account", ({ gatewayLoggingRoleArn }) => gatewayLoggingRoleArn, null],
    ['GetApiMappings', 'the API mappings of orders.example', ({ domains }) => domains[0]?.stages, []],
    ['GetStages', 'the stages of API rest1', ({ domains }) => domains[0]?.stages, []],
    ['GetApis', 'the HTTP and WebSocket APIs', ({ domains }) => domains[0]?.stages.length, 1],
    ['DescribeLogGroups', 'the log group /access', ({ logGroups }) => logGroups.size, 0],
    [
      'DescribeSubscriptionFilters',
      'the subscription filters of /access',
      ({ logGroups }) => logGroups.get('/access'),
      { name: '/access', exists: true, filters: null, lastEventAt: NOW },
    ],
    ['DescribeLogStreams', 'the last event of /access', ({ logGroups }) => logGroups.get('/access')?.lastEventAt, null],
    [
      'GetBucketVersioning',
      'the versioning of the bucket of s3://bucket/a/b.pem',
      ({ domains }) => domains[0]?.truststore,
      { uri: 's3://bucket/a/b.pem', versionInUse: 'v1', isVersioned: null, newestVersion: 'v2', warnings: ['expired'] },
    ],
    ['HeadObject', 'the truststore s3://bucket/a/b.pem', ({ domains }) => domains[0]?.truststore.newestVersion, null],
  ])('without %s notes %s, and finds the rest', async (refused, what, see, expected) => {
    const found = await find({ [refused]: undefined });
    expect(see(found)).toEqual(expected);
    const why = `AccessDeniedException: not authorized to perform ${refused}`;
    // A stage or a log can only hide behind what lists them.
    const lists = ['GetApiMappings', 'GetStages', 'GetApis'].includes(refused);
    expect(found.unreadable).toContainEqual(lists ? { what, why } : { what, why, isDetail: true });
    expect(found.unreadable.every((one) => one.why === why)).toBe(true);
    expect(found.domains.map(({ name }) => name)).toEqual(['orders.example']);
  });

  it('knows the security policy that an API has of its own', async () => {
    const securityPolicy = 'SecurityPolicy_TLS13_1_3_2025_09';
    const { domains } = await find({
      GetRestApis: () => ({ items: [{ id: 'rest1', name: 'orders', securityPolicy }] }),
    });
    expect(domains[0]?.stages[0]?.apiTlsPolicy).toBe(securityPolicy);
  });

  it('notes an API that no list has', async () => {
    const { unreadable, domains } = await find({ GetRestApis: () => ({ items: [] }) });
    expect(domains[0]?.stages).toEqual([]);
    expect(unreadable.map(({ what }) => what)).toEqual(['the API rest1']);
  });

  it.each(['GetCallerIdentity', 'GetDomainNames'])('has no answer at all without %s', async (refused) => {
    await expect(find({ [refused]: undefined })).rejects.toMatchObject({ code: 'discovery-failed' });
  });

  it('knows a log group from one whose name it begins, and a bucket that was versioned once', async () => {
    const { logGroups, domains } = await find({
      DescribeLogGroups: ({ logGroupNamePrefix }) => ({
        logGroups: [{ logGroupName: `${String(logGroupNamePrefix)}-old` }],
      }),
      GetBucketVersioning: () => ({ Status: 'Suspended' }),
    });
    expect([...logGroups.values()].map(({ exists }) => exists)).toEqual([false, false]);
    expect(domains[0]?.truststore.isVersioned).toBe(false);
  });
});

describe('the deployed stack', () => {
  const settings = { runbooks: { baseUrl: 'https://x.example' }, apisWithoutExecutionLog: ['http1'] };
  const deployed: Answers = {
    DescribeStacks: () => ({
      Stacks: [
        {
          Outputs: [
            { OutputKey: 'IngestFunctionName', OutputValue: 'ingest' },
            { OutputKey: 'SweepFunctionName', OutputValue: 'sweep' },
            { OutputKey: 'TopicArn', OutputValue: 'arn:usual' },
          ],
        },
      ],
    }),
    GetFunctionConfiguration: ({ FunctionName }) => ({
      FunctionName,
      FunctionArn: `arn:${String(FunctionName)}`,
      LoggingConfig: { LogGroup: `/logs/${String(FunctionName)}` },
      Environment: {
        Variables: {
          TOPIC_ARN: 'arn:usual',
          TOPIC_ARN_HIGH: 'arn:high',
          CHAT_TOPIC_ARN: 'arn:chat',
          MTLS_WATCH_CONFIG: JSON.stringify(settings),
        },
      },
    }),
    FilterLogEvents: ({ nextToken, startTime }) =>
      // A page may be empty and have a successor.
      nextToken === undefined ? { events: [], nextToken: 'n' } : { events: [{ timestamp: Number(startTime) + 5 }] },
    DescribeLogStreams: () => ({ logStreams: [{ lastEventTimestamp: 7 }] }),
    ListSubscriptionsByTopic: ({ TopicArn }) => ({
      Subscriptions: [
        { Protocol: 'email', Endpoint: String(TopicArn), SubscriptionArn: 'arn:sub' },
        { Protocol: 'email', Endpoint: 'late', SubscriptionArn: 'PendingConfirmation' },
      ],
    }),
  };
  const look = (changes: Partial<Answers> = {}, names = {}): Promise<FoundWatch | null> => {
    const client = clientOf({ ...deployed, ...changes } as Answers);
    const inventory = (tableName: string) => ({
      domains: async () => [{ name: `found in ${tableName}`, truststoreUri: null, stages: [] }],
    });
    const clients = { cloudFormation: client, lambda: client, logs: client, sns: client, inventory };
    return findWatch(
      { stack: null, function: null, destination: null, topics: [], ...names },
      clients as unknown as WatchClients,
      { now: () => NOW },
    );
  };
  const subscriptions = (endpoint: string) => [
    { protocol: 'email', endpoint, isConfirmed: true },
    { protocol: 'email', endpoint: 'late', isConfirmed: false },
  ];

  it('is found with its function, settings, topics and heartbeat', async () => {
    expect(await look({}, { topics: ['arn:own'] })).toMatchObject({
      stackName: 'mtls-watch',
      target: { kind: 'function', arn: 'arn:ingest' },
      known: null,
      coverage: { apisWithoutExecutionLog: ['http1'], truststores: {} },
      heartbeat: { logGroup: '/logs/sweep', lastEventAt: NOW - 600_000 + 5 },
      topics: ['usual', 'high', 'chat', 'own'].map((name) => ({
        arn: `arn:${name}`,
        subscriptions: subscriptions(`arn:${name}`),
      })),
      unreadable: [],
    });
  });

  it('tells how long a sweep has been still', async () => {
    expect((await look({ FilterLogEvents: () => ({}) }))?.heartbeat?.lastEventAt).toBe(7);
    const never = { FilterLogEvents: () => ({}), DescribeLogStreams: () => ({}) };
    expect((await look(never))?.heartbeat?.lastEventAt).toBeNull();
  });

  it('is not there', async () => {
    const DescribeStacks = () => {
      throw new Error('Stack with id mtls-watch does not exist');
    };
    expect(await look({ DescribeStacks })).toBeNull();
  });

  const sender = {
    Outputs: [{ OutputKey: 'SenderRoleArn', OutputValue: 'arn:sender' }],
    Parameters: [{ ParameterKey: 'CentralDestinationArn', ParameterValue: 'arn:central' }],
  };
  const onlySender = {
    DescribeStacks: ({ StackName }: Record<string, unknown>) => {
      if (StackName === 'mtls-watch-member' || StackName === 'StackSet-1') return { Stacks: [sender] };
      throw new Error(`Stack with id ${String(StackName)} does not exist`);
    },
    GetFunctionConfiguration: undefined,
  };

  it('sends to the destination of its own account, where there is one for each ending of an id', async () => {
    const spread = {
      Outputs: [{ OutputKey: 'SenderRoleArn', OutputValue: 'arn:aws:iam::111122223334:role/sender' }],
      Parameters: [{ ParameterKey: 'CentralDestinationArn', ParameterValue: 'arn:central-NN' }],
    };
    const found = await look({ ...onlySender, DescribeStacks: () => ({ Stacks: [spread] }) });
    expect(found?.target).toMatchObject({ arn: 'arn:central-34' });
  });

  it.each([
    ['unasked', null, 'mtls-watch-member'],
    ['by its name', 'StackSet-1', 'StackSet-1'],
  ])('may be the one that sends to a central account: %s', async (_how, stack, stackName) => {
    expect(await look(onlySender, { stack, topics: ['arn:own'] })).toEqual({
      stackName,
      target: { kind: 'destination', arn: 'arn:central', roleArn: 'arn:sender' },
      coverage: null,
      known: null,
      reportMail: null,
      heartbeat: null,
      topics: [{ arn: 'arn:own', subscriptions: subscriptions('arn:own') }],
      unreadable: [],
    });
    expect(await look(onlySender, { stack: 'mtls-watch' })).toBeNull();
  });

  it('need not be looked at where the destination is given', async () => {
    expect(await look({ DescribeStacks: undefined }, { destination: 'arn:given' })).toMatchObject({
      stackName: 'mtls-watch-member',
      target: { kind: 'destination', arn: 'arn:given', roleArn: null },
      unreadable: [],
    });
  });

  it('tells what the reconciler found, where something is discovered', async () => {
    const discovering = (Variables: object) => ({
      GetFunctionConfiguration: () => ({
        FunctionArn: 'arn:x',
        Environment: { Variables: { MTLS_WATCH_CONFIG: JSON.stringify({ ...settings, discover: {} }), ...Variables } },
      }),
    });
    expect((await look(discovering({ TABLE_NAME: 'state' })))?.known).toMatchObject([{ name: 'found in state' }]);
    const unread = await look(discovering({}));
    expect(unread?.known).toBeNull();
    expect(unread?.unreadable.map(({ what }) => what)).toContain('what was discovered');
  });

  it('can be named by its function', async () => {
    const found = await look({ DescribeStacks: undefined }, { function: 'by-hand' });
    expect(found).toMatchObject({ target: { arn: 'arn:by-hand' }, heartbeat: null, unreadable: [] });
  });

  it.each<[refused: string, expected: object]>([
    ['DescribeStacks', { target: null, heartbeat: null, coverage: null, topics: [] }],
    ['GetFunctionConfiguration', { target: null, heartbeat: null, coverage: null, topics: [{ arn: 'arn:usual' }] }],
    ['FilterLogEvents', { target: { arn: 'arn:ingest' }, heartbeat: null }],
    [
      'ListSubscriptionsByTopic',
      { topics: ['usual', 'high', 'chat'].map((name) => ({ arn: `arn:${name}`, subscriptions: null })) },
    ],
  ])('without %s leaves unknown what it says', async (refused, expected) => {
    const found = await look({ [refused]: undefined });
    expect(found).toMatchObject(expected);
    expect(found?.unreadable.length).toBeGreaterThan(0);
  });

  it('tells whom the report is mailed to, which its function alone knows', async () => {
    const mail = { from: 'mtls@bank.example', to: ['pki@bank.example'] };
    const outputs = (deployed.DescribeStacks as () => { Stacks: { Outputs: object[] }[] })().Stacks[0]!.Outputs;
    const reporting = (text: string): Partial<Answers> => ({
      DescribeStacks: () => ({
        Stacks: [{ Outputs: [...outputs, { OutputKey: 'ReportFunctionName', OutputValue: 'report' }] }],
      }),
      GetFunctionConfiguration: ({ FunctionName }) => ({
        FunctionArn: 'arn:x',
        Environment: { Variables: FunctionName === 'report' ? { REPORT_MAIL: text } : {} },
      }),
    });
    expect((await look())?.reportMail).toBeNull();
    expect((await look(reporting(JSON.stringify(mail))))?.reportMail).toEqual(mail);
    const broken = await look(reporting('{'));
    expect(broken).toMatchObject({ reportMail: null, unreadable: [{ what: 'whom the report is mailed to' }] });
  });

  it('does not take settings for read that cannot be', async () => {
    const found = await look({
      GetFunctionConfiguration: () => ({
        FunctionArn: 'arn:x',
        Environment: { Variables: { MTLS_WATCH_CONFIG: '{' } },
      }),
    });
    expect(found?.coverage).toBeNull();
    expect(found?.unreadable.map(({ what }) => what)).toEqual(['the settings of the deployed functions']);
  });
});
