/**
 * The weekly report by mail: the deployed function hands it to the SES of the local AWS. An identity that is not verified costs the mail, with the
 * words of SES, and not the summary; once it is verified, the mail comes, and nothing comes twice.
 */

import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { expect, it } from 'vitest';
import { subscribeRaw } from './support/alerts.js';
import { s3 } from './support/clients.js';
import { deploy } from './support/deploy.js';
import { invoke } from './support/functions.js';
import { soon } from './support/soon.js';

const mail = { from: 'mtls@bank.example', to: ['on-call@bank.example', 'pki@bank.example'] };

/** What the local AWS keeps of the mails that it took, as text; it keeps no attachments. */
async function sent(): Promise<string> {
  const answer = await fetch(`${process.env.AWS_ENDPOINT_URL}/_ministack/ses/messages`);
  return answer.text();
}

it('goes to those who are named, once, as soon as SES takes it', async () => {
  const stack = await deploy({
    discover: { mode: 'on' },
    runbooks: { baseUrl: 'https://wiki.example.com/runbooks' },
    report: { mail },
  });
  const summaries = await subscribeRaw(stack.TopicArn, 'summaries');
  await expect(invoke(stack.ReportFunctionName, {})).rejects.toThrow(
    /from mtls@bank\.example: Email address is not verified/,
  );
  await soon(summaries).toHaveLength(1);

  await new SESv2Client({}).send(new CreateEmailIdentityCommand({ EmailIdentity: mail.from }));
  // In the place of the three quarters of a minute after which a claim is over.
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.ReportBucketName }));
  const Key = Contents.find((one) => one.Key?.endsWith('/mail.json'))?.Key;
  await s3.send(new DeleteObjectCommand({ Bucket: stack.ReportBucketName, Key }));

  expect(await invoke(stack.ReportFunctionName, {})).toBe('delivered');
  expect(await invoke(stack.ReportFunctionName, {})).toBe('delivered-before');
  const mails = await sent();
  expect(mails.match(/mtls-watch \d{4}-W\d\d: 0 refused/g), mails).toHaveLength(1);
  for (const part of [mail.from, ...mail.to, 'The page is attached']) expect(mails).toContain(part);
  expect(await summaries()).toHaveLength(1);
});
