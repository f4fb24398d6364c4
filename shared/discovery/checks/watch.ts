/** Checks of mtls-watch itself: it is deployed, runs, and has confirmed subscribers. */

import { limits } from '../../base/limits.js';
import { MINUTE_MS } from '../../base/time.js';
import type { FoundHeartbeat, FoundTopic } from '../../ports/watch.js';
import { span } from '../../x509/format.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, wrong } from '../check.js';
import type { Context } from './context.js';

export function watchChecks({ watch, stackName, now }: Context): Check[] {
  const deployed: Subject = { id: 'deployed', domain: null, about: stackName, expected: 'mtls-watch is deployed here' };
  if (watch === null) {
    return [
      wrong(
        deployed,
        'no such stack',
        'Deploy with npx cdk deploy, or name what is deployed: --stack NAME, or --function and --topic; --destination ARN in an account that sends its logs to a central one.',
      ),
    ];
  }
  const { target, topics } = watch;
  return [
    target === null ? unknown(deployed, COULD_NOT_BE_READ, ALLOW_READING) : ok(deployed, target.arn),
    // Counting and alerting run in the central account, and are checked there.
    ...(target?.kind === 'destination' ? [] : [heartbeat(watch.heartbeat, now)]),
    ...topics.map(topicSubscriptions),
  ];
}

/** The sweep runs every minute, and logs at least one line in each run. */
function heartbeat(found: FoundHeartbeat | null, now: number): Check {
  const subject: Subject = {
    id: 'heartbeat',
    domain: null,
    about: found?.logGroup ?? 'the sweep',
    expected: `ran in the last ${limits.heartbeatMinutesMax} minutes`,
  };
  if (found === null)
    return unknown(subject, COULD_NOT_BE_READ, 'Name the deployed stack with --stack, and allow reading its logs.');
  const remedy =
    'See whether its schedule is on and its function fails: incidents are not resolved and unpaired refusals not counted meanwhile. The runbook is sweep-not-running.';
  if (found.lastEventAt === null) return wrong(subject, 'it never ran', remedy);
  const ago = now - found.lastEventAt;
  return ago < limits.heartbeatMinutesMax * MINUTE_MS
    ? ok(subject, `ran in the last ${limits.heartbeatMinutesMax} minutes`)
    : wrong(subject, `last ran ${span(ago)} ago`, remedy);
}

function topicSubscriptions({ arn, subscriptions }: FoundTopic): Check {
  const subject: Subject = {
    id: 'topic-subscriptions',
    domain: null,
    about: arn,
    expected: 'subscribed, and every subscription confirmed',
  };
  if (subscriptions === null) return unknown(subject, COULD_NOT_BE_READ, ALLOW_READING);
  const pending = subscriptions.filter(({ isConfirmed }) => !isConfirmed);
  if (subscriptions.length === 0) {
    return wrong(
      subject,
      'nobody is subscribed',
      'Subscribe a mail address, a chat or a pager: alerts reach nobody now.',
    );
  }
  if (pending.length === 0) return ok(subject, `${subscriptions.length} confirmed`);
  const who = pending.map(({ protocol, endpoint }) => `${protocol} ${endpoint}`).join(', ');
  return wrong(
    subject,
    `not confirmed: ${who}`,
    'Open the link in the confirmation that was sent there; it is valid for two days. To have it sent again, subscribe the same address again.',
  );
}
