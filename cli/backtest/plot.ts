/**
 * Draws scored series as one SVG: the range of the counts, the expected value as a line, alarms as marks. A series of
 * any length is kept in a bounded number of columns; when they are full, neighbours are merged.
 */

import type { ScoredStep } from '../../shared/detect/series.js';

interface Column {
  min: number;
  max: number;
  expected: number;
  rows: number;
  alarms: number;
}

export interface Plot {
  readonly name: string;
  /** Rows of a full column; doubled when the columns are merged. */
  rowsPerColumn: number;
  rows: number;
  columns: Column[];
}

/** Twice the pixels, so that a merge leaves at least one column for each. */
const COLUMNS_MAX = 2000;
const WIDTH = 1000;
const HEIGHT = 160;
const MARGIN = { left: 60, top: 28, right: 16, bottom: 22 };

export function plotOf(name: string): Plot {
  return { name, rowsPerColumn: 1, rows: 0, columns: [] };
}

export function addPoint(plot: Plot, count: number | null, scored: ScoredStep): void {
  plot.rows++;
  const last = plot.columns.at(-1);
  const fresh = {
    min: count ?? Number.POSITIVE_INFINITY,
    max: count ?? 0,
    expected: scored.expected,
    rows: 1,
    alarms: scored.alarm ? 1 : 0,
  };
  if (last !== undefined && last.rows < plot.rowsPerColumn) mergeInto(last, fresh);
  else plot.columns.push(fresh);
  if (plot.columns.length <= COLUMNS_MAX) return;
  const merged: Column[] = [];
  for (const [i, column] of plot.columns.entries()) {
    const before = merged.at(-1);
    if (i % 2 === 1 && before !== undefined) mergeInto(before, column);
    else merged.push(column);
  }
  plot.columns = merged;
  plot.rowsPerColumn *= 2;
}

function mergeInto(column: Column, other: Column): void {
  const rows = column.rows + other.rows;
  column.expected = (column.expected * column.rows + other.expected * other.rows) / rows;
  column.min = Math.min(column.min, other.min);
  column.max = Math.max(column.max, other.max);
  column.alarms += other.alarms;
  column.rows = rows;
}

/** @param left the number of series that are not drawn */
export function drawSvg(plots: readonly Plot[], left: number, falseAlarms: number): string {
  const height = plots.length * (HEIGHT + MARGIN.top + MARGIN.bottom) + 30;
  const total = WIDTH + MARGIN.left + MARGIN.right;
  const panels = plots.map((plot, i) => panel(plot, i * (HEIGHT + MARGIN.top + MARGIN.bottom)));
  const note = `accepted false alarms: ${falseAlarms} a row${left > 0 ? `; ${left} more series not drawn` : ''}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${total}" height="${height}" viewBox="0 0 ${total} ${height}" font-family="system-ui, sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
${panels.join('\n')}
<text x="${MARGIN.left}" y="${height - 10}" fill="#555555">${escapeXml(note)}</text>
</svg>
`;
}

function panel(plot: Plot, top: number): string {
  const { columns } = plot;
  const highest = Math.max(1, ...columns.map((c) => Math.max(c.max, c.expected)));
  const x = (i: number): string => (MARGIN.left + (WIDTH * (i + 0.5)) / columns.length).toFixed(1);
  const y = (value: number): string => (top + MARGIN.top + HEIGHT * (1 - value / highest)).toFixed(1);
  const bars = columns
    .map((c, i) => (c.min > c.max ? '' : `M${x(i)} ${y(c.max)}V${y(c.min === c.max ? 0 : c.min)}`))
    .join('');
  const line = columns.map((c, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(c.expected)}`).join('');
  const alarms = columns.reduce((sum, c) => sum + c.alarms, 0);
  const marks = columns
    .map((c, i) =>
      c.alarms > 0
        ? `<circle cx="${x(i)}" cy="${y(c.max)}" r="4" fill="none" stroke="#c00000" stroke-width="1.5"/>`
        : '',
    )
    .join('');
  const base = top + MARGIN.top + HEIGHT;
  const title = `${plot.name === '' ? 'series' : plot.name}: ${plot.rows.toLocaleString('en-US')} rows, ${alarms} alarms`;
  return `<g>
<title>${escapeXml(title)}</title>
<text x="${MARGIN.left}" y="${top + 18}" font-weight="600" fill="#222222">${escapeXml(title)}</text>
<text x="${MARGIN.left - 6}" y="${top + MARGIN.top + 10}" text-anchor="end" fill="#555555">${Number(highest.toPrecision(4))}</text>
<text x="${MARGIN.left - 6}" y="${base}" text-anchor="end" fill="#555555">0</text>
<path d="M${MARGIN.left} ${base}H${MARGIN.left + WIDTH}" stroke="#bbbbbb"/>
<path d="${bars}" stroke="#7a9cc6" stroke-width="1" fill="none"/>
<path d="${line}" stroke="#e08a00" stroke-width="1.2" fill="none"/>
${marks}
<text x="${MARGIN.left}" y="${base + 15}" fill="#555555">row 0</text>
<text x="${MARGIN.left + WIDTH}" y="${base + 15}" text-anchor="end" fill="#555555">row ${plot.rows - 1}</text>
</g>`;
}

/** Names come from the file, so markup, control and direction characters are escaped. */
function escapeXml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Cn}]/gu, '?').slice(0, 120);
  return clean.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
