/**
 * The function as a custom resource of its stack: the filters are there when the stack is, and gone when it is. Where they cannot be
 * put at all, as by an account that the destination does not let in, the stack says so and is rolled back.
 */

import { messageOf } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import type { MemberOutcome } from './subscribe.js';

/** What CloudFormation sends ("Custom resource request objects" in its user guide). */
interface StackRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** What the function is called with: by the stack, by a person, or by a schedule or rule, whose event is not used. */
export type MemberEvent = StackRequest | { readonly remove?: boolean } | null | undefined;

export interface StackWorld {
  readonly run: (isRemoval: boolean) => Promise<MemberOutcome>;
  readonly put: (url: string, body: string) => Promise<void>;
  readonly sleep: (ms: number) => Promise<void>;
  /** A line for the function's own log. */
  readonly say: (line: object) => void;
}

/** A role is known everywhere some ten seconds after it was made. */
const ATTEMPTS = 4;
const MS_BETWEEN = 15_000;
/** CloudFormation takes an answer of 4,096 bytes. */
const REASON_CHARS_MAX = 1000;

export function createHandler(world: StackWorld): (event: MemberEvent) => Promise<MemberOutcome | null> {
  return async (event) => {
    if (event === null || event === undefined || !('ResponseURL' in event)) {
      return world.run(event?.remove === true);
    }
    const { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId } = event;
    const why = await (RequestType === 'Delete' ? removed(world) : subscribed(world));
    const answer = why === null ? { Status: 'SUCCESS' } : { Status: 'FAILED', Reason: clean(why, REASON_CHARS_MAX) };
    // The same id in every answer: another one would make CloudFormation delete the old resource, and with it the filters.
    const same = { PhysicalResourceId: 'subscription-filters', StackId, RequestId, LogicalResourceId };
    await world.put(ResponseURL, JSON.stringify({ ...answer, ...same }));
    return null;
  };
}

/** @returns why not; null where all is done */
async function subscribed({ run, sleep }: StackWorld): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run(false);
      return null;
    } catch (error) {
      if (attempt === ATTEMPTS) return messageOf(error);
      await sleep(MS_BETWEEN);
    }
  }
}

/** A filter that stays without its role delivers nothing, and is no reason to keep the stack. */
async function removed({ run, say }: StackWorld): Promise<null> {
  try {
    await run(true);
  } catch (error) {
    say({ type: 'not-removed', why: messageOf(error) });
  }
  return null;
}
