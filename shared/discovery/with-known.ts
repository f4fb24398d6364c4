/** The settings together with the reconciler's inventory, as the functions that read logs use them. Pure. */

import type { Config, KnownConfig } from '../config/settings.js';
import type { KnownDomain } from '../model/account.js';

/**
 * Adds the inventory to the settings. Settings take precedence; a name for a whole API also applies to its stages. A
 * stage behind several domains gets none of their names, because a denial without an access record may belong to any of
 * them.
 */
export function withKnown<
  T extends Pick<Config, 'domains' | 'apisWithoutExecutionLog' | 'truststores'> &
    Partial<Pick<Config, 'accessLogFormats' | 'accessLogGroups'>>,
>(
  config: T,
  known: readonly KnownDomain[],
): T & Pick<KnownConfig, 'accessLogFormats' | 'accessLogGroups' | 'callLogs'> {
  const namesByPlace = new Map<string, Set<string>>();
  for (const { name, stages } of known) {
    for (const { apiId, stage } of stages) {
      if (Object.hasOwn(config.domains, apiId)) continue;
      const place = `${apiId}/${stage}`;
      namesByPlace.set(place, (namesByPlace.get(place) ?? new Set()).add(name));
    }
  }
  const domains = [...namesByPlace].flatMap(([place, names]) => (names.size === 1 ? [[place, ...names]] : []));
  const stages = known.flatMap((domain) => domain.stages);
  const silent = stages.filter(({ hasExecutionLog }) => !hasExecutionLog).map(({ apiId }) => apiId);
  const truststores = known.flatMap(({ name, truststoreUri }) =>
    truststoreUri === null ? [] : [[name, truststoreUri] as const],
  );
  const { accessLogGroups = [] } = config;
  const found = new Set(known.flatMap((domain) => domain.accessLogGroups ?? []));
  for (const { name } of accessLogGroups) found.delete(name);
  return {
    ...config,
    accessLogGroups: [...accessLogGroups, ...[...found].map((name) => ({ name, create: false }))],
    domains: { ...Object.fromEntries(domains), ...config.domains },
    apisWithoutExecutionLog: [...new Set([...config.apisWithoutExecutionLog, ...silent])],
    truststores: { ...Object.fromEntries(truststores), ...config.truststores },
    accessLogFormats: {
      ...Object.assign({}, ...known.map((domain) => domain.accessLogFormats)),
      ...config.accessLogFormats,
    },
    callLogs: Object.fromEntries(
      known.map(({ name, accessLogGroups: logs = [], hasOtherCalls = false }) => [name, hasOtherCalls ? null : logs]),
    ),
  };
}
