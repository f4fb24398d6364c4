/**
 * The operator function: silences, acknowledges and lists for somebody who has the AWS CLI and nothing else, as in
 * CloudShell. It can do what the verbs of the command line do to one incident, by the same code. Every call is a line in its
 * log, with who called as the caller says; CloudTrail, where it records data events of Lambda, has the caller's identity under
 * the same request id.
 */

import { MtlsWatchError, messageOf } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { clean } from '../../shared/base/text.js';
import * as z from '../../shared/base/zod.js';
import {
  acknowledgeIncident,
  durationOf,
  endSilence,
  firingIncident,
  saveSilence,
  selectorsFor,
} from '../../shared/incidents/operate.js';
import { isInForce, silenceOf } from '../../shared/incidents/silence.js';
import { reasonName } from '../../shared/model/group-id.js';
import type { Incident, Silence } from '../../shared/model/index.js';
import type { Clock, Stores } from '../../shared/ports/index.js';

const id = z.string().check(z.regex(/^[\w-]{1,64}$/, 'expected an id, as the alert or the list shows it'));
const by = z.withDefault(z.string().check(z.maxLength(limits.authorCharsMax)), '');
const request = z.discriminatedUnion('verb', [
  z.strictObject({
    verb: z.literal('silence'),
    incident: id,
    for: z.string().check(z.regex(/^\d{1,4}[mhd]$/, 'expected a duration such as 30m, 2h or 5d')),
    comment: z.string().check(z.minLength(1), z.maxLength(limits.silenceCommentCharsMax)),
    by,
  }),
  z.strictObject({ verb: z.literal('acknowledge'), incident: id, by }),
  z.strictObject({ verb: z.literal('unacknowledge'), incident: id, by }),
  z.strictObject({ verb: z.literal('expire'), silence: id, by }),
  z.strictObject({ verb: z.literal('list'), by }),
]);

type Request = z.output<typeof request>;
type Reply = { readonly ok: boolean; readonly message: string } & Readonly<Record<string, unknown>>;

export interface OperatorWorld {
  readonly stores: Pick<Stores, 'silences' | 'incidents'>;
  readonly clock: Clock;
  /** Takes one line of the audit. */
  readonly audit: (line: Readonly<Record<string, unknown>>) => void;
}

/** @returns a reply for people; a request that cannot be met is a reply too, with what was expected */
export function createOperator(world: OperatorWorld) {
  return async (event: unknown, context: { readonly awsRequestId?: string } = {}): Promise<Reply> => {
    const parsed = z.parseInWords(request, event);
    const reply = parsed.success ? await answer(parsed.data, world) : refuse(parsed.error.issues);
    const asked = parsed.success ? parsed.data : { verb: 'unknown', by: '' };
    world.audit({
      message: 'operator',
      ...Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, clean(value, limits.authorCharsMax)])),
      requestId: context.awsRequestId ?? '',
      ok: reply.ok,
      reply: reply.message,
    });
    return reply;
  };
}

function refuse(issues: Parameters<typeof z.issuesText>[0]): Reply {
  const wrong = z.issuesText(issues, 'the payload');
  return { ok: false, message: clean(`expected {"verb": "silence", "incident": …}; ${wrong}`, 500) };
}

/** What only passes is thrown, so that Lambda reports the call as failed. */
async function answer(asked: Request, world: OperatorWorld): Promise<Reply> {
  try {
    return await obey(asked, world);
  } catch (error) {
    if (!(error instanceof MtlsWatchError) || error.code !== 'usage') throw error;
    return { ok: false, message: messageOf(error) };
  }
}

async function obey(asked: Request, { stores, clock }: OperatorWorld): Promise<Reply> {
  const now = clock.now();
  switch (asked.verb) {
    case 'silence': {
      const { group } = await firingIncident(asked.incident, stores);
      const length = durationOf(asked.for);
      if (!(length > 0) || length > limits.silenceMsMax) {
        return { ok: false, message: `for got ${asked.for}; expected a duration of at most 30 days, such as 2h` };
      }
      const time = { startsAt: now, endsAt: now + length, window: null };
      const author = asked.by === '' ? null : asked.by;
      const silence = await saveSilence(
        { ...selectorsFor(group), ...time, comment: asked.comment, author },
        now,
        stores,
      );
      return { ok: true, message: `silence ${silence.id} until ${iso(silence.endsAt)}`, silence: silence.id };
    }
    case 'acknowledge':
      await acknowledgeIncident(asked.incident, true, asked.by === '' ? null : asked.by, stores);
      return { ok: true, message: `incident ${asked.incident} is in hand: not repeated unless it escalates` };
    case 'unacknowledge':
      await acknowledgeIncident(asked.incident, false, null, stores);
      return { ok: true, message: `incident ${asked.incident} is no longer in hand: it is repeated` };
    case 'expire':
      await endSilence(asked.silence, now, stores);
      return { ok: true, message: `silence ${asked.silence} is over; what still fires is told within a minute` };
    case 'list':
      return list(await stores.incidents.firing(limits.firingPerSweepMax), await stores.silences.list(), now);
  }
}

function list(firing: readonly Incident[], silences: readonly Silence[], now: number): Reply {
  const inForce = silences.filter((one) => one.endsAt > now);
  return {
    ok: true,
    message: `${firing.length} incidents, ${inForce.length} silences`,
    incidents: firing.slice(0, limits.operatorListMax).map(({ incidentId, group, severity, since, acknowledged }) => ({
      incidentId,
      scope: clean(group.scope, limits.scopeCharsMax),
      issuerDn: clean(group.issuerDn, limits.typedDnCharsMax),
      ...(group.isUnverified && { isUnverified: true }),
      ...(group.door !== undefined && { door: group.door }),
      reason: group.reason,
      // The name by which a silence selects it, and what the door said.
      ...(group.words !== undefined && { reasonName: reasonName(group), words: group.words }),
      severity,
      since: iso(since),
      acknowledged,
      silencedBy: silenceOf(group, silences, now)?.id ?? null,
    })),
    silences: inForce.slice(0, limits.operatorListMax).map((one) => ({
      id: one.id,
      until: iso(one.endsAt),
      isInForce: isInForce(one, now),
      comment: one.comment,
      author: one.author ?? null,
    })),
  };
}

const iso = (at: number): string => new Date(at).toISOString();
