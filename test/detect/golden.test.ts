/**
 * What the detector says of whole histories, moment by moment, in its own words and with the numbers behind them. A change of the
 * mathematics shows here as a diff: where it is meant, read the diff, and run this with `--update`.
 */

import { expect, it } from 'vitest';
import { detectionSchema } from '../../shared/config/settings.js';
import { detect, detectLate, type History, learnAll } from '../../shared/detect/detect.js';
import type { Detection } from '../../shared/detect/detection.js';
import { type ClassName, historyOf } from '../support/histories.js';

const policy = detectionSchema.parse({});
const HOUR = 60;
const DAY = 24 * HOUR;
const END = 30 * DAY;
/** Of the minutes since then the log has not come. */
const OPEN = 3;
const AFTER = [0, 1, 3, 8, 20, 60, 150, 400];

const round = (n: number): string => (Number.isFinite(n) ? String(Number(n.toPrecision(3))) : String(n));

/** Such as `day 17 09:30 spike`, with the reason, and the numbers that are neither 0 nor missing. */
function line(t: number, { kind, because, numbers }: Detection): string {
  const { course, ...rest } = numbers;
  const shown = Object.entries({ ...rest, ...course }).flatMap(([name, value]) =>
    value === null || value === 0 || value === false ? [] : [`${name} ${value === true ? 'yes' : round(value)}`],
  );
  const clock = new Date(t * 60_000).toISOString().slice(11, 16);
  return `day ${Math.floor(t / DAY)} ${clock} ${kind}: ${because}\n    ${shown.join(', ')}\n`;
}

function told(className: ClassName, seed: number): string {
  const { counts, incidents, outages } = historyOf(className, seed);
  const marks = [...incidents, ...outages].flatMap(({ from, to }) =>
    AFTER.flatMap((after) => [from + after, to + after]),
  );
  const regular = Array.from({ length: END / (7 * HOUR) }, (_, n) => (n + 1) * 7 * HOUR);
  const moments = [...new Set([...regular, ...marks])].filter((t) => t < END).sort((a, b) => a - b);
  const isOut = (t: number) => outages.some(({ from, to }) => t >= from && t <= to);
  let history: History | null = null;
  let closed = -1;
  const lines: string[] = [];
  for (const t of moments) {
    const steps = [];
    for (let step = closed + 1; step <= t - OPEN; step++) {
      const count = isOut(step) ? 0 : (counts[step] ?? 0);
      if (count > 0 || step === t - OPEN) steps.push({ step, count });
    }
    if (steps.length > 0) history = learnAll(history, steps, policy, isOut);
    closed = Math.max(closed, t - OPEN);
    const open = counts.slice(closed + 1, t + 1).map((count, n) => (isOut(closed + 1 + n) ? 0 : count));
    lines.push(line(t, detect(history, { step: t, counts: open }, policy)));
    if (history !== null && outages.some(({ to }) => t === to + 3)) {
      const hour = counts.slice(t - 2 - HOUR, t - 2);
      lines.push(line(t, detectLate(history, { step: t - 3, counts: hour }, policy, 3)));
    }
  }
  return lines.join('');
}

it.each([
  ['sparse noise', 3],
  ['daily and weekly rhythm', 2],
  ['nightly failures', 1],
  ['late flood', 1],
  ['sustained spike', 1],
  ['burst of one minute', 2],
  ['slow burn', 1],
  ['flapping', 1],
] as const)('%s', async (className, seed) => {
  await expect(told(className, seed)).toMatchFileSnapshot(`golden/${className.replaceAll(' ', '-')}.txt`);
});
