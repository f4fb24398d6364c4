/** What people read of the causes that need care in their words: as an alert, in the report, and from `diagnose`. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDiagnose } from '../../cli/commands/diagnose.js';
import { refusedOf } from '../../shared/diagnosis/refused.js';
import { messagesIn } from '../../shared/messages/index.js';
import { bodyOf, subjectOf } from '../../shared/messages/text.js';
import type { Notice, ProbedGateway } from '../../shared/model/index.js';
import { type ReasonId, refusedWithOf } from '../../shared/model/reasons.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { remedyOf } from '../../shared/report/page-actions.js';
import { verdictIn } from '../../shared/report/verdict.js';
import { diagnose } from '../../shared/x509/diagnose.js';
import { doorRules } from '../../shared/x509/door-rules.js';
import { truststoreOf } from '../../shared/x509/truststore.js';
import { AT, ca, extension, type Issued, leaf, SERVER_AUTH } from '../support/certificates.js';
import * as der from '../support/der-writer.js';

const root = ca({ subject: 'C=US,O=Acme,CN=Acme Root CA', key: 'ec-a', serial: '1001' });
const CA_NAME = 'C=US,O=Acme,CN=Acme Issuing CA';
const issuing = ca({ subject: CA_NAME, key: 'ec-b', issuer: root, serial: '1002' });
const renewed = ca({ subject: CA_NAME, key: 'ec-b', issuer: root, serial: '2002' });
const CLIENT = { subject: 'C=US,O=Partner,CN=client.partner.example', key: 'ec-c', serial: '7001', issuer: issuing };
const bySerial = extension(
  '2.5.29.35',
  der.sequence(
    der.context(1, der.context(4, issuing.certificate.issuerDer)),
    der.contextPrimitive(2, Buffer.from([0x10, 0x02])),
  ),
);
const mlDsa = der.sequence(der.sequence(der.oid('2.16.840.1.101.3.4.3.18')), der.bits(Buffer.alloc(1952, 7)));
const levels: Issued[] = [root];
for (const [at, key] of ['ec-b', 'ec-d', 'ec-e', 'ec-f'].entries())
  levels.push(ca({ subject: `C=US,O=Acme,CN=Level ${at + 1} CA`, key, issuer: levels.at(-1)!, serial: `300${at}` }));

interface Cause {
  readonly client: Issued;
  readonly store: readonly Issued[];
  readonly reason: ReasonId;
  readonly probed?: ProbedGateway | null;
  readonly text: string;
}

const CAUSES: Readonly<Record<string, Cause>> = {
  'ca-renewed': {
    client: leaf({ ...CLIENT, keyIds: false, extensions: [bySerial] }),
    store: [root, renewed],
    reason: 'issuer-not-found',
    text: 'Could not find issuer for certificate',
  },
  'foreign-key': {
    client: leaf({ ...CLIENT, spki: mlDsa }),
    store: [root, issuing],
    reason: 'insecure-signature-algorithm',
    text: 'Client cert using an insecure Signature Algorithm',
  },
  'server-only': {
    client: leaf({ ...CLIENT, extendedKeyUsage: [SERVER_AUTH] }),
    store: [root, issuing],
    reason: 'unsupported-purpose',
    text: 'unsupported certificate purpose',
  },
  'five-cas': {
    client: leaf({ ...CLIENT, issuer: levels.at(-1)! }),
    store: levels,
    reason: 'chain-too-long',
    text: 'certificate chain too long',
  },
  contradiction: {
    client: leaf(CLIENT),
    store: [root, issuing],
    reason: 'issuer-not-found',
    text: 'Could not find issuer for certificate',
  },
  'contradiction-other-cause': {
    client: leaf({ ...CLIENT, notAfter: AT - 1000 }),
    store: [root, issuing],
    reason: 'issuer-not-found',
    text: 'Could not find issuer for certificate',
  },
  'seen-here': {
    client: leaf({ ...CLIENT, key: 'ec-p521' }),
    store: [root, issuing],
    reason: 'other',
    text: 'Forbidden certificate',
    probed: {
      domain: 'partners.bank.example',
      at: AT,
      outcomes: {
        'chain-of-five': { outcome: 'refused', because: null },
        'server-only': { outcome: 'let-in', because: null },
        p521: { outcome: 'refused', because: null },
        pss: { outcome: 'let-in', because: null },
      },
    },
  },
  'likely-only': {
    client: leaf({ ...CLIENT, keyUsage: ['keyEncipherment'] }),
    store: [root, issuing],
    reason: 'other',
    text: 'Forbidden certificate',
  },
};

function noticeOf({ client, store, reason, text, probed = null }: Cause): Notice {
  const verdict = diagnose(
    client.certificate,
    truststoreOf(store.map(({ certificate }) => certificate)),
    AT,
    [],
    refusedWithOf(reason, text),
    probed,
  );
  const group = { scope: 'partners.bank.example', issuerDn: client.certificate.issuerDn, reason };
  const subjectDn = client.certificate.subjectDn;
  const refused = refusedOf(group, verdict, [{ subjectDn }]);
  const cause = verdict.reason ?? 'would-pass';
  return { ...sampleNotice('spike', AT, null), group, refused, cause, reasonText: text, verdict };
}

describe.each(['en', 'ja'] as const)('causes in %s', (language) => {
  it.each(Object.entries(CAUSES))('%s', async (name, cause) => {
    const notice = noticeOf(cause);
    const words = messagesIn[language];
    const action = { reason: cause.reason, verdict: verdictIn(notice.verdict!, true) };
    const inReport = remedyOf(action as unknown as Parameters<typeof remedyOf>[0], reportMessages[language]);
    const text = `Subject: ${subjectOf(notice, words)}\n\n${bodyOf(notice, words)}\n\n-- report --\n${inReport}\n`;
    await expect(text).toMatchFileSnapshot(`golden/${language}/cause-${name}.mail.txt`);
  });
});

describe('causes from diagnose', () => {
  it.each(Object.entries(CAUSES))('%s', async (name, { client, store, text: sentence, probed }) => {
    const folder = mkdtempSync(join(tmpdir(), 'mtls-watch-causes-'));
    const [own, bundle] = [join(folder, 'client.pem'), join(folder, 'truststore.pem')];
    writeFileSync(own, client.pem);
    writeFileSync(bundle, store.map(({ pem }) => pem).join(''));
    let text = '';
    const output = {
      write: (part: string) => {
        text += part;
      },
    };
    await runDiagnose(
      { client: own, truststore: bundle, refusedWith: sentence },
      output,
      { now: () => AT },
      { door: doorRules['api-gateway'], probed: probed ?? null },
    );
    await expect(text.replaceAll(`${folder}/`, '')).toMatchFileSnapshot(`golden/diagnose/cause-${name}.txt`);
  });
});
