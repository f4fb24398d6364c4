/** Whatever clients call themselves stays text, in the page and in the CSV. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/base/limits.js';
import { buildReport, type ReportParts } from '../../shared/report/build.js';
import { csvOf } from '../../shared/report/csv.js';
import { foldRollups } from '../../shared/report/fold.js';
import { escapeHtml } from '../../shared/report/html.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { pageOf } from '../../shared/report/page.js';
import { dayIn, daysOf, daysPeriod, lastWeek, stretchOf, weekPeriod, weekUntil } from '../../shared/report/period.js';
import { summaryOf } from '../../shared/report/summary.js';
import { rollup } from '../contract/examples.js';
import { anyText } from '../support/any-text.js';
import { testConfig } from '../support/world.js';

const period = weekPeriod('2026-W46');
const hour = period.from / 3_600_000;
const at = period.from + 1_000;

function partsWith(text: string): ReportParts {
  const fold = foldRollups(period);
  const group = { scope: text, issuerDn: `CN=${text}`, reason: 'expired' as const };
  const client = { subjectDn: text, serialNumber: text, fingerprint: null, sourceIps: [text], count: 9 };
  fold.add([rollup(hour, 9, { group, firstAt: at, lastAt: at, clients: [client] })]);
  return {
    period,
    generatedAt: period.to,
    partner: null,
    folded: fold.result(),
    ended: [],
    firing: [],
    forbidden: [{ scope: text, cause: 'waf', minute: hour * 60, batchId: 'b', requests: 1, count: 1 }],
    details: [{ ...client, ...group, userAgents: [text], firstAt: at, lastAt: at }],
    expiring: null,
    sunset: [
      {
        kind: 'client',
        subjectDn: text,
        issuerDn: text,
        serialNumber: text,
        notAfter: null,
        publicCa: null,
        usages: 'both',
        until: '2027-03-15',
        requests: 1,
        successorSince: null,
      },
    ],
    silences: [{ what: text, until: '2026-10-20T00:00:00.000Z', because: text }],
    pipeline: null,
    verdictOf: () => ({
      shown: { code: 'expired', evidence: [text], remedy: text },
      diagnosis: {
        verdict: 'refused',
        reason: 'expired',
        findings: [{ code: 'expired', severity: 'error', depth: 0, subjectDn: text, evidence: [], remedy: text }],
        path: [text],
      },
    }),
    contactOf: () => ({ name: text, contact: text }),
    runbookUrl: (id) => `https://wiki.example.com/en/${id}.md`,
    scanners: new Set(),
    gaps: [{ id: 'verdicts-unavailable', detail: text }],
  };
}

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</style><svg/onload=alert(1)>',
  '=HYPERLINK("http://x.example")',
  '\u202egnp.exe\u0000\u001b[31m',
];

describe('hostile names', () => {
  it.each(HOSTILE)('%j adds no tag, no attribute and no control character to the page', (text) => {
    // `<wbr>` is where a name may be broken: it has no attribute and no content.
    const tagsOf = (page: string) =>
      page
        .replaceAll('<wbr>', '')
        .match(/<[a-z/!][^>]*>/g)
        ?.map((tag) => tag.replace(/"[^"]*"/g, '""'));
    for (const language of ['en', 'ja'] as const) {
      const page = pageOf(buildReport(partsWith(text)), language);
      expect(tagsOf(page)).toEqual(tagsOf(pageOf(buildReport(partsWith('harmless')), language)));
      expect(page.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(page).not.toContain('<script');
    }
  });

  it('escape to text that no parser takes for markup', () => {
    fc.assert(fc.property(anyText(), (text) => !/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/.test(escapeHtml(text))));
  });

  it('are no formulas in the CSV', () => {
    const start = fc.constantFrom('=', '+', '-', '@', '\t=', ' +', '＝', '|', '%', '\n@');
    fc.assert(
      fc.property(start, fc.string(), (first, rest) => {
        const scope = first + rest;
        const report = buildReport(partsWith('x'));
        const csv = csvOf({ ...report, groups: report.groups.map((group) => ({ ...group, scope })) });
        const cell = csv.slice(csv.indexOf('\r\n') + 2);
        return cell.startsWith(`"'`) || !/^"\s*[=+\-@|%＝＋－＠]/.test(cell);
      }),
    );
  });

  it('stay on their line in the mail', () => {
    const { subject, text } = summaryOf(
      buildReport(partsWith('a\nSubject: x\u202e')),
      'ja',
      'https://console.example.com/x',
    );
    expect(subject).toMatch(/^[ -~]{1,99}$/);
    expect(text).toContain('https://console.example.com/x');
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).not.toMatch(/^Subject/m);
  });
});

describe('figures', () => {
  it('of the mail are those of what is open', () => {
    const report = buildReport(partsWith('x'));
    const [action] = report.actions;
    if (action === undefined) throw new Error('expected an action');
    const over = { ...action, rank: 2, state: 'over' as const };
    const one = summaryOf({ ...report, actions: [action, over] }, 'en', 'https://reports.example.com');
    expect(one).toEqual({
      ...summaryOf({ ...report, actions: [action] }, 'en', 'https://reports.example.com'),
      text: one.text,
    });
    expect(one.text).not.toContain('2. ');
  });

  it('are in words that agree with their number', () => {
    const { todo } = reportMessages.en.sentences;
    expect([todo(1, 1, 1), todo(2, 2, 2), todo(0, 0, 0)]).toEqual([
      'One thing needs action, 1 more is over and waits for a word with the owner; 1 certificate in use expires soon without a successor.',
      '2 things need action, 2 more are over and wait for a word with the owner; 2 certificates in use expire soon without a successor.',
      'Nothing needs action; no certificate in use is known to expire soon without a successor.',
    ]);
  });

  it('say how many reasons were inferred in all hours', () => {
    const fold = foldRollups(period);
    const group = { scope: 'a.example', issuerDn: 'CN=CA', reason: 'expired' as const };
    for (const n of [0, 1]) fold.add([rollup(hour + n, 9, { group, inferred: 2 + n, firstAt: at, lastAt: at })]);
    const report = buildReport({ ...partsWith('x'), folded: fold.result() });
    expect(report.totals.inferred).toBe(5);
    expect(report.groups[0]?.inferred).toBe(5);
  });

  it('of the pipeline stand in the page where they are known', () => {
    const { labels } = reportMessages.en;
    const known = { events: 1234567, rejected: 3, duplicates: 4, lagSeconds: 5 };
    const pages = [null, known].map((pipeline) => pageOf(buildReport({ ...partsWith('x'), pipeline }), 'en'));
    expect(pages.map((page) => [page.includes(labels.events), page.includes('1,234,567')])).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  it('of a client are under its name, with the serial number where there is one', () => {
    const parts = partsWith('CN=Client');
    const shown = ['0A1B2C', ''].map((serialNumber) => {
      const details = (parts.details ?? []).map((one) => ({ ...one, serialNumber }));
      const page = pageOf(buildReport({ ...parts, details, folded: foldOf({ serialNumber }) }), 'en');
      return [page.includes('0A1B2C'), page.includes(`<br>${reportMessages.en.labels.serial} `)];
    });
    expect(shown).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

/** One client of one group. */
function foldOf({ serialNumber }: { readonly serialNumber: string }) {
  const fold = foldRollups(period);
  const group = { scope: 'a.example', issuerDn: 'CN=CA', reason: 'expired' as const };
  const client = { subjectDn: 'CN=Client', serialNumber, fingerprint: null, sourceIps: ['192.0.2.1'], count: 9 };
  fold.add([rollup(hour, 9, { group, firstAt: at, lastAt: at, clients: [client] })]);
  return fold.result();
}

it('has Japanese punctuation in Japanese, and may end a line within the names of a sentence', () => {
  const page = pageOf(buildReport(partsWith('Acme')), 'ja');
  const told = page.replace(/<style>[\s\S]*?<\/style>|<[^>]*>/g, '\n');
  expect(told).toMatch(/（前期: /);
  expect(
    told.match(
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}] ?[(;,][^\n]*|[^\n]*[;)] ?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu,
    ),
  ).toBeNull();
  expect(pageOf(buildReport(partsWith('C=US,O=Acme')), 'en')).toContain('<span class="do">C=US,<wbr>O=Acme');
});

describe('the page', () => {
  it('is one file that asks nobody for anything, and forbids it', () => {
    const page = pageOf(buildReport(partsWith('x')), 'en');
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;;/,
    );
    expect(page.match(/\b(?:src|srcset|data|action)="/g)).toBeNull();
    expect(page).not.toMatch(/url\(|@import|<link|<iframe| style="| on\w+="/);
  });

  it('has a name and a description for every picture', () => {
    const page = pageOf(buildReport(partsWith('x')), 'en');
    const pictures = page.match(/<svg[^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(1);
    for (const picture of pictures) {
      for (const id of /aria-labelledby="([^"]*)"/.exec(picture)?.[1]?.split(' ') ?? ['none']) {
        expect(page.split(`id="${id}"`)).toHaveLength(2);
      }
    }
  });
});

describe('periods', () => {
  it('are ISO weeks', () => {
    expect(new Date(period.from).toISOString()).toBe('2026-11-09T00:00:00.000Z');
    expect(weekPeriod('2026-W53').to).toBe(Date.UTC(2027, 0, 4));
    expect(lastWeek(Date.UTC(2026, 10, 16, 7)).label).toBe('2026-W46');
    expect(lastWeek(Date.UTC(2026, 10, 15, 23)).label).toBe('2026-W45');
    expect(weekUntil(Date.UTC(2026, 9, 13, 20))).toMatchObject({
      from: Date.UTC(2026, 9, 7),
      to: Date.UTC(2026, 9, 14),
    });
    expect(daysPeriod(period.from, period.to).label).toBe('2026-W46');
  });

  const zones = [
    'UTC',
    'Asia/Tokyo',
    'Europe/Berlin',
    'America/Los_Angeles',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Asia/Kolkata',
  ];
  const mondays = Array.from({ length: 106 }, (_, n) => Date.UTC(2026, 0, 5) + n * 7 * 86_400_000);
  /** The clock in a zone, as `2026-11-16 07`. */
  const clockOf = (timeZone: string): ((at: number) => string) => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
    return (at) => format.format(at).slice(0, 13);
  };

  it.each(zones)('are the weeks of %s: every one once, each whole, whenever the report is made', (timeZone) => {
    const clock = clockOf(timeZone);
    for (const hour of [0, 1, 7, 12, 23]) {
      const labels: string[] = [];
      let before: { to: number } | null = null;
      for (const monday of mondays) {
        const wanted = `${new Date(monday).toISOString().slice(0, 10)} ${String(hour).padStart(2, '0')}`;
        // The scheduler fires when the clock there shows the hour.
        const hours = Array.from({ length: 60 }, (_, n) => monday + (n - 20) * 3_600_000);
        const at = hours.find((one) => clock(one) === wanted);
        if (at === undefined) throw new Error(`${wanted} does not come in ${timeZone}`);
        const week = lastWeek(at, timeZone);
        labels.push(week.label);
        expect(week.to).toBeLessThanOrEqual(at);
        expect(at - week.to).toBeLessThan((hour + 1.6) * 3_600_000);
        expect(clock(week.from + 1_800_000)).toMatch(/ 00$/);
        expect(daysOf(week)[0]).toBe(new Date(monday - 7 * 86_400_000).toISOString().slice(0, 10));
        expect(daysOf(week)).toHaveLength(7);
        if (before !== null) expect(week.from).toBe(before.to);
        before = week;
      }
      expect(new Set(labels).size).toBe(mondays.length);
    }
  });

  it('take every hour of a week in which the clocks change', () => {
    const week = lastWeek(Date.UTC(2026, 9, 26, 6), 'Europe/Berlin');
    expect((week.to - week.from) / 3_600_000).toBe(169);
    for (let at = week.from; at < week.to; at += 3_600_000) {
      expect(stretchOf(week, at)).toBe(limits.reportWeeksMax - 1);
      expect(dayIn(week, at)).toBeLessThan(7);
    }
    expect(stretchOf(week, week.to)).toBeNull();
    expect(stretchOf(week, week.from - 1)).toBe(limits.reportWeeksMax - 2);
  });

  it.each(['Europe/Atlantis', '+02:00', 'Berlin', '', 'UTC\n', '../etc'])(
    '%j is no time zone, and fails the synth',
    (timeZone) => {
      expect(() => testConfig({ report: { timeZone } })).toThrow(/expected a time zone that exists/);
    },
  );

  it.each(['2026-W54', '2025-W53', '2026-W00', 'W46', '2026-46', ''])('%s is none', (label) => {
    expect(() => weekPeriod(label)).toThrow(/expected an ISO week/);
  });
});
