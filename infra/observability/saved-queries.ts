/**
 * Questions to the logs that come up again and again, saved in CloudWatch Logs Insights under the stack's name. Words in
 * double braces are asked for when a query is run ("CloudWatch Logs API reference", QueryParameter).
 */

import { Stack } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';

export interface SavedQueriesProps {
  readonly config: Config;
  readonly ingest: LambdaFunction;
  readonly sweep: LambdaFunction;
  /** @default - no domain has a canary */
  readonly canary?: LambdaFunction | undefined;
}

interface Query {
  readonly name: string;
  /** @default - those that the console's user chooses */
  readonly logGroupNames?: string[];
  readonly lines: readonly string[];
  /** Descriptions by name. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** Logs Insights asks at most so many log groups at once (quotas of CloudWatch Logs). */
const LOG_GROUPS_MAX = 50;

export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, props: SavedQueriesProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    for (const [query, { name, logGroupNames, lines, parameters }] of Object.entries(queriesFor(props))) {
      new CfnQueryDefinition(this, query, {
        name: `${stackName}/${name}`,
        queryString: lines.join('\n| '),
        logGroupNames,
        parameters: parameters && Object.entries(parameters).map(([key, description]) => ({ name: key, description })),
      });
    }
  }
}

/**
 * Failure records of one refused request may be there twice after a retry; their ids are the same. Clients that only use the
 * name of an issuer stand in rows of their own: their records have `isUnverified`.
 */
const CLIENTS =
  'stats count_distinct(failureId) as refused, min(@timestamp) as firstSeen, max(@timestamp) as lastSeen by reason, words, issuerDn, isUnverified, subjectDn, serialNumber, sourceIp';

function queriesFor({ config, ingest, sweep, canary }: SavedQueriesProps): Record<string, Query> {
  const counting = [ingest.logGroup.logGroupName, sweep.logGroup.logGroupName];
  const gateway = [...new Set([...config.executionLogGroups, ...config.accessLogGroups].map(({ name }) => name))];
  const queries: Record<string, Query> = {
    ClientsOfDomain: {
      name: 'refused clients of a domain',
      logGroupNames: counting,
      lines: ['filter type = "failure" and scope = "{{domain}}"', CLIENTS, 'sort refused desc', 'limit 100'],
      parameters: { domain: 'The custom domain, such as api.example.com' },
    },
    ClientsOfIssuer: {
      name: 'refused clients of an issuer',
      logGroupNames: counting,
      lines: [
        'filter type = "failure" and issuerDn like "{{issuer}}"',
        `${CLIENTS}, scope`,
        'sort refused desc',
        'limit 100',
      ],
      parameters: { issuer: 'A part of the issuer as alerts write it, such as CN=Acme CA' },
    },
    OtherForbidden: {
      name: 'other 403s by cause',
      logGroupNames: [ingest.logGroup.logGroupName],
      lines: [
        'filter ispresent(OtherForbidden)',
        'stats sum(OtherForbidden) as requests by scope, cause',
        'sort requests desc',
      ],
    },
    Request: {
      name: 'both logs of a request',
      ...(gateway.length === 0 ? {} : { logGroupNames: gateway.slice(0, LOG_GROUPS_MAX) }),
      lines: [
        'filter @message like "{{requestId}}"',
        'sort @timestamp asc',
        'display @timestamp, @log, @message',
        'limit 100',
      ],
      parameters: { requestId: 'requestId or extendedRequestId of the access log' },
    },
    Rejects: {
      name: 'rejects',
      logGroupNames: [ingest.logGroup.logGroupName],
      lines: [
        'filter message = "log records could not be read"',
        'stats sum(rejected) as records, max(@timestamp) as lastSeen by logGroup, error',
        'sort records desc',
      ],
    },
  };
  if (canary !== undefined) {
    queries.Canary = {
      name: 'canary',
      logGroupNames: [...counting, canary.logGroup.logGroupName],
      lines: [
        'filter ispresent(CanaryCalls) or ispresent(CanaryRoundTrip) or ispresent(CanaryHalfSeen)',
        'stats sum(CanaryCalls) as calls, sum(CanaryFailed) as failed, sum(CanaryNotRefused) as notRefused, count(CanaryRoundTrip) as cameBack, sum(CanaryHalfSeen) as cameByHalf, max(CanaryRoundTrip) as slowestSeconds by scope, bin(1h)',
      ],
    };
  }
  return { ...queries, ...connectionQueries(config) };
}

/** Over the connection logs of CloudFront and of load balancers, whose fields have names of their own. */
function connectionQueries({ connectionLogGroups }: Config): Record<string, Query> {
  if (connectionLogGroups.length === 0) return {};
  return {
    Connections: {
      name: 'connections that failed',
      logGroupNames: connectionLogGroups.slice(0, LOG_GROUPS_MAX).map(({ name }) => name),
      lines: [
        'fields coalesce(connectionStatus, tls_verify_status) as status, coalesce(clientIp, client_ip) as address, coalesce(clientLeafCertSubject, leaf_client_cert_subject) as subject',
        'filter status like "Failed"',
        'stats count(*) as connections, max(@timestamp) as lastSeen by status, subject, address',
        'sort connections desc',
        'limit 100',
      ],
    },
  };
}
