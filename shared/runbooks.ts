/**
 * Which pages `runbooks/<language>/<id>.md` there are, for whoever links to one: alerts, reports, the command line. The
 * pages of the gateway's reasons and of other 403s go by the ids of `reasons.ts`; a finding of the diagnosis with the
 * same id as a reason shares its page.
 */

import { forbiddenCauses, reasonIds } from './reasons.js';

/** The pages of what the diagnosis of a certificate finds: all its finding codes. */
export const findingRunbooks = [
  'malformed',
  'self-signed',
  'content-altered',
  'issuer-rekeyed',
  'intermediate-missing',
  'issuer-missing',
  'chain-too-long',
  'issuer-not-ca',
  'path-length-exceeded',
  'unhandled-critical-extension',
  'unsupported-purpose',
  'name-constraint-violated',
  'weak-signature',
  'weak-key',
  'unsupported-curve',
  'unsupported-key',
  'issuer-expired',
  'issuer-not-yet-valid',
  'expired',
  'not-yet-valid',
  'search-limit-exceeded',
  'key-identifier-mismatch',
  'two-issuers',
  'would-pass',
] as const;

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
  ...new Set<string>([...reasonIds, ...findingRunbooks, ...forbiddenCauses, ...neighbourRunbooks, ...alarmRunbooks]),
];
