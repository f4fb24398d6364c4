/** The settings for watching what was discovered, for `mtls-watch init`. Pure. */

import { regionOf } from '../base/regions.js';
import type { Config } from '../config/settings.js';
import type { FoundAccount, FoundDoor, FoundStage } from '../model/account.js';
import { bucketOf, knownDomains } from './inventory.js';
import { withKnown } from './with-known.js';

/** The part of the settings that says what is watched. */
export type Watched = Pick<
  Config,
  | 'executionLogGroups'
  | 'accessLogGroups'
  | 'connectionLogGroups'
  | 'domains'
  | 'apisWithoutExecutionLog'
  | 'truststores'
> &
  Partial<Pick<Config, 'accessLogFormats'>>;

const NOTHING: Watched = {
  executionLogGroups: [],
  accessLogGroups: [],
  connectionLogGroups: [],
  domains: {},
  apisWithoutExecutionLog: [],
  truststores: {},
};

/** Log groups that do not exist yet are created by the stack, so that the filter exists from the first request. */
export function watchedSettings({ domains, doors, logGroups, region }: FoundAccount): Watched {
  const stages = domains.flatMap((domain) => domain.stages);
  const named = (groups: readonly (string | null)[]) =>
    [...new Set(groups.filter((name) => name !== null))]
      .sort()
      .map((name) => ({ name, create: logGroups.get(name)?.exists === false }));
  const groupsOf = (logGroupOf: (stage: FoundStage) => string | null) => named(stages.map(logGroupOf));
  const { accessLogFormats, callLogs, ...known } = withKnown(
    NOTHING,
    knownDomains(
      domains,
      domains.map(({ truststore }) => bucketOf(truststore.uri)),
    ),
  );
  return {
    ...known,
    domains: { ...namesOfDistributions(doors), ...known.domains },
    ...(Object.keys(accessLogFormats).length > 0 && { accessLogFormats }),
    executionLogGroups: groupsOf(({ executionLog }) => ('logGroup' in executionLog ? executionLog.logGroup : null)),
    accessLogGroups: groupsOf(({ accessLog }) => accessLog?.logGroup ?? null),
    connectionLogGroups: named(
      doors.flatMap(({ connectionLogs }) =>
        (connectionLogs ?? []).map(({ logGroup, destinationArn }) =>
          regionOf(destinationArn) === region ? logGroup : null,
        ),
      ),
    ),
  };
}

/** For connections whose client sent no name, of distributions that have one name only. */
function namesOfDistributions(doors: readonly FoundDoor[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    doors.flatMap(({ kind, id, name, hosts }) =>
      kind === 'cloudfront' && name !== id && hosts.length === 2 ? [[`distribution/${id}`, name]] : [],
    ),
  );
}
