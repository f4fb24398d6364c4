import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../shared/config/settings.js';
import { timeText } from '../../shared/messages/times.js';

describe('a time for people', () => {
  it.each([
    ['2026-11-20T03:12:04.000Z', undefined, '2026-11-20 03:12 UTC'],
    ['2026-11-20T03:12:04.000Z', 'UTC', '2026-11-20 03:12 UTC'],
    ['2026-11-20T03:12:04.000Z', 'Asia/Tokyo', '2026-11-20 03:12 UTC (12:12 JST)'],
    ['2026-11-20T15:00:00.000Z', 'Asia/Tokyo', '2026-11-20 15:00 UTC (2026-11-21 00:00 JST)'],
    ['2026-12-31T23:59:00.000Z', 'Europe/Berlin', '2026-12-31 23:59 UTC (2027-01-01 00:59 CET)'],
    ['2026-07-01T12:00:00.000Z', 'Europe/Berlin', '2026-07-01 12:00 UTC (14:00 CEST)'],
    ['2026-11-01T05:30:00.000Z', 'America/New_York', '2026-11-01 05:30 UTC (01:30 EDT)'],
    ['2026-11-01T06:30:00.000Z', 'America/New_York', '2026-11-01 06:30 UTC (01:30 EST)'],
    ['2026-11-20T03:12:04.000Z', 'Asia/Kolkata', '2026-11-20 03:12 UTC (08:42 IST)'],
    ['2026-11-20T03:12:04.000Z', 'Pacific/Kiritimati', '2026-11-20 03:12 UTC (17:12 GMT+14)'],
  ])('%s in %s', (iso, zone, text) => {
    expect(timeText(iso, zone)).toBe(text);
  });

  it('is short where the year is known', () => {
    expect(timeText('2026-11-20T23:12:04.000Z', 'Asia/Tokyo', 5)).toBe('11-20 23:12 UTC (11-21 08:12 JST)');
  });

  it('is asked for in a zone that exists', () => {
    const settings = { runbooks: { baseUrl: 'https://wiki.bank.example' } };
    expect(parseConfig({ ...settings, timeZone: 'Asia/Tokyo' }, 'x').timeZone).toBe('Asia/Tokyo');
    expect(parseConfig(settings, 'x').timeZone).toBe('UTC');
    for (const timeZone of ['JST-9', 'Asia/Tokio', '+09:00', '']) {
      expect(() => parseConfig({ ...settings, timeZone }, 'x')).toThrow(/timeZone.*Europe\/Berlin/);
    }
  });
});
