/**
 * Every verb on terminals of four widths, and in a pipe: on a terminal no line is longer than it is wide, but for commands
 * and addresses; names keep their CN; in a pipe nothing is cut. With `WIDTHS_OUT=FOLDER` the outputs are written there.
 */

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import columns from 'string-width';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runAudit } from '../../cli/commands/audit.js';
import { backtest, parseOptions } from '../../cli/commands/backtest.js';
import { costCommand } from '../../cli/commands/cost.js';
import { runDiagnose } from '../../cli/commands/diagnose.js';
import { runDoctor } from '../../cli/commands/doctor.js';
import { runExpiry } from '../../cli/commands/expiry.js';
import { listIncidents } from '../../cli/commands/incidents.js';
import { runPreflight } from '../../cli/commands/preflight.js';
import { showIncident } from '../../cli/commands/show-incident.js';
import { listSilences } from '../../cli/commands/silence.js';
import { readConfig } from '../../cli/deployed/settings.js';
import { observeClients } from '../../cli/inputs/clients.js';
import { printReplay } from '../../cli/replay/output.js';
import { replay } from '../../cli/replay/replay.js';
import type { Replayed } from '../../cli/replay/types.js';
import { refusalText, verdictText } from '../../cli/tail/show.js';
import { limits } from '../../shared/base/limits.js';
import { messagesIn } from '../../shared/messages/index.js';
import type { Diagnosis, Failure } from '../../shared/model/index.js';
import { incident } from '../contract/examples.js';
import { healthyScene } from '../support/found.js';
import { testWorld } from '../support/world.js';

const WIDTHS = [60, 80, 120, 200];
const AT = '2026-10-13T09:30:00Z';
const NOW = Date.parse(AT);
const clock = { now: () => NOW };
const day = join(import.meta.dirname, '../../sample/day');
const truststore = join(day, 'truststore.pem');
const logs = join(day, 'logs', '2026-10-13');
const LONG = `C=DE,ST=Baden-Württemberg,O=${'Vereinigte Werke '.repeat(6).trim()},OU=Integration,CN=edi-7.werke.example`;
const JAPANESE = 'C=JP,O=株式会社サンプル物流ホールディングス,OU=電子データ交換,CN=取引先接続用クライアント証明書';

type Run = (write: (text: string) => void) => unknown;
let played: Replayed;
let series = '';

async function world() {
  const made = testWorld();
  for (const [n, issuerDn] of [LONG, JAPANESE].entries()) {
    const group = { scope: 'partners.bank.example', issuerDn, reason: 'issuer-not-found' } as const;
    const times = { since: NOW - 3_600_000, lastNoticeAt: NOW - 60_000 };
    const one = incident(1, { incidentId: `incident-${n}`, group, state: 'firing', announced: true, ...times });
    await made.stores.incidents.transition(one, null);
    const selectors = { scope: null, issuerDn, reason: null, window: null };
    const life = { startsAt: NOW - 1, endsAt: NOW + 3_600_000, createdAt: NOW - 1 };
    const comment = 'they change their certificates this week, ask the partner desk before you wake anybody up';
    await made.stores.silences.save({ id: `silence-${n}`, comment, ...selectors, ...life });
  }
  return { ...made, clock, config: async () => made.config };
}

const VERBS: Readonly<Record<string, Run>> = {
  audit: (write) => runAudit(truststore, { at: AT, within: '30' }, { write }, clock),
  diagnose: (write) => {
    const options = { client: join(day, 'refused-client.pem'), truststore, at: AT };
    return runDiagnose(options, { write }, clock);
  },
  preflight: (write) => {
    const next = { truststore: join(day, 'truststore-updated.pem'), current: truststore, at: AT };
    return runPreflight(observeClients([logs]), next, { write }, clock);
  },
  expiry: (write) => runExpiry(observeClients([logs]), { truststore, at: AT, within: '30' }, { write }, clock),
  replay: (write) => {
    const out = { write } as unknown as NodeJS.WritableStream;
    printReplay(played, messagesIn.en, out, 'out/report/report.html', { inputs: [logs], truststore });
  },
  'replay in Japanese': (write) => {
    printReplay(played, messagesIn.ja, { write } as unknown as NodeJS.WritableStream, null);
  },
  incidents: async (write) => listIncidents({ ended: '0' }, { ...(await world()), output: { write } }),
  'incidents ID': async (write) => showIncident('incident-0', {}, { ...(await world()), output: { write } }),
  'silence list': async (write) => listSilences({}, { ...(await world()), output: { write } }),
  doctor: (write) => {
    const { found, watch, expectations } = healthyScene();
    for (const { truststore: one } of found.domains) one.newestVersion = 'v9';
    return runDoctor(
      { domain: [], topic: [] },
      {
        find: async () => found,
        watch: async () => watch,
        truststore: async () => ({ kind: 'read', certificates: 1, errors: [] }),
        pages: async () => expectations.pages ?? new Map(),
        mail: async () => expectations.mail!,
        clock: { now: () => expectations.now },
        output: { write },
        notes: { write: () => {} },
      },
    );
  },
  cost: (write) =>
    costCommand({ write }).parseAsync(['--failures-per-month', '10k', '--domains', '3'], { from: 'user' }),
  backtest: (write) => backtest(series, parseOptions({ step: '5', falseAlarms: '0.001', json: false }), write),
  tail: (write) => {
    const client = { subjectDn: LONG, serialNumber: '0A', fingerprint: null, sourceIp: '203.0.113.9' };
    const failure = { at: NOW, scope: 'partners.bank.example', reason: 'issuer-not-found', issuerDn: JAPANESE, client };
    write(refusalText(failure as unknown as Failure));
    const remedy = `Ask the CA ${LONG} whether it issued this certificate. If it did, add its new certificate.`;
    write(
      verdictText({
        verdict: 'refused',
        reason: 'issuer-rekeyed',
        findings: [{ code: 'issuer-rekeyed', remedy }],
      } as unknown as Diagnosis),
    );
  },
};

const { isTTY, columns: ownColumns } = process.stdout;

async function output(run: Run, width: number | null): Promise<string> {
  Object.assign(process.stdout, { isTTY: width !== null, columns: width ?? undefined });
  let text = '';
  await run((part) => {
    text += part;
  });
  return text;
}

afterEach(() => {
  Object.assign(process.stdout, { isTTY, columns: ownColumns });
});

beforeAll(async () => {
  played = await replay([logs], await readConfig(join(day, 'mtls-watch.json')), truststore);
  series = join(mkdtempSync(join(tmpdir(), 'mtls-watch-widths-')), 'series.csv');
  const counts = Array.from({ length: 600 }, (_, at) => (at > 580 ? 90 : at % 3));
  writeFileSync(series, `count,series\n${counts.map((count) => `${count},${'orders '.repeat(9)}`).join('\n')}\n`);
});

/** What is pasted stays on one line. */
const isTyped = (line: string): boolean =>
  /^ *(?:aws|mtls-watch|npm|[{$]|https?:)/.test(line) || /^ {2,4}\S+\/\S+$/.test(line);

describe.each(Object.entries(VERBS))('%s', (name, run) => {
  it.each(WIDTHS)('fits %d columns', async (width) => {
    const text = await output(run, width);
    const folder = process.env.WIDTHS_OUT;
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name.replaceAll(' ', '-')}-${width}.txt`), text);
    }
    const long = text.split('\n').filter((line) => columns(line) > width && !isTyped(line));
    expect(long).toEqual([]);
  });

  it('is whole in a pipe', async () => {
    const [piped, wide] = [await output(run, null), await output(run, 10_000)];
    const words = (text: string): string => text.replace(/\s+/g, '');
    expect(words(piped)).toEqual(words(wide));
    if (name.startsWith('incidents') || name.startsWith('silence')) expect(piped).toContain(LONG);
  });
});

it('keeps the CN of a name where the terminal has room for it', async () => {
  for (const width of WIDTHS) {
    const text = await output(VERBS.incidents as Run, width);
    expect([width, text.match(/CN=edi-7\.werke\.example/g)?.length]).toEqual([width, 1]);
    expect([width, text.match(/CN=取引先接続用/g)?.length]).toEqual([width, 1]);
  }
});

it('has DNs as long as they may be', () => {
  expect(LONG.length).toBeLessThanOrEqual(limits.dnCharsMax);
});
