/** An account in which everything is as it should be: REST APIs with a managed and a vended execution log, and an HTTP API. */

import { runbookIds } from '../../shared/config/runbooks.js';
import type { Config } from '../../shared/config/settings.js';
import type { Expectations } from '../../shared/discovery/checks/checks.js';
import type { TruststoreContents } from '../../shared/discovery/checks/context.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import {
  ACCESS_LOG_PATTERN,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
} from '../../shared/logs/filter-patterns.js';
import type { FoundAccount, FoundDoor, FoundFilter, FoundLogGroup, FoundStage } from '../../shared/model/account.js';
import type { FoundWatch } from '../../shared/ports/watch.js';
import { domain } from './account.js';

/** For tests that break one thing. */
export type Mutable<T> =
  T extends ReadonlyMap<infer K, infer V>
    ? Map<K, Mutable<V>>
    : T extends object
      ? { -readonly [K in keyof T]: Mutable<T[K]> }
      : T;

export interface Scene {
  found: Mutable<FoundAccount>;
  watch: Mutable<FoundWatch> | null;
  expectations: Mutable<Omit<Expectations, 'watch'>>;
}

const SOUND: TruststoreContents = { kind: 'read', certificates: 2, errors: [] };

/** Where the pages of the runbooks are. */
export const WIKI = 'https://wiki.bank.example/runbooks';

export const NOW = Date.parse('2026-11-20T12:00:00Z');
export const INGEST = 'arn:aws:lambda:eu-west-1:123456789012:function:mtls-watch-Ingest';
export const MANAGED = 'API-Gateway-Execution-Logs_rest111/prod';
const arnOf = (logGroup: string) => `arn:aws:logs:eu-west-1:123456789012:log-group:${logGroup}`;

export const executionFilter: Mutable<FoundFilter> = {
  name: 'mtls-watch-execution',
  pattern: EXECUTION_LOG_PATTERN,
  destinationArn: INGEST,
};
export const accessFilter: Mutable<FoundFilter> = {
  name: 'mtls-watch-access',
  pattern: ACCESS_LOG_PATTERN,
  destinationArn: INGEST,
};
export const connectionFilter: Mutable<FoundFilter> = {
  name: 'mtls-watch-connection',
  pattern: CONNECTION_LOG_PATTERN,
  destinationArn: INGEST,
};
export const foreignFilter = (name: string): Mutable<FoundFilter> => ({
  name,
  pattern: '',
  destinationArn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
});

export const ALB_LOG = '/aws/vendedlogs/load-balancer/partners';

export const partnersAlb: FoundDoor = {
  kind: 'load-balancer',
  id: 'partners',
  arn: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/partners/0123456789abcdef',
  name: 'partners',
  hosts: ['partners-1.eu-west-1.elb.amazonaws.com'],
  connectionLogs: [
    {
      deliveryId: 'alb-delivery',
      sourceName: 'alb-source',
      region: 'eu-west-1',
      destinationArn: arnOf(ALB_LOG),
      logGroup: ALB_LOG,
      recordFields: [],
    },
  ],
};

function stage(apiId: string, apiName: string, changes: Partial<FoundStage>): FoundStage {
  const logGroup = `/access/${apiName}`;
  return {
    apiId,
    apiName,
    kind: 'REST',
    stage: 'prod',
    isDefaultEndpointDisabled: true,
    executionLog: { kind: 'managed', logGroup: MANAGED, level: 'ERROR' },
    accessLog: { destinationArn: arnOf(logGroup), logGroup, format: ACCESS_LOG_FORMAT },
    ...changes,
  };
}

function group(name: string, filters: readonly FoundFilter[]): [string, FoundLogGroup] {
  return [name, { name, exists: true, filters, lastEventAt: NOW - 60_000 }];
}

export const DESTINATION = 'arn:aws:logs:eu-west-1:999988887777:destination:mtls-watch';

/** The same account, whose logs a central one watches: its filters are those of the member's stack. */
export function sendingScene(): Scene {
  const scene = healthyScene();
  scene.watch = {
    stackName: 'mtls-watch-member',
    target: { kind: 'destination', arn: DESTINATION, roleArn: 'arn:aws:iam::123456789012:role/sender' },
    coverage: null,
    known: null,
    reportMail: null,
    heartbeat: null,
    topics: [],
    unreadable: [],
  };
  for (const group of scene.found.logGroups.values()) {
    group.filters =
      group.filters?.map((filter) => (filter.destinationArn === INGEST ? sentFilter(filter) : filter)) ?? null;
  }
  return scene;
}

export const sentFilter = ({ name, pattern }: FoundFilter): Mutable<FoundFilter> => ({
  name: name.replace('mtls-watch', 'mtls-watch-member'),
  pattern,
  destinationArn: DESTINATION,
});

export function healthyScene(): Scene {
  const found: FoundAccount = {
    accountId: '123456789012',
    region: 'eu-west-1',
    gatewayLoggingRoleArn: 'arn:aws:iam::123456789012:role/api-gateway-logs',
    logPolicies: [],
    domains: [
      domain('orders.bank.example', [stage('rest111', 'orders', {})]),
      domain('trades.bank.example', [
        stage('rest222', 'trades', {
          executionLog: {
            kind: 'vended',
            logGroup: '/execution/trades',
            destinationArn: arnOf('/execution/trades'),
            level: 'INFO',
          },
        }),
      ]),
      domain('quotes.bank.example', [
        stage('http333', 'quotes', { kind: 'HTTP', stage: '$default', executionLog: { kind: 'unsupported' } }),
      ]),
    ],
    doors: [partnersAlb],
    logGroups: new Map([
      group(MANAGED, [executionFilter]),
      group('/access/orders', [accessFilter, foreignFilter('audit')]),
      group('/execution/trades', [executionFilter]),
      group('/access/trades', [accessFilter]),
      group('/access/quotes', [accessFilter]),
      group(ALB_LOG, [connectionFilter]),
    ]),
    unreadable: [],
  };
  const watch: FoundWatch = {
    stackName: 'mtls-watch',
    target: { kind: 'function', arn: INGEST },
    topics: [
      {
        arn: 'arn:aws:sns:eu-west-1:123456789012:mtls-watch',
        subscriptions: [{ protocol: 'email', endpoint: 'on-call@bank.example', isConfirmed: true }],
      },
    ],
    heartbeat: { logGroup: '/mtls-watch/sweep', lastEventAt: NOW - 90_000 },
    coverage: {
      domains: {},
      apisWithoutExecutionLog: ['http333'],
      truststores: { 'quotes.bank.example': 's3://truststores/quotes.bank.example.pem' },
      central: null,
      discover: null,
      language: 'en',
      runbooks: { baseUrl: WIKI, overrides: [] },
    },
    known: null,
    reportMail: null,
    unreadable: [],
  };
  return structuredClone({
    found,
    watch,
    expectations: {
      now: NOW,
      stackName: 'mtls-watch',
      coverage: null,
      truststores: new Map([['s3://truststores/orders.bank.example.pem', SOUND]]),
      pages: new Map(runbookIds.map((id) => [`${WIKI}/en/${id}.md`, { kind: 'answered', status: 200 }])),
      mail: null,
    },
  }) as Scene;
}

/** The settings of a central account that only tells accounts apart. */
export const noAccounts: NonNullable<Config['central']> = {
  accounts: [],
  spreadAccounts: [],
  organizationId: null,
  organizationIds: [],
  shards: null,
};
