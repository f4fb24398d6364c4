/** Times for people: UTC, and beside it the time zone of the alerts. */

/** Time zones have abbreviations in the language of those who use them. */
const LANGUAGES = ['en-US', 'en-GB', 'en-AU', 'en-IN', 'ja-JP'];

/**
 * Such as `2026-11-20 15:12 UTC (2026-11-21 00:12 JST)`; the second date is left out where it is the same.
 * @param iso ISO 8601, UTC
 * @param from how many characters of the date to leave out: 5 for the year
 */
export function timeText(iso: string, timeZone = 'UTC', from = 0): string {
  const utc = iso.slice(from, 16).replace('T', ' ');
  if (timeZone === 'UTC') return `${utc} UTC`;
  const [date, time] = localOf(iso, timeZone);
  const isSameDay = date === iso.slice(0, 10);
  return `${utc} UTC (${isSameDay ? '' : `${date.slice(from)} `}${time} ${zoneName(iso, timeZone)})`;
}

function localOf(iso: string, timeZone: string): [date: string, time: string] {
  const options = { timeZone, dateStyle: 'short', timeStyle: 'short' } as const;
  // Sweden writes dates as ISO 8601 does.
  const [date = '', time = ''] = new Intl.DateTimeFormat('sv-SE', options).format(new Date(iso)).split(' ');
  return [date, time];
}

function zoneName(iso: string, timeZone: string): string {
  const names = LANGUAGES.map((language) => {
    const parts = new Intl.DateTimeFormat(language, { timeZone, timeZoneName: 'short' }).formatToParts(new Date(iso));
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  });
  return names.find((name) => /^[A-Z]{3,5}$/.test(name) && name !== 'GMT') ?? names[0] ?? timeZone;
}
