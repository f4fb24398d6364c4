/**
 * The ids of the pages `runbooks/<language>/<id>.md`, for links from alerts, reports and the command line. The pages of
 * the gateway's reasons and of other 403s use the ids of `reasons.ts`; a finding of the diagnosis with the same id as a
 * reason shares its page.
 */

import { findingCodes } from '../model/finding-codes.js';
import type { GroupKey } from '../model/index.js';
import { forbiddenCauses, reasonIds } from '../model/reasons.js';
import { isIssuer, isNamed } from './qualified-names.js';
import type { Config } from './settings.js';

/** Errors of API Gateway that are easily mistaken for a refused certificate. */
export const gatewayRunbooks = [
  'cached-authorizer-policy',
  'private-api-public-name',
  'default-endpoint-disabled',
  'base-path-mapping-missing',
  'stage-not-found',
  'http-api-no-execution-log',
  'domain-name-conflict',
  'domain-name-status',
  'wrong-server-certificate',
  'throttling',
] as const;

/** Incidents of a whole scope, what is to come, and errors that are something else. */
const neighbourRunbooks = ['several-issuers', 'client-authentication-sunset', ...gatewayRunbooks] as const;

/**
 * The alarms of mtls-watch about itself: one list for the construct that creates them, their texts, their runbooks and
 * the documentation. Ids are contracts: never rename one.
 */
export const alarmIds = [
  'canary-missing',
  'canary-not-refused',
  'dead-letters',
  'lost-dead-letters',
  'ingest-errors',
  'ingest-throttles',
  'stream-behind',
  'sweep-errors',
  'sweep-not-running',
  'notices-waiting',
  'rejects-rising',
  'delivery-errors',
  'delivery-throttled',
  'metrics-lost',
  'log-group-silent',
  'filters-unmet',
  'report-not-made',
] as const;

export type AlarmId = (typeof alarmIds)[number];

/** The ids of all pages, each once. */
export const runbookIds: readonly string[] = [
  ...new Set<string>([...reasonIds, ...findingCodes, ...forbiddenCauses, ...neighbourRunbooks, ...alarmIds]),
];

/** The URL at which a page is served. */
export function runbookPage({ runbooks, language }: Pick<Config, 'runbooks' | 'language'>, id: string): string {
  const { baseUrl } = runbooks;
  return `${baseUrl.endsWith('/') ? baseUrl.slice(0, -1) : baseUrl}/${language}/${id}.md`;
}

/** The URL of the page, or that of the last matching override. */
export function runbookUrl(config: Config, group: GroupKey, id: string): string {
  const own = config.runbooks.overrides.findLast(
    ({ scope, issuerDn, reason }) =>
      (scope === undefined || isNamed(scope, group.scope)) &&
      (issuerDn === undefined || isIssuer(issuerDn, group.issuerDn)) &&
      (reason === undefined || reason === group.reason || reason === id),
  );
  return own === undefined ? runbookPage(config, id) : own.url;
}
