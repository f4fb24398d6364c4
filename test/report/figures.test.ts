/** The figures of the sample's report: in the page, in the JSON, and counted from the raw lines without the product. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../shared/config/settings.js';
import { pageOf } from '../../shared/report/page.js';
import { type Report, reportSchema } from '../../shared/report/schema.js';
import { type Made, makeSampleReport, sampleDay, truststore } from './sample.js';

let made: Made;
let report: Report;
let page: string;

beforeAll(async () => {
  made = await makeSampleReport();
  report = reportSchema.parse(JSON.parse(readFileSync(join(made.folder, 'report.json'), 'utf8')));
  page = readFileSync(join(made.folder, 'report.html'), 'utf8');
});

/** The times of all denials: each line that gives a reason, once for each request and time. */
function denialTimes(): number[] {
  const times = new Map<string, number>();
  for (const path of readdirSync(join(sampleDay, 'logs'), { recursive: true, encoding: 'utf8' })) {
    if (!/execution|connections|elasticloadbalancing/.test(path)) continue;
    const bytes = readFileSync(join(sampleDay, 'logs', path));
    const text = (path.endsWith('gz') ? gunzipSync(bytes) : bytes).toString();
    const exported = /afternoon/.test(path);
    for (const line of exported ? text.split(/^(?=\d{4}-\d\d-\d\dT)/m) : text.split('\n')) {
      let unpacked = line;
      if (line.startsWith('{"awslogs"')) {
        unpacked = gunzipSync(Buffer.from(JSON.parse(line).awslogs.data, 'base64')).toString();
      }
      const events = exported
        ? [{ id: line, timestamp: Date.parse(line.slice(0, 24)), message: line }]
        : (unpacked.match(/\{"id":"\d+","timestamp":\d+,"message":"(?:[^"\\]|\\.)*"\}/g) ?? []).map((json) =>
            JSON.parse(json),
          );
      const whole = /^\{"logGroup.*\}$/.test(unpacked) ? [JSON.parse(unpacked)] : [];
      for (const event of [...events, ...whole]) {
        if (/Access denied\. Reason:|"connectionStatus":"Failed:/.test(event.message))
          times.set(event.id, event.timestamp);
      }
      if (line.includes(' Failed:')) times.set(line, Date.parse(line.slice(0, 24)));
    }
  }
  return [...times.values()];
}

describe('the figures', () => {
  it('are those of the raw lines, day by day', () => {
    const byDay = new Map<string, number>();
    for (const time of denialTimes()) {
      const day = new Date(time).toISOString().slice(0, 10);
      byDay.set(day, (byDay.get(day) ?? 0) + 1);
    }
    expect(report.days.map(({ date, failures }) => [date, failures])).toEqual(
      report.days.map(({ date }) => [date, byDay.get(date) ?? 0]),
    );
    const sum = (from: string, to: string) =>
      [...byDay].reduce((total, [day, n]) => (from <= day && day < to ? total + n : total), 0);
    expect(report.totals.failures).toBe(sum('2026-10-07', '2026-10-14'));
    expect(report.totals.before).toBe(sum('2026-09-30', '2026-10-07'));
    expect(report.totals.stretches).toEqual(
      Array.from({ length: 9 }, (_, n) => {
        const from = Date.UTC(2026, 9, 7) - (8 - n) * 7 * 86_400_000;
        return sum(
          new Date(from).toISOString().slice(0, 10),
          new Date(from + 7 * 86_400_000).toISOString().slice(0, 10),
        );
      }),
    );
    expect(report.totals.failures).toBeGreaterThan(1_700);
  });

  it('add up in every cut', () => {
    const total = report.totals.failures;
    const sum = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
    expect(sum(report.days.map(({ failures }) => failures))).toBe(total);
    expect(sum(report.days.flatMap(({ reasons }) => Object.values(reasons)))).toBe(total);
    expect(sum(report.issuers.map(({ failures }) => failures)) + report.issuersLeftOut.failures).toBe(total);
    expect(sum(report.groups.map(({ failures }) => failures))).toBe(total);
    const before = report.totals.stretches
      .slice(4, 8)
      .map((n) => n ?? 0)
      .sort((a, b) => a - b);
    expect(report.totals.median4).toBe((before[1]! + before[2]!) / 2);
  });

  it('are the same in the page and the CSV', () => {
    const number = (n: number) => n.toLocaleString('en');
    expect(page).toContain(`<b>${number(report.totals.failures)}</b>`);
    for (const { date, failures } of report.days) {
      expect(page).toMatch(new RegExp(`<span>${date}</span></th><td class="n"[^>]*><span>${number(failures)}</span>`));
    }
    for (const action of report.actions) expect(page).toContain(`<dd>${number(action.failures)} <span`);
    for (const { cause, count } of report.otherForbidden ?? []) {
      expect([cause, page.includes(`<span>${number(count)}</span>`)]).toEqual([cause, true]);
    }
    const rows = readFileSync(join(made.folder, 'report.csv'), 'utf8').trimEnd().split('\r\n').slice(1);
    const refused = rows.map((row) => Number(/^"(?:[^"]|"")*","(?:[^"]|"")*","[^"]*",(-?\d+)/.exec(row)?.[1]));
    expect(refused.reduce((a, b) => a + b, 0)).toBe(report.totals.failures);
  });

  it('tell two groups of one claim apart by what the gateway said', () => {
    const headings = [...page.matchAll(/<h3>\d+\. (.*?) <span class="state">/g)].map(([, text]) => text);
    expect(new Set(headings.filter((text) => text?.includes('which did not sign'))).size).toBe(2);
  });

  it('tell the day’s stories: who, what, how long', () => {
    const of = (owner: string) => report.actions.find((action) => action.owner === owner);
    expect(of('Umbrella Freight')).toMatchObject({ state: 'open', verdict: { code: 'chain-too-long' } });
    expect(of('Acme Logistics Inc.')).toMatchObject({ state: 'over', verdict: { code: 'issuer-rekeyed' } });
    // Of two incidents of one cause, one was told for both.
    const told = report.incidents.filter(({ firstFailureAt }) => firstFailureAt !== null);
    const acme = told.find(({ issuerDn }) => issuerDn.includes('Acme'));
    expect(acme?.secondsToDetect).toBeLessThan(180);
    expect(acme?.secondsToResolve).toBeGreaterThan(45 * 60);
    expect(report.newIssuers.map(({ issuerDn }) => issuerDn)).toContain(acme?.issuerDn);
    expect(report.vanishedIssuers).toEqual([
      { issuerDn: 'C=US,O=Umbrella Freight,CN=Level 3 CA', lastFailures: 9, stretchesAgo: 4 },
    ]);
    expect(report.gaps).toEqual([]);
  });
});

describe('a team’s own runbook', () => {
  const linked = async (overrides: Config['runbooks']['overrides']) => {
    const { replayed } = made;
    const { config } = replayed.world;
    const world = { ...replayed.world, config: { ...config, runbooks: { ...config.runbooks, overrides } } };
    const { actions } = await made.scene.report({ ...replayed, world }, { language: 'en', truststore });
    return actions.find(({ owner }) => owner === 'Umbrella Freight');
  };

  it('is linked in place of the page, as in alerts', async () => {
    const plain = await linked([]);
    expect(plain?.runbookUrl).toMatch(/\/en\/chain-too-long\.md$/);
    const own = { issuerDn: plain?.issuerDn, url: 'https://wiki.example.com/umbrella' };
    expect((await linked([own]))?.runbookUrl).toBe(own.url);
    expect((await linked([{ ...own, issuerDn: 'CN=another' }]))?.runbookUrl).toBe(plain?.runbookUrl);
    expect((await linked([{ reason: 'chain-too-long', url: own.url }]))?.runbookUrl).toBe(own.url);
  });

  it('of one domain is not that of an action that reaches over several', async () => {
    const url = 'https://wiki.example.com/one';
    const one = await linked([{ scope: (await linked([]))?.scopes[0], url }]);
    expect(one?.runbookUrl === url).toBe(one?.scopes.length === 1);
  });
});

describe('a report for one partner', () => {
  it('holds nothing of the others', async () => {
    const acme = report.issuers.find(({ owner }) => owner === 'Acme Logistics Inc.')!;
    const narrowed = await made.scene.report(made.replayed, {
      language: 'en',
      truststore,
      partner: { organization: 'Acme Logistics Inc.' },
    });
    expect(narrowed.totals.failures).toBe(acme.failures);
    const written = JSON.stringify(narrowed) + pageOf(narrowed, 'ja');
    for (const other of [
      'Umbrella',
      'Fabrikam',
      'Initech',
      'Contoso',
      'Globex',
      'Default Company',
      'Example Bank',
      'Kunden',
    ]) {
      expect([other, written.includes(other)]).toEqual([other, false]);
    }
    expect(narrowed).toMatchObject({ otherForbidden: null, pipeline: null, silences: null });
  });

  it('leaves out the evidence of a verdict, which may name CAs of others', async () => {
    const withEvidence = ({ actions }: typeof report) => actions.filter(({ verdict }) => verdict?.evidence.length);
    const named = withEvidence(report).filter(({ owner }) => /^[\w .]+$/.test(owner));
    expect(named.length).toBeGreaterThan(1);
    for (const organization of new Set(named.map(({ owner }) => owner))) {
      const own = await made.scene.report(made.replayed, { language: 'en', truststore, partner: { organization } });
      expect(own.actions.some(({ verdict }) => verdict !== null)).toBe(true);
      expect([organization, withEvidence(own)]).toEqual([organization, []]);
    }
  });
});

describe('the schema', () => {
  it('is shipped, and a strict validator takes the report by it', () => {
    const shipped = JSON.parse(readFileSync(join(sampleDay, '../../docs/schemas/report.schema.json'), 'utf8'));
    const ajv = new Ajv2020({ strict: false });
    formats.default(ajv);
    const validate = ajv.compile(shipped);
    expect(validate(report) || validate.errors).toBe(true);
    expect(validate({ ...report, totals: 'none' })).toBe(false);
  });
});
