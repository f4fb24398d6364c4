/** Mails the weekly report through SES, with the page attached. Needs `ses:SendEmail`, and `ses:SendRawEmail` for the attachment. */

import { type SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { MtlsWatchError, messageOf } from '../../base/errors.js';
import { limits } from '../../base/limits.js';
import type { ReportMail } from '../../ports/watch.js';
import type { ReportPage } from '../../report/deliver.js';
import type { ReportSummary } from '../../report/summary.js';

/** Rejects with `publish-failed`, retryable, where SES does not take it in time. */
export function createReportMail(
  client: Pick<SESv2Client, 'send'>,
  { from, to }: ReportMail,
): (summary: ReportSummary, page: ReportPage) => Promise<void> {
  return async ({ noticeId, subject, text }, page) => {
    const attachment = {
      FileName: page.name,
      ContentType: 'text/html; charset=utf-8',
      ContentDisposition: 'ATTACHMENT' as const,
      ContentTransferEncoding: 'BASE64' as const,
    };
    const mail = new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: [...to] },
      Content: {
        Simple: {
          Subject: { Data: subject, Charset: 'UTF-8' },
          Body: { Text: { Data: text, Charset: 'UTF-8' } },
          // A second mail about the same week can be told by it.
          Headers: [{ Name: 'X-Mtls-Watch-Notice', Value: noticeId }],
          ...(page.html !== null && { Attachments: [{ ...attachment, RawContent: Buffer.from(page.html) }] }),
        },
      },
    });
    try {
      await client.send(mail, { abortSignal: AbortSignal.timeout(limits.announceMsMax) });
    } catch (error) {
      throw new MtlsWatchError(
        'publish-failed',
        `SES did not take the report from ${from}: ${messageOf(error)}; expected a verified identity of SES for that address in this Region, and out of the sandbox for any other recipient`,
        { cause: error, retryable: true },
      );
    }
  };
}
