/** What people read on the page of the sample: labels, pictures, names. */

import { beforeAll, describe, expect, it } from 'vitest';
import { SEVERAL_STRANGERS } from '../../shared/model/counts.js';
import { findingCodes } from '../../shared/model/finding-codes.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { reportMessages } from '../../shared/report/messages/index.js';
import { partnerRemedy } from '../../shared/report/messages/to-partner.js';
import type { Language } from '../../shared/report/messages/types.js';
import { pageOf } from '../../shared/report/page.js';
import type { Report } from '../../shared/report/schema.js';
import { type Made, makeSampleReport, truststore } from './sample.js';

let made: Made;
let report: Report;

beforeAll(async () => {
  made = await makeSampleReport();
  report = await made.scene.report(made.replayed, { language: 'en', truststore });
});

describe('what people read', () => {
  const page = (language: Language): string => pageOf(report, language);

  it('begins every label with a capital, in heads, tiles and definitions', () => {
    const labels = [
      ...page('en').matchAll(
        /<(?:dt|th scope="col" class="\w")>([^<]+)<|data-label="([^"]+)"|<li><b>[^<]*<\/b><span>([^<]+)</g,
      ),
    ];
    const texts = labels.map(([, ...groups]) => groups.find((text) => text !== undefined) ?? '');
    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => /^\p{Ll}/u.test(text))).toEqual([]);
  });

  it('draws the days that one day hides a second time, and only then', () => {
    expect(page('en').match(/<svg[^>]*other-days-picture/g)).toHaveLength(1);
    const even = { ...report, days: report.days.map((day) => ({ ...day, failures: 100 })) };
    expect(pageOf(even, 'en')).not.toContain('other-days-picture');
    const calm = { ...report, days: report.days.map((day, n) => ({ ...day, failures: n === 0 ? 100 : 0 })) };
    expect(pageOf(calm, 'en')).not.toContain('other-days-picture');
  });

  it('names nobody where no certificate was sent, and breaks names behind their marks', () => {
    expect(report.clients.some(({ subjectDn }) => subjectDn === '')).toBe(true);
    expect(page('en')).not.toMatch(/<bdi><\/bdi>|, serial |serial <\/span>/);
    expect(page('en')).toContain('C=US,<wbr>O=Initech,<wbr>');
    expect(page('en')).toContain('partners.<wbr>bank.<wbr>example');
    expect(page('en')).toContain('GlobexBilling/<wbr>2.1');
  });
});

describe('the edition for a partner', () => {
  const edition = async (organization: string, language: Language): Promise<string> => {
    const partner = { organization };
    return pageOf(await made.scene.report(made.replayed, { language, truststore, partner }), language);
  };

  it.each(['en', 'ja'] as const)('speaks to the partner, and keeps what is the owner’s: %s', async (language) => {
    for (const [part, organization] of [
      ['acme logi', 'Acme Logistics Inc.'],
      ['Globex', 'Globex Corporation'],
      ['UMBRELLA', 'Umbrella Freight'],
      ['Fabrikam', 'Fabrikam Settlement Ltd'],
      ['Initech', 'Initech'],
      ['contoso', 'Contoso GmbH'],
    ] as const) {
      const page = await edition(part, language);
      expect(page).not.toMatch(
        /truststore|トラストストア|wiki\.bank|id="(?:silences|pipeline|forbidden|gaps)"|href="#gaps"/i,
      );
      expect(page).toContain(
        language === 'en' ? `${organization}: your refused client certificates` : `${organization} 様`,
      );
      expect(page).toMatch(language === 'en' ? /of your requests were refused/ : /貴社からのリクエスト/);
    }
  });

  it('asks for what the partner can change', async () => {
    expect(await edition('Globex', 'en')).toContain('Renew this certificate with the CA that issued it.');
    expect(await edition('Umbrella', 'en')).toContain('issued by a CA nearer to the root');
    expect(await edition('Fabrikam', 'en')).toContain('signed with SHA-256 or stronger');
    const claimed = await edition('Acme Logistics', 'en');
    expect(claimed).toContain('These certificates name your CA, but no CA that we know under that name signed them.');
    expect(await edition('Contoso', 'ja')).toContain('以前の証明書をお使いください');
  });

  it('has a step for every reason and finding, in both languages', () => {
    for (const language of ['en', 'ja'] as const) {
      const words = reportMessages[language];
      for (const reason of reasonIds) {
        expect(partnerRemedy({ reason, verdict: null }, words).length).toBeGreaterThan(20);
        for (const code of findingCodes) {
          const verdict = { code, remedy: '', evidence: [] };
          expect(partnerRemedy({ reason, verdict }, words).length).toBeGreaterThan(20);
        }
      }
    }
  });
});

it('counts a scanner’s refusals, not those of its worst minutes', () => {
  const scanner = report.incidents.find(({ issuerDn }) => issuerDn === SEVERAL_STRANGERS);
  const strangers = report.groups.filter(({ scope, reason }) => scope === scanner?.scope && reason === 'self-signed');
  expect(scanner?.failures).toBe(strangers.reduce((sum, { failures }) => sum + failures, 0));
  expect(scanner?.failures).toBeGreaterThan(200);
});

it('says how long a scanner went on, from the first of its refusals', () => {
  const { firstFailureAt, noticedAt, secondsToDetect, secondsToResolve, calmAt } =
    report.incidents.find(({ issuerDn }) => issuerDn === SEVERAL_STRANGERS) ?? {};
  expect(firstFailureAt).toMatch(/^2026-10-13T03:20:/);
  expect(secondsToDetect).toBe((Date.parse(noticedAt ?? '') - Date.parse(firstFailureAt ?? '')) / 1000);
  expect(secondsToResolve).toBe((Date.parse(calmAt ?? '') - Date.parse(firstFailureAt ?? '')) / 1000);
});

it.each([
  ['en', 'Globex Corporation (billing-batch)', 'rising over 9 periods'],
  ['ja', 'Globex Corporation (billing-batch)', '9 期を通して増加'],
] as const)(
  'names the client where an incident is about it, and says of a ramp that it is one: %s',
  (language, client, ramp) => {
    const expired = report.incidents.filter(({ reason }) => reason === 'expired');
    expect(expired.map(({ issuerDn, refused }) => [issuerDn.includes('Example Bank AG'), refused])).toContainEqual([
      true,
      client,
    ]);
    const about = report.incidents.filter(({ reason }) => reason === 'issuer-not-found');
    expect(about.map(({ refused }) => refused)).toEqual(about.map(() => undefined));
    const html = pageOf(report, language);
    const incidents = html.slice(html.indexOf('id="incidents"'), html.indexOf('id="changes"'));
    expect(incidents).toContain(`<b><bdi>${client}</bdi></b>`);
    expect(incidents).not.toContain('<b><bdi>Example Bank AG</bdi></b>');
    // Umbrella Freight: fewer than in the week before, after eight weeks of more and more.
    expect(html.split(`−2% · <span class="up">${ramp}</span>`)).toHaveLength(3);
  },
);
