/**
 * The function as a custom resource of its stack: the filters are there when the stack is, and gone when it is. Where they cannot be
 * put at all, as by an account that the destination does not let in, the stack says so and is rolled back; one log group that takes none
 * is left to the schedule. Where they cannot be
 * taken away, it stays, so that they can be later.
 */

import { messageOf } from '../../shared/base/errors.js';
import { clean } from '../../shared/base/text.js';
import type { MemberOutcome, MemberRun } from './subscribe.js';

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
  readonly put: () => Promise<MemberRun>;
  /** What it returns does all that is left at each call. */
  readonly removal: () => (isLate: () => boolean) => Promise<MemberRun>;
  /** @returns the status of CloudFormation's response */
  readonly answer: (url: string, body: string) => Promise<number>;
  readonly sleep: (ms: number) => Promise<void>;
}

/** What Lambda tells of the call. */
interface Call {
  readonly getRemainingTimeInMillis: () => number;
}

/** A role is known everywhere some ten seconds after it was made. */
const ATTEMPTS = 4;
const MS_BETWEEN = 15_000;
/** For a call to AWS that is retried when the time is nearly up, and for the answer. */
const MS_KEPT = 60_000;
/** CloudFormation takes an answer of 4,096 bytes. */
const REASON_CHARS_MAX = 1000;

export function createHandler(world: StackWorld): (event: MemberEvent, call: Call) => Promise<MemberOutcome | null> {
  return async (event, call) => {
    const isLate = (ms = 0) => call.getRemainingTimeInMillis() < MS_KEPT + ms;
    const removal = world.removal();
    const remove = () => removal(() => isLate());
    if (event === null || event === undefined || !('ResponseURL' in event)) {
      return outcomeOf(await (event?.remove === true ? remove() : world.put()));
    }
    const { RequestType, ResponseURL, StackId, RequestId, LogicalResourceId } = event;
    const isDelete = RequestType === 'Delete';
    const why = await attempt(isDelete ? remove : world.put, () => isLate(MS_BETWEEN), world);
    const said = isDelete
      ? `Filters may be left; delete the stack again, or retain ${LogicalResourceId}: ${why}`
      : `${why}`;
    const answer = why === null ? { Status: 'SUCCESS' } : { Status: 'FAILED', Reason: clean(said, REASON_CHARS_MAX) };
    // The same id in every answer: another one would make CloudFormation delete the old resource, and with it the filters.
    const same = { PhysicalResourceId: 'subscription-filters', StackId, RequestId, LogicalResourceId };
    await tell(ResponseURL, JSON.stringify({ ...answer, ...same }), world);
    return null;
  };
}

/** @throws Error if CloudFormation, which would wait for an hour, cannot be told; Lambda then calls again */
async function tell(url: string, body: string, { answer, sleep }: StackWorld): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const status = await answer(url, body);
      if (status < 300) return;
      throw new Error(`CloudFormation does not take the answer: status ${status}`);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(MS_BETWEEN);
    }
  }
}

/** @throws AggregateError if anything failed */
function outcomeOf({ outcome, failures }: MemberRun): MemberOutcome {
  if (failures.length > 0) throw new AggregateError(failures, failures.map(messageOf).join('; '));
  return outcome;
}

/** @returns why not; null where all is done, or where logs are sent and the schedule goes on with the rest */
async function attempt(
  run: () => Promise<MemberRun>,
  isLate: () => boolean,
  { sleep }: StackWorld,
): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    let isSending = false;
    try {
      const done = await run();
      isSending = done.isSending;
      outcomeOf(done);
      return null;
    } catch (error) {
      if (attempt === ATTEMPTS || isLate()) return isSending ? null : messageOf(error);
      await sleep(MS_BETWEEN);
    }
  }
}
