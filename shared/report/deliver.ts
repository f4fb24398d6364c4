/**
 * Delivers a week's report: files first, then what is sent, the summary and where it is asked for the mail. The files may be made twice,
 * so a run that dies while it makes them leaves nothing behind. Each of the two needs a claim of its own, a mark in the bucket:
 *
 *     (no mark) --files, claim--> claimed --send--> announced
 *                                    |
 *                                    +--> died: whoever comes after CLAIM_MS takes over and sends
 *
 * A claim is over before Lambda's first retry, a minute after a failure ("How Lambda handles errors and retries with
 * asynchronous invocation"), and holds for longer than the sending may take. A run that dies between the sending and the
 * last mark sends again, under the same id; one that finds all `announced` does nothing. One that fails does not keep the other
 * back.
 */

import * as z from 'zod';
import { MtlsWatchError, messageOf } from '../base/errors.js';
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
  /** The same with the page attached; absent where nobody is to be mailed. Settles within `limits.announceMsMax`. */
  readonly mail?: ((summary: ReportSummary, page: ReportPage) => Promise<void>) | undefined;
}

export interface ReportPage {
  /** Of the file. */
  readonly name: string;
  /** Null where the page is too large for a mail. */
  readonly html: string | null;
}

export type ReportDelivered = 'delivered' | 'delivered-before' | 'another-run-delivers';

const CLAIM_MS = limits.sendingMsMax;

const markSchema = z.strictObject({ state: z.enum(['claimed', 'announced']), at: z.number() });

type Mark = z.infer<typeof markSchema>;

/** Something to send once, and where that is noted. */
interface Sending {
  readonly markKey: string;
  readonly send: (report: Report, html: string) => Promise<void>;
}

function sendingsOf(label: string, { language, urlOf, announce, mail }: ReportDelivery): Sending[] {
  const folder = `reports/${label}`;
  const url = urlOf(`${folder}/report.html`);
  const announcement = {
    markKey: `${folder}/delivery.json`,
    send: (report: Report) => announce(summaryOf(report, language, url)),
  };
  if (mail === undefined) return [announcement];
  const withPage = (report: Report, html: string) => {
    const isFitting = Buffer.byteLength(html) <= limits.reportMailBytesMax;
    const summary = summaryOf(report, language, url, isFitting ? 'attached' : 'too-large');
    return mail(summary, { name: `mtls-watch-${label}.html`, html: isFitting ? html : null });
  };
  return [announcement, { markKey: `${folder}/mail.json`, send: withPage }];
}

/** @param make is called only if the report has to be made */
export async function deliverReport(
  label: string,
  make: () => Promise<Report>,
  to: ReportDelivery,
): Promise<ReportDelivered> {
  const { bucket, clock, language } = to;
  const known = await Promise.all(
    sendingsOf(label, to).map(async (sending) => ({ ...sending, ...(await markOf(sending.markKey, bucket)) })),
  );
  const unsent = known.filter(({ mark }) => mark?.state !== 'announced');
  if (unsent.length === 0) return 'delivered-before';
  const free = unsent.filter(({ mark }) => mark === null || clock.now() - mark.at >= CLAIM_MS);
  if (free.length === 0) return 'another-run-delivers';
  const report = await make();
  const html = pageOf(report, language);
  const folder = `reports/${label}`;
  await bucket.put(`${folder}/report.html`, html, 'text/html; charset=utf-8');
  await bucket.put(`${folder}/report.json`, JSON.stringify(report), 'application/json');
  await bucket.put(`${folder}/report.csv`, csvOf(report), 'text/csv; charset=utf-8');
  const failures: unknown[] = [];
  let isAnothers = false;
  for (const { markKey, etag, send } of free) {
    try {
      if (!(await sendOnce(markKey, etag, () => send(report, html), to))) isAnothers = true;
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, failures.map(messageOf).join('; '));
  return isAnothers ? 'another-run-delivers' : 'delivered';
}

async function markOf(key: string, bucket: ReportBucket): Promise<{ mark: Mark | null; etag: string | null }> {
  const known = await bucket.read(key);
  if (known === null) return { mark: null, etag: null };
  return { mark: markSchema.parse(JSON.parse(known.text)), etag: known.etag };
}

/** @returns false where another run was faster */
async function sendOnce(
  markKey: string,
  etag: string | null,
  send: () => Promise<void>,
  { bucket, clock }: ReportDelivery,
): Promise<boolean> {
  const at = clock.now();
  if (!(await bucket.putIf(markKey, JSON.stringify({ state: 'claimed', at }), etag))) return false;
  const claimingMs = clock.now() - at;
  if (claimingMs > CLAIM_MS - limits.announceMsMax) {
    const what = `the bucket took ${claimingMs} ms for ${markKey}, too long to send the summary in time`;
    throw new MtlsWatchError('report-undeliverable', what, { retryable: true });
  }
  await send();
  await bucket.put(markKey, JSON.stringify({ state: 'announced', at: clock.now() }), 'application/json');
  return true;
}
