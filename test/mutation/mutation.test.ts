/** The mutation run: what it draws, what it changes, and what it tells. */

import { parseSync } from 'vite';
import { expect, it } from 'vitest';
import { draw, mutate, pointsOf, withCounters } from './points.js';
import { type Result, summary } from './summary.js';

const text = `/** A comment. */
export function price(count: number, isFree: boolean): number {
  if (isFree || count < 1) return 0;
  return (count as number) * 2 + (count > 9 && !isFree ? -1 : 0);
}
`;
const texts = new Map(['shared/a/one.ts', 'shared/a/two.ts', 'shared/b/one.ts'].map((file) => [file, text]));
const points = await pointsOf(texts);

it('changes one place of a file at a time, and what it makes still parses', () => {
  const own = points.filter(({ file }) => file === 'shared/a/one.ts');
  const made = new Set(own.map((point) => mutate(point, text)));
  expect(made.size).toBe(own.length);
  expect(made).toContain(text.replace('count < 1', '(count <= 1)'));
  expect(made).toContain(text.replace('count > 9 && !isFree', '(count > 9 || !isFree)'));
  expect(made).toContain(text.replace('!isFree', 'isFree'));
  for (const one of made) expect([one, parseSync('one.ts', one).errors]).toEqual([one, []]);
});

it('draws the same by the same seed, something of every folder, and other points by another seed', () => {
  const of = (seed: number) => draw(points, 9, seed).map(({ key }) => key);
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
  expect(new Set(of(3)).size).toBe(9);
  const others = points.filter(({ file }) => file !== 'shared/a/two.ts');
  const kept = draw(others, 9, 1).map(({ key }) => key);
  expect(kept).toEqual(expect.arrayContaining(of(1).filter((key) => !key.startsWith('shared/a/two.ts'))));
  expect(of(3).filter((key) => key.startsWith('shared/b/')).length).toBeGreaterThanOrEqual(2);
});

it('counts at every point that is drawn', async () => {
  const drawn = draw(points, 12, 4);
  const { files, keys } = await withCounters(drawn, texts);
  expect([...keys.values()]).toEqual(expect.arrayContaining(drawn.map(({ key }) => key)));
  for (const { name, content } of files) expect([name, parseSync(name, content).errors]).toEqual([name, []]);
});

it('tells the figures by folder, and each survivor with its change; under 85 % is not enough', () => {
  const drawn = points.slice(0, 20);
  const told = (survivors: number) =>
    summary(7, drawn, ({ key }): Result => {
      const index = drawn.findIndex((point) => point.key === key);
      return { fate: index < survivors ? 'survived' : index === 19 ? 'timeout' : 'killed', by: null, digest: '' };
    });
  expect(told(3).isEnough).toBe(true);
  expect(told(4).isEnough).toBe(false);
  const lines = told(3).lines.join('\n');
  expect(lines).toContain('seed 7: 17 of 20 killed, 85.0 %');
  expect(lines).toMatch(/^shared\/a +\d+ +\d+ +1$/m);
  expect(lines).toContain(`shared/a/one.ts:${drawn[0]?.line} ${drawn[0]?.mutator}: survived`);
  expect(summary(7, drawn, () => undefined).isEnough).toBe(false);
});
