/** What happened in the weeks before the sample day, so that it has something to be compared with. */

import { SAMPLE_DAY } from './pki.js';
import { STORIES, type Story } from './stories.js';
import type { Refusal, Timeline } from './timeline.js';

const DAY = 86_400_000;
const MINUTE = 60_000;

const CHAIN_TOO_LONG: Refusal = { words: 'certificate chain too long', reason: 'chain-too-long' };
const ISSUER_NOT_FOUND: Refusal = { words: 'Could not find issuer for certificate', reason: 'issuer-not-found' };
const WRONG_PURPOSE: Refusal = { words: 'unsupported certificate purpose', reason: 'unsupported-purpose' };

const daysAgo = ({ date }: Timeline): number => (Date.parse(SAMPLE_DAY) - Date.parse(date)) / DAY;

/** Umbrella moves its stores one by one to certificates five steps below the root: a few more calls every week. */
function longChainsSpread(day: Timeline): void {
  const calls = Math.max(0, 7 - Math.floor(daysAgo(day) / 8)) + day.random.between(0, 1);
  for (let call = 0; call < calls; call += 1) {
    const at = day.at('05:00:00') + day.random.between(0, 16 * 60 * MINUTE);
    day.refuse(at, { api: 'partners', client: 'umbrella-client', userAgent: 'StoreSync/3.0' }, CHAIN_TOO_LONG);
  }
}

/** Initech's devices were in the field before anybody asked for their CA. */
function devicesTryNowAndThen(day: Timeline): void {
  for (let call = day.random.between(0, 2); call > 0; call -= 1) {
    const at = day.at('06:00:00') + day.random.between(0, 14 * 60 * MINUTE);
    day.refuse(at, { api: 'payments', client: 'initech-device', userAgent: 'InitechSDK/0.9' }, ISSUER_NOT_FOUND);
  }
}

/** Three weeks ago a truststore without Müller's CA was in use for 70 minutes. */
function truststoreLacksACa(day: Timeline): void {
  if (daysAgo(day) !== 21) return;
  for (let at = day.at('10:02:00'); at < day.at('11:12:00'); at += day.random.between(20, 70) * 1000) {
    const client = day.random.pick(['mueller-lager', 'mueller-versand', 'mueller-buchhaltung']);
    day.refuse(at, { api: 'partners', client, userAgent: 'okhttp/4.12.0' }, ISSUER_NOT_FOUND);
  }
}

/** Four weeks ago Umbrella tried with the certificate of a CA in place of a client's, and gave up. */
function aCaCallsItself(day: Timeline): void {
  if (daysAgo(day) !== 28) return;
  for (let n = 0; n < 9; n += 1) {
    const at = day.at('07:10:00') + n * 7 * MINUTE + day.random.between(0, MINUTE);
    day.refuse(at, { api: 'partners', client: 'umbrella-4', userAgent: 'StoreSync/3.0-rc1' }, WRONG_PURPOSE);
  }
}

/** Keeps the sample small. */
function everyFourthDay(story: Story): Story {
  return { ...story, tell: (day, scale) => (daysAgo(day) % 4 === 1 ? story.tell(day, scale) : undefined) };
}

const stories: readonly Story[] = [
  { name: 'long-chains', tell: longChainsSpread, daily: true, alert: 'none' },
  { name: 'devices', tell: devicesTryNowAndThen, daily: true, alert: 'none' },
  { name: 'truststore-without-ca', tell: truststoreLacksACa, daily: true, alert: 'group' },
  { name: 'ca-as-client', tell: aCaCallsItself, daily: true, alert: 'none' },
];

/** Of the stories of every day all but the traffic itself. */
export const HISTORY: readonly Story[] = [
  ...STORIES.filter(({ name, daily }) => daily && name !== 'everyday-traffic').map((story) =>
    story.name === 'scattered' ? everyFourthDay(story) : story,
  ),
  ...stories,
];

/** How many of the sample day's other 403s a day of history has. */
export const HISTORY_SCALE = 0.01;
