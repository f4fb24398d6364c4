/** The time zones that a parameter of a template may have. A pattern would let through names that nothing has, and a function would not start. */

/** Today's names of zones that ICU lists by the former ones. */
const RENAMED = [
  'Africa/Asmara',
  'America/Argentina/Buenos_Aires',
  'America/Argentina/Catamarca',
  'America/Argentina/Cordoba',
  'America/Argentina/Jujuy',
  'America/Argentina/Mendoza',
  'America/Atikokan',
  'America/Indiana/Indianapolis',
  'America/Kentucky/Louisville',
  'America/Nuuk',
  'Asia/Ho_Chi_Minh',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Yangon',
  'Atlantic/Faroe',
  'Europe/Kyiv',
  'Pacific/Chuuk',
  'Pacific/Kanton',
  'Pacific/Pohnpei',
];

/** In order, each once. */
export const timeZones: readonly string[] = [
  ...new Set(['UTC', ...[...Intl.supportedValuesOf('timeZone'), ...RENAMED].sort()]),
];
