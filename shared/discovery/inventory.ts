/**
 * The part of the discovered state that the functions that read logs need: which domain an API's stage belongs to,
 * which APIs have no execution log, where the truststores are. `with-known.ts` merges it with the settings. Pure.
 */

import { limits } from '../base/limits.js';
import type { FoundDomain, FoundStage, KnownDomain } from '../model/account.js';
import { isFormatNeeded } from './access-format.js';

/**
 * @param domains the watched domains
 * @param truststoreBuckets the only buckets whose objects may be read
 */
export function knownDomains(domains: readonly FoundDomain[], truststoreBuckets: readonly string[]): KnownDomain[] {
  return domains.map(({ name, truststore, stages }) => ({
    name,
    truststoreUri: truststoreBuckets.includes(bucketOf(truststore.uri)) ? truststore.uri : null,
    stages: stages.slice(0, limits.inventoryStagesMax).map(({ apiId, stage, executionLog }) => ({
      apiId,
      stage,
      hasExecutionLog: executionLog.kind !== 'unsupported',
    })),
    ...formatsOf(stages),
    ...accessLogsOf(stages),
  }));
}

function accessLogsOf(stages: readonly FoundStage[]): Pick<KnownDomain, 'accessLogGroups' | 'hasOtherCalls'> {
  const groups = stages.map(({ accessLog }) => accessLog?.logGroup ?? null);
  const named = [...new Set(groups.filter((group) => group !== null))];
  const accessLogGroups = named.slice(0, limits.inventoryAccessLogsMax);
  const hasOtherCalls = groups.includes(null) || named.length > accessLogGroups.length;
  return { ...(named.length > 0 && { accessLogGroups }), ...(hasOtherCalls && { hasOtherCalls }) };
}

/** If two stages write to one log group, the format of the first. */
function formatsOf(stages: readonly FoundStage[]): Pick<KnownDomain, 'accessLogFormats'> {
  const needed = stages.flatMap(({ accessLog }) =>
    accessLog !== null && accessLog.logGroup !== null && isFormatNeeded(accessLog.format)
      ? [[accessLog.logGroup, accessLog.format] as const]
      : [],
  );
  const formats = Object.fromEntries(needed.slice(0, limits.inventoryFormatsMax).reverse());
  return needed.length === 0 ? {} : { accessLogFormats: formats };
}

/** If a part of the account could not be read, stages that were known before are kept. */
export function keepingStages(domains: readonly KnownDomain[], before: readonly KnownDomain[]): KnownDomain[] {
  const stagesBefore = new Map(before.map(({ name, stages }) => [name, stages]));
  return domains.map((domain) => {
    const places = new Set(domain.stages.map(({ apiId, stage }) => `${apiId}/${stage}`));
    const earlier = stagesBefore.get(domain.name);
    const unseen = (earlier ?? []).filter(({ apiId, stage }) => !places.has(`${apiId}/${stage}`));
    if (earlier !== undefined && unseen.length === 0) return domain;
    const stages = [...domain.stages, ...unseen].slice(0, limits.inventoryStagesMax);
    return { ...domain, stages, hasOtherCalls: true };
  });
}

export function bucketOf(uri: string): string {
  return /^s3:\/\/([^/]+)\//.exec(uri)?.[1] ?? '';
}
