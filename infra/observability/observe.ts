/** What shows whether mtls-watch itself is well: its alarms, the dashboard and the saved queries. */

import { Stack } from 'aws-cdk-lib';
import type { Dashboard as CloudWatchDashboard, IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Config } from '../../shared/config/settings.js';
import { filterNameOf } from '../../shared/discovery/plan.js';
import { logKinds } from '../../shared/logs/filter-patterns.js';
import { Alarms } from './alarms.js';
import { Dashboard } from './dashboard.js';
import { SavedQueries } from './saved-queries.js';

interface Observed {
  readonly config: Config;
  /** Whom the alarms tell. */
  readonly topic: ITopic;
  readonly table: ITable;
  readonly deadLetters: Queue;
  readonly ingest: LambdaFunction;
  readonly sweep: LambdaFunction;
  /** @default - no report is made */
  readonly report?: LambdaFunction | undefined;
  /** @default - no domain has a canary */
  readonly canary?: LambdaFunction | undefined;
  /** The function that looks after the subscription filters, and the time between two runs. @default - there is none */
  readonly reconcile?: { readonly fn: LambdaFunction; readonly everyMinutes: number } | undefined;
  /** The age of the oldest record, in milliseconds. @default - no stream is read */
  readonly iteratorAge?: IMetric | undefined;
  /** The names of the subscription filters, the same in every log group. */
  readonly filterNames: readonly string[];
}

/** Adds them to the construct whose parts they look at. @returns no dashboard where the settings ask for none */
export function observe(
  scope: Construct,
  observed: Observed,
): { readonly alarms: Alarms; readonly dashboard: CloudWatchDashboard | undefined } {
  const { config, ingest, sweep, report, canary, reconcile } = observed;
  const scopes = canary === undefined ? [] : config.canaries.map(({ domain }) => domain);
  const optional = Object.entries({ report, canary, reconcile: reconcile?.fn });
  const functions = Object.fromEntries([
    ['ingest', ingest],
    ['sweep', sweep],
    ...optional.flatMap(([name, fn]) => (fn === undefined ? [] : [[name, fn] as const])),
  ]);
  const { stackName } = Stack.of(scope);
  const kinds = config.discover?.mode === 'on' ? logKinds : [];
  const filterNames = [...observed.filterNames, ...kinds.map((kind) => filterNameOf(stackName, kind))];
  const { report: _, ...meters } = functions;
  const alarms = new Alarms(scope, 'Alarms', {
    ...observed,
    filterNames,
    meters,
    canaries: scopes.map((domain) => ({ scope: domain, periodMinutes: config.canaryMinutes })),
    reconcileMinutes: reconcile?.everyMinutes,
  });
  new SavedQueries(scope, 'Queries', observed);
  if (!config.dashboard) return { alarms, dashboard: undefined };
  const { dashboard } = new Dashboard(scope, 'Overview', {
    ...observed,
    alarms: alarms.alarms,
    filterNames,
    functions,
    canaryScopes: scopes,
  });
  return { alarms, dashboard };
}
