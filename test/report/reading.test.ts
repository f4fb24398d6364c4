/** What people read on the page of the sample: labels, pictures, names. */

import { beforeAll, describe, expect, it } from 'vitest';
import type { Language } from '../../shared/report/messages/types.js';
import { pageOf } from '../../shared/report/page.js';
import type { Report } from '../../shared/report/schema.js';
import { makeSampleReport, truststore } from './sample.js';

let report: Report;

beforeAll(async () => {
  const { scene, replayed } = await makeSampleReport();
  report = await scene.report(replayed, { language: 'en', truststore });
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
  });
});
