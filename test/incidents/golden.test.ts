/**
 * What becomes of an incident over whole histories: when it begins, what is told of it, why, and when it ends. A change of these
 * decisions shows here as a diff: where it is meant, read the diff, and run this with `--update`.
 */

import { expect, it } from 'vitest';
import { detectionSchema } from '../../shared/config/settings.js';
import { detectAfter, goOn, type History, historyOf as packed } from '../../shared/detect/detect.js';
import { advance, noticeIdOf } from '../../shared/incidents/incident.js';
import type { GroupKey, Incident } from '../../shared/model/index.js';
import { type ClassName, historyOf, LEARNED } from '../support/histories.js';

const policy = detectionSchema.parse({});
const MINUTE = 60_000;
const HOUR = 60;
const DAY = 24 * HOUR;
const END = LEARNED + 14 * DAY;
const OPEN = 3;
const group: GroupKey = { scope: 'api.example.com', issuerDn: 'CN=A', reason: 'expired' };

/** Each change of the incident: its state after it, what is told, and why. */
function told(className: ClassName, seed: number): string {
  const { counts } = historyOf(className, seed);
  let history: History | null = null;
  let current: Incident | null = null;
  let closed = -1;
  const lines: string[] = [];
  for (let t = LEARNED; t < END; t++) {
    const window = counts.slice(t - OPEN + 1, t + 1);
    const isQuiet = window.every((count) => count === 0) && current?.state !== 'firing';
    if (isQuiet && t % DAY !== 0) continue;
    const steps = [];
    for (let step = closed + 1; step <= t - OPEN; step++) {
      const count = counts[step] ?? 0;
      if (count > 0 || step === t - OPEN) steps.push({ step, count });
    }
    const learned = goOn(history, steps, policy);
    const change = advance(
      current,
      detectAfter(learned, { step: t, counts: window }, policy),
      group,
      t * MINUTE,
      policy,
    );
    if (steps.length > 0) history = packed(learned);
    closed = t - OPEN;
    if (change === null) continue;
    const before: Incident | null = current;
    current = change.next;
    if (
      change.notice === null &&
      before?.state === current.state &&
      (before.calmSince === null) === (current.calmSince === null)
    )
      continue;
    const { state, calmSince, flaps, repeats, noticedCount } = current;
    const rest = [
      `calm since ${calmSince === null ? 'never' : (t * MINUTE - calmSince) / MINUTE}`,
      `noticed ${noticedCount}`,
      `flaps ${flaps}`,
      `repeats ${repeats}`,
    ];
    const clock = new Date(t * MINUTE).toISOString().slice(11, 16);
    lines.push(
      `day ${Math.floor(t / DAY)} ${clock} ${state}, told ${change.notice ?? 'nothing'}: ${change.because}\n    ${rest.join(', ')}\n`,
    );
    if (change.notice !== null) expect(noticeIdOf(current)).toMatch(/^[\w-]+$/);
  }
  return lines.join('');
}

it.each([
  ['CA rotation', 1],
  ['flapping', 1],
  ['two in a row', 1],
  ['scanner', 1],
] as const)('%s', async (className, seed) => {
  await expect(told(className, seed)).toMatchFileSnapshot(`golden/${className.replaceAll(' ', '-')}.txt`);
});
