/** An account as discovery finds it, and its log groups with their filters, in memory. */

import type { OwnFilters } from '../../shared/discovery/plan.js';
import {
  ACCESS_LOG_PATTERN,
  CONNECTION_LOG_PATTERN,
  EXECUTION_LOG_PATTERN,
} from '../../shared/logs/filter-patterns.js';
import type {
  ExecutionLog,
  FoundAccount,
  FoundDomain,
  FoundDoor,
  FoundFilter,
  FoundLogGroup,
  FoundStage,
} from '../../shared/model/account.js';
import type { LogGroups } from '../../shared/ports/inventory.js';

export const OWN: OwnFilters = {
  destinationArn: 'arn:aws:lambda:eu-central-1:111122223333:function:mtls-watch-ingest',
  stackName: 'mtls-watch',
};

export const OURS = {
  execution: filter('mtls-watch-discovered-execution', EXECUTION_LOG_PATTERN),
  access: filter('mtls-watch-discovered-access', ACCESS_LOG_PATTERN),
  connection: filter('mtls-watch-discovered-connection', CONNECTION_LOG_PATTERN),
};

export function filter(name: string, pattern: string, destinationArn = OWN.destinationArn): FoundFilter {
  return { name, pattern, destinationArn };
}

export const foreign = (name: string): FoundFilter =>
  filter(name, '', 'arn:aws:lambda:eu-central-1:111122223333:function:siem');

export const managed = (place: string, level: 'ERROR' | 'INFO' = 'INFO'): ExecutionLog => ({
  kind: 'managed',
  logGroup: `API-Gateway-Execution-Logs_${place}`,
  level,
});

/** @param place `apiId/stage` */
export function stage(
  place: string,
  { executionLog = managed(place), access = null as string | null, kind = 'REST' as FoundStage['kind'] } = {},
): FoundStage {
  const [apiId = '', name = ''] = place.split('/');
  return {
    apiId,
    apiName: `API ${apiId}`,
    kind,
    stage: name,
    isDefaultEndpointDisabled: true,
    executionLog: kind === 'REST' ? executionLog : { kind: 'unsupported' },
    accessLog:
      access === null
        ? null
        : {
            destinationArn: `arn:aws:logs:eu-central-1:111122223333:log-group:${access}`,
            logGroup: access,
            format: '',
          },
  };
}

export function domain(name: string, stages: readonly FoundStage[]): FoundDomain {
  return {
    name,
    status: 'AVAILABLE',
    statusMessage: null,
    tlsPolicy: 'TLS_1_2',
    endpointType: 'REGIONAL',
    truststore: {
      uri: `s3://truststores/${name}.pem`,
      versionInUse: 'v2',
      isVersioned: true,
      newestVersion: 'v2',
      warnings: [],
    },
    stages,
  };
}

/** @param logGroup in the Region, or `region:NAME` in another one */
export function door(id: string, logGroup: string | null, changes: Partial<FoundDoor> = {}): FoundDoor {
  const [, region = 'eu-central-1', name = ''] = /^(?:([a-z]+-[a-z]+-\d):)?(.*)$/.exec(logGroup ?? '') ?? [];
  const destinationArn = `arn:aws:logs:${region}:111122223333:log-group:${name}:*`;
  const log = { deliveryId: `d-${id}`, sourceName: id, region, destinationArn, logGroup: name, recordFields: [] };
  return {
    kind: 'load-balancer',
    id,
    arn: `arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/${id}/0123456789abcdef`,
    name: id,
    hosts: [],
    connectionLogs: logGroup === null ? null : [log],
    ...changes,
  };
}

export function group(name: string, changes: Partial<FoundLogGroup> = {}): FoundLogGroup {
  return { name, exists: true, filters: [], lastEventAt: null, ...changes };
}

export function found(
  domains: readonly FoundDomain[],
  groups: readonly FoundLogGroup[],
  changes: Partial<FoundAccount> = {},
): FoundAccount {
  return {
    accountId: '111122223333',
    region: 'eu-central-1',
    gatewayLoggingRoleArn: 'arn:aws:iam::111122223333:role/gateway',
    logPolicies: [],
    domains,
    doors: [],
    logGroups: new Map(groups.map((one) => [one.name, one])),
    unreadable: [],
    ...changes,
  };
}

/** Log groups that can be changed. The map may be changed by the test, too. */
export function memoryLogGroups(groups: Map<string, FoundLogGroup>): LogGroups {
  const look = (name: string): FoundLogGroup => groups.get(name) ?? group(name, { exists: false });
  const set = (name: string, filters: readonly FoundFilter[]): void => {
    groups.set(name, { ...look(name), filters });
  };
  return {
    look: async (name) => look(name),
    list: async function* () {
      yield* [...groups.values()].filter(({ exists }) => exists).map(({ name }) => name);
    },
    putFilter: async (name, put) => {
      const others = (look(name).filters ?? []).filter((one) => one.name !== put.name);
      if (!look(name).exists) throw new Error(`there is no log group ${name}`);
      if (others.length >= 2) return 'its places are taken';
      set(name, [...others, put]);
      return null;
    },
    removeFilter: async (name, gone) =>
      set(
        name,
        (look(name).filters ?? []).filter((one) => one.name !== gone),
      ),
  };
}
