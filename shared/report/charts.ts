/** The charts of the page as SVG: no script, no style of their own, each with a name and a description. */

import { scaleBand, scaleLinear } from 'd3-scale';
import { stack } from 'd3-shape';
import { type Html, html } from './html.js';

const round = (n: number): number => Math.round(n * 10) / 10;

export interface StackedDay {
  readonly label: string;
  readonly total: string;
  /** One number for each of `keys`. */
  readonly parts: readonly number[];
}

/** @param keys colours are assigned in this order; at most six */
export function stackedBars(
  id: string,
  title: string,
  description: string,
  days: readonly StackedDay[],
  keys: number,
): Html {
  const [width, height, left, top, bottom] = [720, 260, 48, 20, 26];
  const totals = days.map(({ parts }) => parts.reduce((sum, n) => sum + Math.max(0, n), 0));
  const x = scaleBand<number>()
    .domain(days.map((_, n) => n))
    .range([left, width])
    .padding(0.25);
  const y = scaleLinear()
    .domain([0, Math.max(1, ...totals)])
    .nice(4)
    .range([height - bottom, top]);
  const layers = stack<StackedDay, number>()
    .keys(Array.from({ length: keys }, (_, n) => n))
    .value(({ parts }, key) => Math.max(0, parts[key] ?? 0))([...days]);
  const ticks = y.ticks(4).filter(Number.isInteger);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc>${ticks.map(
    (tick) =>
      html`<line class="rule" x1="${left}" x2="${width}" y1="${round(y(tick))}" y2="${round(y(tick))}"/><text class="axis" x="${left - 8}" y="${round(y(tick)) + 4}" text-anchor="end">${tick.toLocaleString('en')}</text>`,
  )}${layers.map((layer, key) =>
    layer.map(([from, to], n) =>
      to > from
        ? html`<rect class="f${key + 1}" x="${round(x(n) ?? 0)}" width="${round(x.bandwidth())}" y="${round(y(to))}" height="${round(y(from) - y(to))}"/>`
        : null,
    ),
  )}${days.map(
    ({ label, total }, n) =>
      html`<text x="${round((x(n) ?? 0) + x.bandwidth() / 2)}" y="${round(y(totals[n] ?? 0)) - 5}" text-anchor="middle">${total}</text><text class="axis" x="${round((x(n) ?? 0) + x.bandwidth() / 2)}" y="${height - 8}" text-anchor="middle">${label}</text>`,
  )}</svg>`;
}

/** One column for each period, the last one highlighted; a line shows the median of the four before it. */
export function columns(
  id: string,
  title: string,
  description: string,
  stretches: readonly (number | null)[],
  median4: number | null,
): Html {
  const [width, height] = [220, 64];
  const x = scaleBand<number>()
    .domain(stretches.map((_, n) => n))
    .range([0, width])
    .padding(0.2);
  const y = scaleLinear()
    .domain([0, Math.max(1, median4 ?? 0, ...stretches.map((n) => n ?? 0))])
    .range([height - 2, 4]);
  const line = median4 === null ? null : round(y(median4));
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d"><title id="${id}-t">${title}</title><desc id="${id}-d">${description}</desc><line class="rule" x1="0" x2="${width}" y1="${height - 1.5}" y2="${height - 1.5}"/>${stretches.map(
    (n, index) =>
      n === null || n <= 0
        ? null
        : html`<rect class="${index === stretches.length - 1 ? 'now' : 'past'}" x="${round(x(index) ?? 0)}" width="${round(x.bandwidth())}" y="${round(y(n))}" height="${round(height - 2 - y(n))}"/>`,
  )}${line === null ? null : html`<line class="median" x1="0" x2="${width}" y1="${line}" y2="${line}"/>`}</svg>`;
}
