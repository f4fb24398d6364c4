/**
 * Delivers a week's report: files first, then one summary. The files may be made twice, so a run that dies while it makes
 * them leaves nothing behind. Only the summary needs a claim, a mark in the bucket:
 *
 *     (no mark) --files, claim--> claimed --summary--> announced
 *                                    |
 *                                    +--> died: whoever comes after CLAIM_MS takes over and announces
 *
 * A claim is over before Lambda's first retry, a minute after a failure ("How Lambda handles errors and retries with
 * asynchronous invocation"), and holds for longer than the summary may take. A run that dies between the summary and the
 * last mark announces again, under the same id; one that finds `announced` does nothing.
 */

import * as z from 'zod';
import { MtlsWatchError } from '../base/errors.js';
import { limits } from '../base/limits.js';
import type { Clock } from '../ports/index.js';
import { csvOf } from './csv.js';
import type { Language } from './messages/types.js';
import { pageOf } from './page.js';
import type { Report } from './schema.js';
import { type ReportSummary, summaryOf } from './summary.js';

export interface ReportBucket {
  read(key: string): Promise<{ readonly text: string; readonly etag: string } | null>;
  put(key: string, text: string, contentType: string): Promise<void>;
  /** Puts only over the version with this tag, or if there is no object (null). False if another run was faster. */
  putIf(key: string, text: string, etag: string | null): Promise<boolean>;
}

export interface ReportDelivery {
  readonly bucket: ReportBucket;
  readonly clock: Clock;
  readonly language: Language;
  /** The URL at which readers open an object. */
  readonly urlOf: (key: string) => string;
  /** Settles within `limits.announceMsMax`. */
  readonly announce: (summary: ReportSummary) => Promise<void>;
}

export type ReportDelivered = 'delivered' | 'delivered-before' | 'another-run-delivers';

const CLAIM_MS = limits.sendingMsMax;

const markSchema = z.strictObject({ state: z.enum(['claimed', 'announced']), at: z.number() });

/** @param make is called only if the report has to be made */
export async function deliverReport(
  label: string,
  make: () => Promise<Report>,
  to: ReportDelivery,
): Promise<ReportDelivered> {
  const { bucket, clock, language } = to;
  const folder = `reports/${label}`;
  const markKey = `${folder}/delivery.json`;
  const known = await bucket.read(markKey);
  const mark = known === null ? null : markSchema.parse(JSON.parse(known.text));
  if (mark?.state === 'announced') return 'delivered-before';
  if (mark !== null && clock.now() - mark.at < CLAIM_MS) return 'another-run-delivers';
  const report = await make();
  const page = `${folder}/report.html`;
  await bucket.put(page, pageOf(report, language), 'text/html; charset=utf-8');
  await bucket.put(`${folder}/report.json`, JSON.stringify(report), 'application/json');
  await bucket.put(`${folder}/report.csv`, csvOf(report), 'text/csv; charset=utf-8');
  const at = clock.now();
  const claim = JSON.stringify({ state: 'claimed', at });
  if (!(await bucket.putIf(markKey, claim, known?.etag ?? null))) return 'another-run-delivers';
  const claimingMs = clock.now() - at;
  if (claimingMs > CLAIM_MS - limits.announceMsMax) {
    const what = `the bucket took ${claimingMs} ms for ${markKey}, too long to send the summary in time`;
    throw new MtlsWatchError('report-undeliverable', what, { retryable: true });
  }
  await to.announce(summaryOf(report, language, to.urlOf(page)));
  await bucket.put(markKey, JSON.stringify({ state: 'announced', at: clock.now() }), 'application/json');
  return 'delivered';
}
