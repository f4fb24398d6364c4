/**
 * Which pages `runbooks/<language>/<id>.md` there are, for whoever links to one: alerts, reports, the command line. The
 * pages of the gateway's reasons and of other 403s go by the ids of `reasons.ts`; a finding of the diagnosis with the
 * same id as a reason shares its page.
 */

import { forbiddenCauses, reasonIds } from './reasons.js';
import { findingCodes } from './x509/findings.js';

/** Incidents of a whole scope, and what is easily taken for a refused certificate. */
export const neighbourRunbooks = [
  'several-issuers',
  'cached-authorizer-policy',
  'private-api-public-name',
  'default-endpoint-disabled',
  'base-path-mapping-missing',
  'stage-not-found',
  'http-api-no-execution-log',
  'no-client-certificate',
  'domain-name-conflict',
  'domain-name-status',
  'wrong-server-certificate',
  'throttling',
] as const;

/** The alarms of mtls-watch itself: the names in `infra/constructs/alarms.ts`, in kebab case. */
export const alarmRunbooks = [
  'dead-letters',
  'lost-dead-letters',
  'ingest-errors',
  'sweep-errors',
  'sweep-not-running',
] as const;

/** The ids of all pages, each once. */
export const runbookIds: readonly string[] = [
  ...new Set<string>([...reasonIds, ...findingCodes, ...forbiddenCauses, ...neighbourRunbooks, ...alarmRunbooks]),
];
