/** Whether SES would take the weekly report: from a verified sender, and in the sandbox to verified recipients. */

import { identitiesOf } from '../../config/report-mail.js';
import type { FoundMail } from '../../ports/watch.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, wrong } from '../check.js';
import { aws } from '../shell.js';
import type { Context } from './context.js';

export function mailChecks(context: Context): Check[] {
  const { mail } = context;
  if (mail === null) return [];
  const recipients = mail.account?.isSandbox === true ? [...new Set(mail.mail.to)] : [];
  return [sender(mail, context), ...recipients.map((address) => recipient(address, mail, context))];
}

const subjectOf = (about: string): Pick<Subject, 'id' | 'domain' | 'about'> => ({
  id: 'report-mail',
  domain: null,
  about,
});

function sender(mail: FoundMail, context: Context): Check {
  const { from } = mail.mail;
  const subject: Subject = { ...subjectOf(from), expected: `SES sends for it in ${context.found.region}` };
  if (mail.account?.isSendingPaused === true) {
    return wrong(
      subject,
      'sending is paused for the account in this Region',
      'See the account dashboard of SES for why it paused sending, and answer there: until then nobody gets the report by mail.',
    );
  }
  const state = addressState(from, mail);
  if (state === 'verified' && mail.account === null) return unknown(subject, COULD_NOT_BE_READ, ALLOW_READING);
  return stateCheck(subject, from, state, context);
}

function recipient(address: string, mail: FoundMail, context: Context): Check {
  const subject: Subject = {
    ...subjectOf(address),
    expected: 'verified, or the account out of the sandbox of SES',
  };
  return stateCheck(subject, address, addressState(address, mail), context);
}

/** Null where it could not be read. Whatever one identity lacks, the other may give. */
function addressState(address: string, { identities }: FoundMail) {
  const states = identitiesOf(address).map((identity) => identities.get(identity) ?? null);
  if (states.includes('verified')) return 'verified';
  if (states.includes(null)) return null;
  return states.includes('pending') ? 'pending' : 'absent';
}

function stateCheck(
  subject: Subject,
  address: string,
  state: ReturnType<typeof addressState>,
  context: Context,
): Check {
  if (state === null) return unknown(subject, COULD_NOT_BE_READ, ALLOW_READING);
  if (state === 'verified') return ok(subject, 'verified');
  const [, domain] = identitiesOf(address);
  if (state === 'pending') {
    return wrong(
      subject,
      'SES waits for its verification',
      `Open the link that SES mailed to ${address} (it is valid for a day), or publish the DNS records that SES shows for ${domain}: until then SES refuses the report.`,
    );
  }
  return wrong(
    subject,
    `neither it nor ${domain} is an identity of SES here`,
    `Make ${address} an identity of SES, and open the link that SES then mails there; or make ${domain} one, and publish its DNS records. Until then SES refuses the report.`,
    [aws('sesv2', 'create-email-identity', context.found, { 'email-identity': address })],
  );
}
