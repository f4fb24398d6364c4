/** What doctor says of the report by mail, and what it asks SES for. */

import { describe, expect, it } from 'vitest';
import { findMail } from '../../../shared/adapters/aws/mail-identities.js';
import type { FoundMail } from '../../../shared/ports/watch.js';
import { breaking, checksOf } from '../../support/checks.js';
import type { Scene } from '../../support/found.js';

const FROM = 'mtls@bank.example';
const TO = ['on-call@bank.example', 'pki@partner.example', 'pki@partner.example'];
const OPEN = { isSandbox: false, isSendingPaused: false };
const SANDBOX = { isSandbox: true, isSendingPaused: false };

const mailed =
  (identities: Record<string, string | null>, account: FoundMail['account'] = OPEN) =>
  (scene: Scene): void => {
    const found = new Map(Object.entries(identities)) as FoundMail['identities'];
    scene.expectations.mail = { mail: { from: FROM, to: TO }, account, identities: found, unreadable: [] } as never;
  };

const create = (address: string) => `aws sesv2 create-email-identity --region eu-west-1 --email-identity ${address}`;

breaking([
  ['a verified sender', mailed({ [FROM]: 'verified', 'bank.example': 'absent' }), []],
  ['a sender of a verified domain', mailed({ [FROM]: 'absent', 'bank.example': 'verified' }), []],
  [
    'a sender of a verified domain that may not be read itself',
    mailed({ [FROM]: null, 'bank.example': 'verified' }),
    [],
  ],
  [
    'a sender that SES does not know',
    mailed({ [FROM]: 'absent', 'bank.example': 'absent' }),
    [`wrong report-mail of ${FROM}: neither it nor bank.example is an identity of SES here`],
    [create(FROM)],
  ],
  [
    'a sender whose domain waits for its records',
    mailed({ [FROM]: 'absent', 'bank.example': 'pending' }),
    [`wrong report-mail of ${FROM}: SES waits for its verification`],
  ],
  [
    'a sender of which only one half could be read',
    mailed({ [FROM]: 'absent', 'bank.example': null }),
    [`unknown report-mail of ${FROM}: could not be read`],
  ],
  [
    'an account that is not told apart from one in the sandbox',
    mailed({ [FROM]: 'verified', 'bank.example': 'absent' }, null),
    [`unknown report-mail of ${FROM}: could not be read`],
  ],
  [
    'an account whose sending SES paused',
    mailed({ [FROM]: 'verified' }, { ...OPEN, isSendingPaused: true }),
    [`wrong report-mail of ${FROM}: sending is paused for the account in this Region`],
  ],
  [
    'recipients in the sandbox, each once',
    mailed(
      {
        [FROM]: 'verified',
        'bank.example': 'absent',
        [TO[0]!]: 'pending',
        [TO[1]!]: 'absent',
        'partner.example': 'absent',
      },
      SANDBOX,
    ),
    [
      `wrong report-mail of ${TO[0]}: SES waits for its verification`,
      `wrong report-mail of ${TO[1]}: neither it nor partner.example is an identity of SES here`,
    ],
    [create(TO[1]!)],
  ],
  [
    'recipients of a verified domain',
    mailed({ 'bank.example': 'verified', 'partner.example': 'verified' }, SANDBOX),
    [],
  ],
]);

it('is silent where nobody is mailed, and says what could not be read', () => {
  expect(checksOf().filter(({ id }) => id === 'report-mail')).toEqual([]);
  const checks = checksOf((scene) => {
    mailed({ [FROM]: null, 'bank.example': null })(scene);
    scene.expectations.mail!.unreadable = [{ what: 'the identity x of SES', why: 'denied' }];
  });
  expect(checks).toContainEqual(
    expect.objectContaining({ id: 'readable', about: 'the identity x of SES', found: 'denied' }),
  );
});

describe('asking SES', () => {
  type Command = {
    readonly constructor: { readonly name: string };
    readonly input: { readonly EmailIdentity?: string };
  };
  const failure = (name: string) => Object.assign(new Error(`no ${name}`), { name });

  async function ask(account: object | Error, states: Record<string, boolean | undefined | Error>) {
    const asked: string[] = [];
    const send = async (command: Command) => {
      const { input } = command;
      asked.push(input.EmailIdentity ?? command.constructor.name);
      const answer =
        input.EmailIdentity === undefined ? account : (states[input.EmailIdentity] ?? failure('NotFoundException'));
      if (answer instanceof Error) throw answer;
      return typeof answer === 'boolean' ? { VerifiedForSendingStatus: answer } : answer;
    };
    const found = await findMail({ from: FROM, to: TO }, { send } as never);
    return { ...found, identities: Object.fromEntries(found.identities), asked };
  }

  it('asks for the sender and its domain, and for the recipients in the sandbox only', async () => {
    const open = await ask({ ProductionAccessEnabled: true, SendingEnabled: true }, { [FROM]: true });
    expect(open).toMatchObject({
      account: OPEN,
      identities: { [FROM]: 'verified', 'bank.example': 'absent' },
      asked: ['GetAccountCommand', FROM, 'bank.example'],
      unreadable: [],
    });
    const sandbox = await ask({ SendingEnabled: false }, { 'bank.example': false });
    expect(sandbox.account).toEqual({ isSandbox: true, isSendingPaused: true });
    expect(sandbox.identities['bank.example']).toBe('pending');
    expect(sandbox.asked).toEqual(['GetAccountCommand', FROM, 'bank.example', TO[0], TO[1], 'partner.example']);
  });

  it('takes what may not be read neither for absent nor for verified', async () => {
    const denied = failure('AccessDeniedException');
    const found = await ask(denied, { [FROM]: denied });
    expect(found).toMatchObject({ account: null, identities: { [FROM]: null, 'bank.example': 'absent' } });
    expect(found.unreadable.map(({ what }) => what)).toEqual(['the account of SES', `the identity ${FROM} of SES`]);
  });
});
