/**
 * Looks at the scopes in which several groups fail together. Called by the sweep, and by `evaluate` when several begin to fire
 * at once; loaded when it is called.
 */

import pMap from 'p-map';
import { groupId } from '../base/digest.js';
import { lazy } from '../base/lazy.js';
import { limits } from '../base/limits.js';
import { minuteOf } from '../count/count.js';
import { hourOf, MINUTES_PER_HOUR } from '../count/rollup.js';
import { policyFor } from '../detect/detect.js';
import type { GroupKey, Incident } from '../model/index.js';
import type { OpenHour, World } from '../ports/index.js';
import { isOne, judge, remembered } from './evaluate.js';
import { advance, scopeGroup } from './incident.js';
import { lateAnnouncement, unlessSilenced } from './muting.js';
import { scopeVerdict } from './scope-incident.js';

/**
 * Groups that fail together: one incident for their scope, instead of one for each.
 * @param open the hours that `openHours` lists: who has facts in the last one or two
 */
export async function evaluateScopes(
  firing: readonly Incident[],
  open: readonly OpenHour[],
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
    const members = [...groups.values()].filter(isOne);
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
      const { incident, history } = await remembered(one, world);
      return { group: one, incident, ...(await judge(one, history, now, world)) };
    },
    {
      concurrency: limits.storeConcurrencyMax,
    },
  );
  const members = seen
    .map(({ group: one, verdict, incident, facts }) => ({
      group: one,
      verdict,
      since: incident?.state === 'firing' ? incident.since : null,
      facts: facts.filter((fact) => fact.minute > minuteOf(now) - MINUTES_PER_HOUR),
    }))
    .filter(({ since, facts }) => since !== null || facts.length > 0);
  const { verdict, severity, groups: worst } = scopeVerdict(members, now, policy);
  const before = await stores.incidents.load(group);
  const own = advance(before, verdict, group, now, policy, severity);
  const told = own?.notice === 'spike' || own?.next.announced === true;
  const change =
    own === null
      ? await lateAnnouncement(before, verdict, false, world)
      : await unlessSilenced(told ? own : { ...own, notice: null }, world);
  if (change === null) return;
  const facts = members.flatMap((member) => member.facts);
  const { announce } = await lazy.announce();
  await announce({ change, before, verdict, facts, recentFacts: facts, groups: worst }, world);
}
