/**
 * Looks at the scopes in which several groups fail together. Called by the sweep, and by `evaluate` when several begin to fire
 * at once; loaded when it is called.
 */

import pMap from 'p-map';
import { lazily } from '../base/lazily.js';
import { limits } from '../base/limits.js';
import { hourOf, MINUTES_PER_HOUR, minuteOf } from '../base/time.js';
import { policyFor } from '../detect/detect.js';
import { groupId } from '../model/group-id.js';
import type { GroupKey, Incident } from '../model/index.js';
import type { DirtyHour, World } from '../ports/index.js';
import { detectGroup, hasOneIssuer, loadDetectorState } from './assess.js';
import { advance, scopeGroup } from './incident.js';
import { applySilences, deferredNotice } from './muting.js';
import { scopeDetection } from './scope-incident.js';

const loadAnnounce = lazily(() => import('./announce.js'));

/**
 * Groups that fail together: one incident for their scope, instead of one for each.
 * @param open the hours that `dirtyHours` lists: who has facts in the last one or two
 */
export async function evaluateScopes(
  firing: readonly Incident[],
  open: readonly DirtyHour[],
  world: World,
): Promise<void> {
  const hour = hourOf(minuteOf(world.clock.now()));
  const byScope = new Map<string, Map<string, GroupKey>>();
  const active = open.filter((one) => one.hour >= hour - 1).map(({ group }) => group);
  for (const group of [...active, ...firing.map((incident) => incident.group)]) {
    const groups = byScope.get(group.scope) ?? new Map<string, GroupKey>();
    byScope.set(group.scope, groups.set(groupId(group), group));
  }
  for (const [scope, groups] of byScope) {
    const members = [...groups.values()].filter(hasOneIssuer);
    const isKnown = members.length < groups.size;
    if (isKnown || members.length >= limits.groupsTogetherMin) await evaluateScope(scope, members, world);
  }
}

async function evaluateScope(scope: string, groups: readonly GroupKey[], world: World): Promise<void> {
  const { stores, clock, config } = world;
  const now = clock.now();
  const group = scopeGroup(scope);
  const policy = policyFor(group, config.detection);
  const seen = await pMap(
    groups,
    async (one) => {
      const { incident, history } = await loadDetectorState(one, world);
      return { group: one, incident, ...(await detectGroup(one, history, now, world)) };
    },
    {
      concurrency: limits.storeConcurrencyMax,
    },
  );
  const members = seen
    .map(({ group: one, detection, incident, facts }) => ({
      group: one,
      detection,
      since: incident?.state === 'firing' ? incident.since : null,
      facts: facts.filter((fact) => fact.minute > minuteOf(now) - MINUTES_PER_HOUR),
    }))
    .filter(({ since, facts }) => since !== null || facts.length > 0);
  const { detection, severity, groups: worst } = scopeDetection(members, now, policy);
  const before = await stores.incidents.load(group);
  const own = advance(before, detection, group, now, policy, severity);
  const told = own?.notice === 'spike' || own?.next.announced === true;
  const change =
    own === null
      ? await deferredNotice(before, detection, false, world)
      : await applySilences(told ? own : { ...own, notice: null }, world);
  if (change === null) return;
  const facts = members.flatMap((member) => member.facts);
  const { storeTransition } = await loadAnnounce();
  await storeTransition({ change, before, detection, facts, recentFacts: facts, groups: worst }, world);
}
