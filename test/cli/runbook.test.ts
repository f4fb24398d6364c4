/** A page of the runbooks with its blanks filled: what an incident knows, and nothing that a shell would act on. */

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { type RunbookWorld, runRunbook } from '../../cli/commands/runbook.js';
import { createMemoryStores } from '../../shared/adapters/memory/index.js';
import { alarmIds, runbookIds } from '../../shared/config/runbooks.js';
import { type Blanks, fillPage, isBlank, placeholdersIn } from '../../shared/messages/runbook.js';
import { group, incident, notice } from '../contract/examples.js';
import { testConfig } from '../support/world.js';

const NOW = Date.UTC(2026, 10, 29, 2, 30);
const SINCE = Date.UTC(2026, 10, 29, 1, 50);
const languages = ['en', 'ja'] as const;
const pageOf = (language: string, id: string) => readFileSync(`runbooks/${language}/${id}.md`, 'utf8');
const commandsIn = (text: string) =>
  [...text.matchAll(/^( *)```sh\n(.*?)^ *```$/gms)].map(([, , block = '']) => block).join('');

let lines: string[];
let world: RunbookWorld;
let stores: ReturnType<typeof createMemoryStores>;
beforeEach(() => {
  stores = createMemoryStores();
  lines = [];
  const bundle = (versionId: string) => ({ text: '', version: versionId, versionId, modifiedAt: 0 });
  world = {
    known: {
      stores,
      config: testConfig({
        truststores: { 'api.bank.example': 's3://bank-truststores/partners.pem' },
        accessLogGroups: [{ name: '/aws/apigateway/access' }],
        executionLogGroups: [{ name: '/bank/a' }, { name: '/bank/b' }],
      }),
      outputs: { DeadLetterQueueUrl: 'https://sqs.example.com/1/q' },
      truststores: { read: async () => bundle('v2'), earlier: async () => [bundle('v1')] },
      region: 'eu-central-1',
    },
    clock: { now: () => NOW },
    output: { write: (text) => lines.push(text) },
  };
});
const text = () => lines.join('');

async function fire(subjectDn: string, changes: Parameters<typeof notice>[2] = {}) {
  const failing = group(1, { issuerDn: 'C=US,O=Acme,CN=Acme CA' });
  const clients = [{ subjectDn, serialNumber: '0A1B', fingerprint: null, sourceIps: ['203.0.113.7'], count: 12 }];
  await stores.incidents.transition(
    incident(1, { incidentId: 'i1', group: failing, since: SINCE }),
    notice('n1', SINCE, { incidentId: 'i1', group: failing, cause: 'expired', clients, ...changes }),
  );
}

describe('with an incident', () => {
  it.each(languages)('fills what is known in commands and in the letter, in %s', async (lang) => {
    await fire('C=DE,O=Globex Corporation,CN=billing-batch');
    await runRunbook(null, { incident: 'i1', lang }, world);
    const commands = commandsIn(text());
    expect(text()).toContain('`expired`');
    expect(commands).toContain(`--start-time ${SINCE - 600_000} `);
    expect(commands).toContain(`'"CN=billing-batch"'`);
    expect(commands).toContain('--log-group-name /aws/apigateway/access ');
    expect(commands).toContain('--domain-name api.bank.example ');
    expect(commands).toContain('--bucket bank-truststores --key partners.pem --version-id v2');
    expect(commands).toContain('value=v1');
    expect(commands).toContain('--log-group-name EXECUTION_LOG_GROUP');
    const letter = text().slice(text().indexOf('```text'));
    for (const value of ['C=DE,O=Globex Corporation,CN=billing-batch', '0A1B', 'C=US,O=Acme,CN=Acme CA', '203.0.113.7'])
      expect(letter).toContain(value);
    expect(letter).not.toMatch(/SUBJECT_DN|SERIAL\b|DOMAIN|PARTNER_COMPANY/);
    // The times of the check are those of the fix, which nobody knows yet.
    expect(commands.slice(commands.indexOf('"Access denied') - 120)).toContain('--start-time START_MS');
    const head = text().slice(0, text().indexOf('\n# '));
    expect(head).toContain('/bank/a');
    expect(head).toContain('`YOUR_NAME`');
    expect(head).not.toContain('`DOMAIN`');
  });

  it('says what is left and gives it to programs', async () => {
    await fire('CN=x');
    await runRunbook('issuer-missing', { incident: 'i1', json: true }, world);
    const [line] = lines.map((one) => JSON.parse(one));
    expect(line).toMatchObject({ type: 'runbook', id: 'issuer-missing', incidentId: 'i1', language: 'en' });
    expect(line.filled).toMatchObject({ DOMAIN: 'api.bank.example', VERSION: 'v2', CLIENT_CN: 'x' });
    expect(line.open).toEqual(expect.arrayContaining(['YOUR_NAME', 'EXECUTION_LOG_GROUP']));
  });

  it('puts nothing into a command that a shell acts on, and shows it above the page', async () => {
    await fire(`CN=$(reboot)"';x`);
    await runRunbook(null, { incident: 'i1' }, world);
    expect(commandsIn(text())).toContain('"CN=CLIENT_CN"');
    expect(commandsIn(text())).not.toContain('reboot');
    expect(text().slice(0, text().indexOf('\n# '))).toMatch(/`CLIENT_CN`: .*reboot.*characters that a shell acts on/);
  });

  it('knows the page also where it is over, and without a truststore that can be read', async () => {
    await fire('CN=x');
    await stores.outbox.clear('n1');
    const over = incident(2, {
      incidentId: 'i1',
      group: group(1, { issuerDn: 'C=US,O=Acme,CN=Acme CA' }),
      since: SINCE,
      state: 'resolved',
      calmSince: NOW - 60_000,
      lastNoticeAt: NOW - 60_000,
    });
    await stores.incidents.transition(
      over,
      notice('n2', NOW - 60_000, { incidentId: 'i1', kind: 'resolved', cause: 'expired' }),
    );
    await runRunbook(null, { incident: 'i1' }, world);
    expect(text()).toContain('# Certificate expired');
    expect(commandsIn(text())).toContain('"CN=x"');
  });

  it('says which incidents there are where it does not know one', async () => {
    await fire('CN=x');
    await expect(runRunbook(null, { incident: 'i2' }, world)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/no incident i2; there are:\n {2}i1 {2}api\.bank\.example/),
    });
  });
});

describe('without an incident', () => {
  it('prints a page and names its blanks', async () => {
    await runRunbook('expired', { lang: 'ja' }, { ...world, known: null });
    expect(text()).toContain('> 残りの記入欄:');
    expect(text()).toContain('- `DOMAIN`、`PATH`: ');
    expect(text()).toContain('`CLIENT_CN`: アラートのクライアント一覧');
  });

  it('fills what the stack knows', async () => {
    await runRunbook('dead-letters', {}, world);
    expect(commandsIn(text())).toContain('https://sqs.example.com/1/q');
    expect(commandsIn(text())).not.toContain('QUEUE_URL');
  });

  it.each(languages)('lists every page, and prints the index unchanged, in %s', async (lang) => {
    await runRunbook(null, { lang }, { ...world, known: null });
    const listed = text()
      .split('\n')
      .slice(1, -1)
      .map((line) => line.trim().split(/ {2,}/));
    expect(listed).toEqual(runbookIds.map((id) => [id, /^# (.*)$/m.exec(pageOf(lang, id))?.[1]?.trim()]));
    lines = [];
    await runRunbook('README', { lang }, world);
    expect(text()).toContain(pageOf(lang, 'README').slice(0, 20));
    expect(text()).toContain('`QUEUE_URL`');
  });

  it.each([
    ['dead-letters', 'PREVIOUS_REVISION', /git/],
    ['expired', 'ACCESS_LOG_GROUP', /^(?!.*Execution)/],
  ])('explains a blank of %s by what it is there: %s', async (id, blank, meaning) => {
    for (const lang of languages) {
      lines = [];
      await runRunbook(id, { lang }, { ...world, known: null });
      const line = text()
        .split('\n')
        .find((one) => one.startsWith('> - ') && one.includes(`\`${blank}\``));
      expect(line).toMatch(meaning);
      expect(text().slice(0, text().indexOf('\n# '))).not.toMatch(id === 'dead-letters' ? /truststore/ : /never/);
    }
  });

  it('names the nearest pages where it does not know one', async () => {
    await expect(runRunbook('expird', {}, world)).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/no page expird; nearest:\n {2}expired\n/),
    });
    await expect(runRunbook(null, { json: true }, world)).rejects.toThrow(
      'expected the id of a page, or --incident ID',
    );
    await expect(runRunbook('expired', { lang: 'fr' }, world)).rejects.toThrow('--lang got fr; expected en or ja');
  });
});

describe('every page', () => {
  const pages = languages.flatMap((language) => runbookIds.map((id) => [language, id] as const));
  const blanksIn = (block: string) =>
    [...block.matchAll(/(?<![\w$])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*(?!\w)/g)].map(([word]) => word).filter(isBlank);

  it('keeps its commands harmless, whatever names the clients chose', () => {
    const hostile = fc.string({
      unit: fc.constantFrom(...`$\`"';&|<>(){}\\\n -*?~!#aA1.`),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom(...pages), hostile, ([language, id], value) => {
        const page = pageOf(language, id);
        const names = new Set(blanksIn(page));
        const values = Object.fromEntries([...names].map((name) => [name, value]));
        const { text } = fillPage(page, { commands: values, letter: values, choices: {} } satisfies Blanks);
        const plain = /^[A-Za-z0-9/_.][A-Za-z0-9/_.:@+ -]*$/.test(value);
        if (!plain) expect(commandsIn(text)).toBe(commandsIn(page));
        else expect(commandsIn(text).split('\n')).toHaveLength(commandsIn(page).split('\n').length);
      }),
    );
  });

  it('has the common name of a client between quotes', () => {
    const bare = pages.filter(([language, id]) =>
      commandsIn(pageOf(language, id))
        .split('\n')
        .some((line) => /CLIENT_CN/.test(line.replace(/'[^']*'/g, '').replace(/"[^"]*"/g, ''))),
    );
    expect(bare).toEqual([]);
  });

  it.each(languages)('has blanks that the index explains, but for those of one page only, in %s', (language) => {
    const explained = placeholdersIn(pageOf(language, 'README'));
    const used = new Map<string, number>();
    for (const id of runbookIds)
      for (const name of new Set(blanksIn(commandsIn(pageOf(language, id))))) used.set(name, (used.get(name) ?? 0) + 1);
    const common = [...used].filter(([, pages]) => pages > 6).map(([name]) => name);
    expect(common.filter((name) => !explained.has(name))).toEqual([]);
    expect(explained.get('KEY')).toBe(explained.get('VERSION'));
  });
});

describe('at a front door', () => {
  const atDoor = async (door: string) =>
    stores.incidents.transition(
      incident(1, { incidentId: 'd1', group: group(2, { door }), since: SINCE }),
      notice('n1', SINCE, { incidentId: 'd1', group: group(2, { door }), cause: 'expired' }),
    );

  it.each(languages)('shows the commands of the door of its incident, in %s', async (lang) => {
    await atDoor('load-balancer');
    await runRunbook(null, { incident: 'd1', lang }, world);
    expect(commandsIn(text())).toContain('"Failed:ClientCertExpired"');
    expect(commandsIn(text())).toContain('aws elbv2 modify-trust-store');
    expect(commandsIn(text())).not.toContain('apigateway');
    expect(text()).toContain(
      lang === 'en' ? '> With the commands of a load balancer.' : '> コマンドはロードバランサーのものです。',
    );
  });

  it('shows those of --door without an incident, and those of API Gateway as they are written', async () => {
    await runRunbook('issuer-missing', { door: 'cloudfront' }, { ...world, known: null });
    expect(commandsIn(text())).toContain('aws cloudfront update-trust-store');
    lines.length = 0;
    await runRunbook('issuer-missing', { door: 'apigateway' }, { ...world, known: null });
    expect(text()).toContain(pageOf('en', 'issuer-missing'));
  });

  describe.each([
    ['alb', 'a load balancer', 'ロードバランサー'],
    ['cloudfront', 'CloudFront', 'CloudFront'],
  ])('every page with --door %s', (door, name, nameJa) => {
    const shownOf = async (id: string, lang: string) => {
      lines.length = 0;
      await runRunbook(id, { door, lang }, { ...world, known: null });
      return text();
    };
    const GATEWAY = /aws apigateway|EXECUTION_LOG_GROUP|ACCESS_LOG_GROUP|apigateway:REGION/;
    const DOOR = /CONNECTION_LOG_GROUP|aws (?:elbv2|cloudfront) /;
    // It sets the doors side by side.
    const beside = new Set(['no-client-certificate']);

    it.each(languages)('has no commands of API Gateway beside those of the door, in %s', async (lang) => {
      for (const id of runbookIds.filter((one) => !beside.has(one))) {
        const commands = commandsIn(await shownOf(id, lang));
        if (GATEWAY.test(commands)) expect(commands, id).toBe(commandsIn(pageOf(lang, id)));
        if (GATEWAY.test(commands)) expect(commands, id).not.toMatch(DOOR);
      }
    });

    it.each(languages)('about API Gateway says so, and stays as it is written, in %s', async (lang) => {
      const gateways = ['waf', 'authorizer-denied', 'iam-denied', 'unmatched', 'throttling', 'domain-name-status'];
      for (const id of [...gateways, 'signature-expired', 'expired-token', 'http-api-no-execution-log']) {
        const shown = await shownOf(id, lang);
        expect(shown, id).toContain(
          lang === 'en'
            ? `> This page is about API Gateway, not about ${name}: its commands are those of API Gateway.`
            : `> このページは${nameJa}ではなくAPI Gatewayに関するものです。コマンドもAPI Gatewayのものです。`,
        );
        expect(shown, id).toContain(pageOf(lang, id));
        expect(shown).not.toMatch(/With the commands|コマンドは(?:ロード|Cloud)/);
      }
    });

    it.each(languages)('of an alarm keeps its commands, in %s', async (lang) => {
      for (const id of alarmIds) {
        const shown = await shownOf(id, lang);
        expect(shown, id).toContain(pageOf(lang, id));
        expect(shown, id).toMatch(/is about mtls-watch itself|mtls-watch自体に関する/);
      }
    });

    it.each(languages)('of an unknown reason looks for every code, once, in %s', async (lang) => {
      const shown = await shownOf('other', lang);
      const searches = commandsIn(shown)
        .split('\n')
        .filter((line) => line.includes('CONNECTION_LOG_GROUP'));
      expect(searches).toHaveLength(2);
      expect(new Set(searches).size).toBe(2);
      for (const line of searches) expect(line).toContain(`--filter-pattern '"Failed:"'`);
      expect(shown).toContain(lang === 'en' ? 'in the connection log:' : '接続ログ');
      expect(shown).not.toMatch(/execution log|実行ログ/);
    });
  });

  it.each(['denied-by-function', 'function-failed'])('says of %s that it is about CloudFront', async (id) => {
    for (const [door, name] of [
      ['alb', 'a load balancer'],
      ['apigateway', 'API Gateway'],
    ]) {
      lines.length = 0;
      await runRunbook(id, { door: door! }, { ...world, known: null });
      expect(text()).toContain(
        `> This page is about CloudFront, not about ${name}: its commands are those of CloudFront.`,
      );
      expect(text()).toContain(pageOf('en', id));
    }
    lines.length = 0;
    await runRunbook(id, { door: 'cloudfront' }, { ...world, known: null });
    expect(text()).toContain('> With the commands of CloudFront.');
  });

  it('refuses a door that is not the one of the incident', async () => {
    await atDoor('cloudfront');
    await expect(runRunbook(null, { incident: 'd1', door: 'alb' }, world)).rejects.toMatchObject({ code: 'usage' });
  });
});
