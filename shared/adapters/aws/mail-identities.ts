/**
 * Asks SES whether it would take the weekly report. Changes nothing. Needs `ses:GetAccount`, and `ses:GetEmailIdentity` on the
 * sender, in the sandbox of SES on the recipients too, and on the domains of these addresses.
 */

import { GetAccountCommand, GetEmailIdentityCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import { identitiesOf } from '../../config/report-mail.js';
import type { FoundMail, IdentityState, ReportMail } from '../../ports/watch.js';
import { createReader, each, type Reader } from './discovery/reader.js';

export async function findMail(mail: ReportMail, ses: Pick<SESv2Client, 'send'>): Promise<FoundMail> {
  const reader = createReader();
  const account = await reader.read('the account of SES', async () => {
    const { ProductionAccessEnabled, SendingEnabled } = await ses.send(new GetAccountCommand({}));
    return { isSandbox: ProductionAccessEnabled !== true, isSendingPaused: SendingEnabled === false };
  });
  const addresses = account?.isSandbox === true ? [mail.from, ...mail.to] : [mail.from];
  const names = new Set(addresses.flatMap(identitiesOf));
  const identities = await each(names, async (name) => [name, await stateOf(name, ses, reader)] as const);
  return { mail, account, identities: new Map(identities), unreadable: reader.unreadable };
}

function stateOf(EmailIdentity: string, ses: Pick<SESv2Client, 'send'>, reader: Reader): Promise<IdentityState | null> {
  return reader.read(`the identity ${EmailIdentity} of SES`, async () => {
    try {
      const { VerifiedForSendingStatus } = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
      return VerifiedForSendingStatus === true ? 'verified' : 'pending';
    } catch (error) {
      if (error instanceof Error && error.name === 'NotFoundException') return 'absent';
      throw error;
    }
  });
}
