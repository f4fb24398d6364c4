/** Answers questions about the calls of a scope from the access logs of this account. */

import { limits } from '../base/limits.js';
import { accountOf } from '../config/qualified-names.js';
import type { CallLookUp, World } from '../ports/index.js';
import { type AskInsights, countCalls } from './count-calls.js';

/** A call that was let in may be in any log: with one that is not known, or with too many, nothing is known. */
export function lookUpIn(
  world: Pick<World, 'config' | 'clock' | 'deployment'>,
  ask: AskInsights,
): CallLookUp['lookUp'] {
  return async (scope, from, to) => {
    const { accessLogGroups, central } = world.config;
    const isElsewhere = central !== null && accountOf(scope) !== world.deployment?.accountId;
    if (isElsewhere || accessLogGroups.length > limits.callLookUpLogGroupsMax) return null;
    const { calls: all, uncounted, isWhole } = await countCalls({ from, to }, world, ask, limits.callLookUpMsMax);
    if (uncounted.length > 0 || !isWhole(scope)) return null;
    const ofScope = all.filter((one) => one.scope === scope);
    return new Map(ofScope.map(({ issuerDn, calls, letIn, letInAt }) => [issuerDn, { calls, letIn, letInAt }]));
  };
}
