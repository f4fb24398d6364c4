/**
 * Delivers a week's report once: files first, then one summary. A mark in the bucket says how far a run came:
 *
 *     (no mark) --claim--> claimed --files, summary--> announced
 *                             |
 *                             +--> crashed: whoever comes after CLAIM_MS takes over and announces
 *
 * A run that dies between the summary and the last mark may announce twice; one that finds `announced` does nothing.
 */

import * as z from 'zod';
import type { Clock } from '../ports/index.js';
import { csvOf } from './csv.js';
import type { Language } from './messages/index.js';
import { pageOf } from './page.js';
import type { Report } from './schema.js';
import { type Summary, summaryOf } from './summary.js';

export interface ReportBucket {
  read(key: string): Promise<{ readonly text: string; readonly etag: string } | null>;
  put(key: string, text: string, contentType: string): Promise<void>;
  /** Puts only over the version with this tag, or where nothing is (null). False when another one was quicker. */
  putIf(key: string, text: string, etag: string | null): Promise<boolean>;
}

export interface Delivery {
  readonly bucket: ReportBucket;
  readonly clock: Clock;
  readonly language: Language;
  /** Where readers open an object. */
  readonly urlOf: (key: string) => string;
  readonly announce: (summary: Summary) => Promise<void>;
}

export type Delivered = 'delivered' | 'delivered-before' | 'another-run-delivers';

/** A run takes less than Lambda's longest time. */
const CLAIM_MS = 15 * 60_000;

const markSchema = z.strictObject({ state: z.enum(['claimed', 'announced']), at: z.number() });

/** @param make is called only when the report is wanted */
export async function deliverReport(label: string, make: () => Promise<Report>, to: Delivery): Promise<Delivered> {
  const { bucket, clock, language } = to;
  const folder = `reports/${label}`;
  const markKey = `${folder}/delivery.json`;
  const known = await bucket.read(markKey);
  const mark = known === null ? null : markSchema.parse(JSON.parse(known.text));
  if (mark?.state === 'announced') return 'delivered-before';
  if (mark !== null && clock.now() - mark.at < CLAIM_MS) return 'another-run-delivers';
  const claim = JSON.stringify({ state: 'claimed', at: clock.now() });
  if (!(await bucket.putIf(markKey, claim, known?.etag ?? null))) return 'another-run-delivers';
  const report = await make();
  const page = `${folder}/report.html`;
  await bucket.put(page, pageOf(report, language), 'text/html; charset=utf-8');
  await bucket.put(`${folder}/report.json`, JSON.stringify(report), 'application/json');
  await bucket.put(`${folder}/report.csv`, csvOf(report), 'text/csv; charset=utf-8');
  await to.announce(summaryOf(report, language, to.urlOf(page)));
  await bucket.put(markKey, JSON.stringify({ state: 'announced', at: clock.now() }), 'application/json');
  return 'delivered';
}
