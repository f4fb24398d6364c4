/**
 * Takes the filters of a member away, for good: the function that could do it later is gone with its stack. So it looks at every
 * log group of the account, because a stage that lost its domain or its mutual TLS is not found by discovery, and a list that cannot be
 * read hides others.
 */

import { messageOf } from '../../shared/base/errors.js';
import { isOurs } from '../../shared/discovery/plan.js';
import type { FoundLogGroup } from '../../shared/model/account.js';
import type { MemberRun, MemberWorld } from './subscribe.js';

/**
 * Does the log groups of the found stages first, and the others for as long as there is time. Called again, it does what is left.
 * @returns a function of whether there is no time left for another log group; its result says why filters may be left
 */
export function createRemoval(world: MemberWorld): (isLate: () => boolean) => Promise<MemberRun> {
  const { logGroups, say } = world;
  const cleared = new Set<string>();
  const failed = new Map<string, unknown>();
  let removed = 0;
  const attempt = async (what: string, act: () => Promise<void>): Promise<void> => {
    failed.delete(what);
    try {
      await act();
    } catch (error) {
      failed.set(what, error);
      say({ type: 'failed', logGroup: what, why: messageOf(error) });
    }
  };
  const clear = (name: string, seen?: FoundLogGroup) =>
    attempt(name, async () => {
      removed += await clearGroup(seen?.filters ? seen : await logGroups.look(name), world);
      cleared.add(name);
    });
  return async (isLate) => {
    for (const [name, group] of await findGroups(world)) {
      if (isLate()) failed.set(name, new Error(`there was no time for ${name}`));
      else if (!cleared.has(name)) await clear(name, group);
    }
    // No log group has this name.
    await attempt('*', async () => {
      for await (const name of logGroups.list()) {
        if (isLate()) {
          // With so many log groups another call would come no further, and those that are known have been done.
          say({ type: 'not-looked-at', why: `there was no time for the log groups from ${name} on` });
          break;
        }
        if (!cleared.has(name)) await clear(name);
      }
    });
    return { outcome: { put: 0, removed, unmet: 0, waiting: 0 }, failures: [...failed.values()], isSending: false };
  };
}

/** None where the account cannot be read: then the list of all log groups has them. */
async function findGroups({ discovery, say }: MemberWorld): Promise<ReadonlyMap<string, FoundLogGroup>> {
  try {
    return (await discovery.find([])).logGroups;
  } catch (error) {
    say({ type: 'unreadable', what: 'the account', why: messageOf(error) });
    return new Map();
  }
}

/** @returns how many filters were removed */
async function clearGroup({ name, filters }: FoundLogGroup, { logGroups, own, say }: MemberWorld): Promise<number> {
  if (filters === null) throw new Error(`the filters of ${name} cannot be read`);
  const ours = filters.filter((filter) => isOurs(filter, own));
  for (const filter of ours) {
    await logGroups.removeFilter(name, filter.name);
    say({ type: 'remove', logGroup: name });
  }
  return ours.length;
}
