/**
 * Public CAs, and the dates until which they issue certificates for client authentication. Chrome's root program
 * requires server certificates without it, and the CAs stop one after another. Existing certificates stay valid until
 * they expire. As of 2026-11-20.
 */

import { type Phrase, say } from '../model/phrases.js';
import { organizationsOf } from './names.js';

export interface PublicCa {
  readonly name: string;
  /**
   * ISO date after which the CA issues no certificate with client authentication; null if the CA has published no date
   * of its own.
   */
  readonly until: string | null;
  /** Organizations in the names of its CAs; a trailing `*` matches every name that begins with these words. */
  readonly organizations: readonly string[];
  readonly source: string;
}

/** Chrome's date, which applies to all CAs without one of their own. */
export const CHROME_DATE = '2027-03-15';
export const CHROME_SOURCE = 'https://googlechrome.github.io/chromerootprogram/';

const ENDED_OR_DATED: readonly PublicCa[] = [
  {
    name: 'Amazon Trust Services (ACM)',
    until: '2025-06-11',
    // Exact names only: "Amazon.com Inc." and "Amazon Web Services" are names of private CAs.
    organizations: ['Amazon', 'Amazon Trust Services'],
    source: 'https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html',
  },
  {
    name: 'ZeroSSL',
    until: '2025-10-31',
    organizations: ['ZeroSSL*'],
    source: 'ZeroSSL, October 2025, without a day',
  },
  {
    name: "Let's Encrypt",
    until: '2026-07-08',
    organizations: ["Let's Encrypt*", 'Internet Security Research Group*'],
    source: 'https://letsencrypt.org/docs/profiles/',
  },
  {
    name: 'Sectigo',
    until: '2027-02-10',
    organizations: ['Sectigo*', 'COMODO*', 'The USERTRUST Network*', 'GEANT Vereniging*', 'Gandi*'],
    source: 'https://sectigo.com/faq-client-authentication-eku-deprecation',
  },
  {
    name: 'DigiCert',
    until: '2027-03-01',
    organizations: ['DigiCert*', 'GeoTrust*', 'Thawte*', 'RapidSSL*', 'QuoVadis*'],
    source:
      'https://knowledge.digicert.com/alerts/sunsetting-client-authentication-eku-from-digicert-public-tls-certificates',
  },
];

const BY_CHROME: readonly PublicCa[] = [
  ['Actalis', 'Actalis*'],
  ['Buypass', 'Buypass*'],
  ['Certum', 'Certum*', 'Asseco Data Systems*', 'Unizeto Technologies*'],
  ['Cybertrust Japan', 'Cybertrust Japan*'],
  ['D-Trust', 'D-Trust*'],
  ['Entrust', 'Entrust*'],
  ['GlobalSign', 'GlobalSign*', 'GMO GlobalSign*'],
  ['GoDaddy', 'GoDaddy*', 'GoDaddy.com*', 'Starfield Technologies*'],
  ['Google Trust Services', 'Google Trust Services*'],
  ['HARICA', 'HARICA*', 'Hellenic Academic and Research Institutions CA*'],
  ['IdenTrust', 'IdenTrust*'],
  ['JPRS', 'Japan Registry Services*'],
  ['Network Solutions', 'Network Solutions*'],
  ['SECOM', 'SECOM Trust Systems*', 'SECOM Trust.net*'],
  ['SSL.com', 'SSL Corp*', 'SSL Corporation*'],
  ['SwissSign', 'SwissSign*'],
  ['Telekom Security', 'Deutsche Telekom Security*', 'T-Systems*'],
  ['Trustwave', 'Trustwave*'],
  ['WISeKey', 'WISeKey*'],
].map(([name = '', ...organizations]) => ({ name, until: null, organizations, source: CHROME_SOURCE }));

const publicCas: readonly PublicCa[] = [...ENDED_OR_DATED, ...BY_CHROME];

const byOrganization = publicCas.flatMap((ca) =>
  ca.organizations.map((one) => ({ ca, isStart: one.endsWith('*'), text: one.replace('*', '').toLowerCase() })),
);

/**
 * Decided by the organization in a canonical DN alone. This is a hint: anybody can make a CA with that name, and some
 * public CAs operate private ones too.
 */
export function publicCaOf(dn: string): PublicCa | null {
  const organizations = organizationsOf(dn).map((one) => one.toLowerCase());
  const found = byOrganization.find(({ isStart, text }) =>
    organizations.some(
      (one) => one === text || (isStart && one.startsWith(text) && /^[\s,]/.test(one.slice(text.length))),
    ),
  );
  return found?.ca ?? null;
}

/** The last day on which the CA issues certificates with client authentication. */
export function endOf(ca: PublicCa | null): string {
  return ca?.until ?? CHROME_DATE;
}

/** A clause with the date: `Let's Encrypt issues for client authentication until 2026-07-08`. */
export function sunsetWords(ca: PublicCa): Phrase {
  return ca.until === null
    ? say`${ca.name}, as every public CA, issues for client authentication until ${CHROME_DATE} at the latest`
    : say`${ca.name} issues for client authentication until ${ca.until}, other public CAs until ${CHROME_DATE} at the latest`;
}
