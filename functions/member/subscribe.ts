/**
 * In an account that sends its logs to a central one: keeps a subscription filter on each log of its stages behind custom domains
 * with mutual TLS, and of its other front doors. It holds no state; the next run makes good what one did not do.
 */

import { messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import {
  type Action,
  type DomainPolicy,
  isOurs,
  type OwnFilters,
  planSubscriptions,
} from '../../shared/discovery/plan.js';
import type { FoundAccount } from '../../shared/model/account.js';
import type { Discovery } from '../../shared/ports/discovery.js';
import type { LogGroups } from '../../shared/ports/inventory.js';

export interface MemberWorld {
  readonly discovery: Discovery;
  readonly logGroups: LogGroups;
  readonly own: OwnFilters;
  readonly policy: DomainPolicy;
  /** A line for the function's own log. */
  readonly say: (line: object) => void;
}

/** What was done, for a person who calls the function by hand. */
export interface MemberOutcome {
  readonly put: number;
  readonly removed: number;
  /** Filters for which a log group has no place, and logs whose group is not there yet. */
  readonly unmet: number;
  readonly waiting: number;
}

export interface MemberRun {
  readonly outcome: MemberOutcome;
  /** Everything else was still done. */
  readonly failures: readonly unknown[];
  /** Whether a filter sends to the destination now. */
  readonly isSending: boolean;
}

/** Puts the filters that are missing, and removes those that no stage needs. */
export async function putFilters(world: MemberWorld): Promise<MemberRun> {
  const { discovery, own, policy, say } = world;
  const found = await discovery.find([]);
  for (const { what, why } of found.unreadable) say({ type: 'unreadable', what, why });
  const failures: unknown[] = [];
  const counts: Record<string, number> = {};
  let left: number = limits.filterChangesPerRunMax;
  for (const action of planSubscriptions({ found, remembered: [], policy, own })) {
    if ((action.kind === 'put' || action.kind === 'remove') && left-- <= 0) continue;
    try {
      const done = await carryOut(action, world);
      const { kind, logGroup } = done;
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (done.kind === 'unmet') failures.push(notSent(done));
      say({ type: kind, logGroup, ...(done.kind === 'unmet' && { why: wordsOf(done) }) });
    } catch (error) {
      failures.push(error);
      say({ type: 'failed', logGroup: action.logGroup, why: messageOf(error) });
    }
  }
  const { put = 0, remove: removed = 0, unmet = 0, wait: waiting = 0 } = counts;
  return { outcome: { put, removed, unmet, waiting }, failures, isSending: put > 0 || isSending(found, own) };
}

/** Whether a filter of ours was at the destination already. */
function isSending({ logGroups }: FoundAccount, own: OwnFilters): boolean {
  const filters = [...logGroups.values()].flatMap((group) => group.filters ?? []);
  return filters.some((filter) => filter.destinationArn === own.destinationArn && isOurs(filter, own));
}

type Unmet = Pick<Extract<Action, { readonly kind: 'unmet' }>, 'kind' | 'logGroup' | 'takenBy' | 'said'>;

/** What is not sent is as much of a failure as what was refused: nobody in this account sees the refusals. */
const notSent = (action: Unmet): Error => new Error(`${action.logGroup} is not sent: ${wordsOf(action)}`);

function wordsOf({ takenBy, said }: Unmet): string {
  return said ?? `in the way are filters that are not ours: ${takenBy.join(', ')}; remove one`;
}

async function carryOut(action: Action, { logGroups, own }: MemberWorld): Promise<Action | Unmet> {
  const { logGroup } = action;
  if (action.kind === 'remove') await logGroups.removeFilter(logGroup, action.filterName);
  if (action.kind !== 'put') return action;
  const { filterName: name, pattern } = action;
  const refusal = await logGroups.putFilter(logGroup, { name, pattern, destinationArn: own.destinationArn });
  return refusal === null ? action : { kind: 'unmet', logGroup, takenBy: [], said: refusal };
}
