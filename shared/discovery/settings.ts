/** The settings for watching what was discovered, for `mtls-watch init`. Pure. */

import type { Config } from '../config/settings.js';
import type { FoundAccount, FoundStage } from '../model/account.js';
import { bucketOf, knownDomains } from './inventory.js';
import { withKnown } from './with-known.js';

/** The part of the settings that says what is watched. */
export type Watched = Pick<
  Config,
  'executionLogGroups' | 'accessLogGroups' | 'domains' | 'apisWithoutExecutionLog' | 'truststores'
> &
  Partial<Pick<Config, 'accessLogFormats'>>;

const NOTHING: Watched = {
  executionLogGroups: [],
  accessLogGroups: [],
  domains: {},
  apisWithoutExecutionLog: [],
  truststores: {},
};

/** Log groups that do not exist yet are created by the stack, so that the filter exists from the first request. */
export function watchedSettings({ domains, logGroups }: FoundAccount): Watched {
  const stages = domains.flatMap((domain) => domain.stages);
  const groupsOf = (logGroupOf: (stage: FoundStage) => string | null) => {
    const names = new Set(stages.map(logGroupOf).filter((name) => name !== null));
    return [...names].sort().map((name) => ({ name, create: logGroups.get(name)?.exists === false }));
  };
  const { accessLogFormats, ...known } = withKnown(
    NOTHING,
    knownDomains(
      domains,
      domains.map(({ truststore }) => bucketOf(truststore.uri)),
    ),
  );
  return {
    ...known,
    ...(Object.keys(accessLogFormats).length > 0 && { accessLogFormats }),
    executionLogGroups: groupsOf(({ executionLog }) => ('logGroup' in executionLog ? executionLog.logGroup : null)),
    accessLogGroups: groupsOf(({ accessLog }) => accessLog?.logGroup ?? null),
  };
}
