/**
 * The two front doors of the bank beside API Gateway: a CloudFront distribution with viewer mutual TLS, and an Application Load
 * Balancer that verifies clients. Each connection is one record, which says who and why.
 */

import { gzipSync } from 'node:zlib';
import type { SampleFile } from './files.js';
import { type Certificate, type Dn, EXPIRY, type Pki, SAMPLE_DAY } from './pki.js';
import { type Random, random } from './random.js';
import { eventId } from './render.js';

export const PORTAL = {
  domain: 'portal.bank.example',
  distributionId: 'E2BANKPORTAL01',
  logGroup: '/aws/vendedlogs/cloudfront/portal-connections',
} as const;

export const FILES = { domain: 'files.bank.example', name: 'app/files/5a9c3e7d1b2f4860', port: 443 } as const;

interface Connection {
  readonly door: 'cloudfront' | 'load-balancer';
  readonly story: string;
  readonly at: number;
  readonly sourceIp: string;
  /** Null for a client that presented none. */
  readonly client: Certificate | null;
  /** Null for a connection that was accepted. */
  readonly refusal: { readonly code: string; readonly reason: string } | null;
}

/** What is true of the connections, as `mtls-watch` should find it. */
export interface ConnectionTruth {
  readonly accepted: number;
  readonly refused: readonly {
    readonly scope: string;
    readonly issuerDn: string;
    readonly reason: string;
    readonly story: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
}

export interface Connections {
  readonly files: readonly SampleFile[];
  readonly truth: ConnectionTruth;
  readonly events: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The story of a certificate that lost client authentication: from when on the client has nothing to present, and until when. */
export const RENEWAL = { from: '10:20:00', to: '11:05:00' } as const;

const MISSING = { code: 'ClientCertMissing', reason: 'no-client-certificate' };
const EXPIRED = { code: 'ClientCertExpired', reason: 'expired' };

/** The connections of one day, in the order of time. */
function tell(pki: Pki, date: string, rng: Random, scale: number): Connection[] {
  const at = (clock: string): number => Date.parse(`${date}T${clock}Z`);
  const client = (name: string): Certificate => {
    const found = pki.get(name);
    if (found === undefined) throw new Error(`no certificate of the name ${name}`);
    return found;
  };
  const told: Connection[] = [];
  const connect = (rest: Omit<Connection, 'refusal'> & { readonly refusal?: Connection['refusal'] }): void => {
    told.push({ refusal: null, ...rest });
  };
  const partners = [
    ['cloudfront', 'tailspin-orders', '203.0.113.90'],
    ['cloudfront', 'wingtip-app', '203.0.113.91'],
    ['load-balancer', 'contoso-treasury', '203.0.113.92'],
    ['load-balancer', 'adatum-reports', '203.0.113.93'],
  ] as const;
  for (const [door, name, sourceIp] of partners) {
    const pauseMs = (12 * MINUTE) / scale;
    for (
      let time = at('05:00:00') + rng.between(0, pauseMs);
      time < at('21:00:00');
      time += rng.between(1, 2 * pauseMs)
    ) {
      connect({ door, story: 'everyday-connections', at: time, sourceIp, client: client(name) });
    }
  }
  if (date === SAMPLE_DAY) {
    renewedWithoutClientAuthentication(at, rng, client('relecloud-gateway'), connect);
    expiredAtTheLoadBalancer(at, rng, client('globex-billing'), connect);
  }
  return told.sort((a, b) => a.at - b.at);
}

type Tell = (
  at: (clock: string) => number,
  rng: Random,
  client: Certificate,
  connect: (connection: Omit<Connection, 'refusal'> & { readonly refusal?: Connection['refusal'] }) => void,
) => void;

/**
 * 10:20: Relecloud's gateway gets a renewed certificate of a public CA, which is no longer good for client authentication, so it
 * sends none; 11:05: it has its old one back.
 */
const renewedWithoutClientAuthentication: Tell = (at, rng, client, connect) => {
  const common = {
    door: 'cloudfront',
    story: 'renewed-without-client-authentication',
    sourceIp: '198.51.100.61',
  } as const;
  for (let time = at('07:00:00'); time < at(RENEWAL.from); time += rng.between(3, 6) * MINUTE) {
    connect({ ...common, at: time, client });
  }
  for (let time = at(RENEWAL.from); time < at(RENEWAL.to); time += rng.between(15, 45) * SECOND) {
    connect({ ...common, at: time + rng.between(0, 900), client: null, refusal: MISSING });
  }
  for (let time = at(RENEWAL.to); time < at('18:00:00'); time += rng.between(3, 6) * MINUTE) {
    connect({ ...common, at: time, client });
  }
};

/** 13:00: the certificate that Globex's batch client uses at the API also expires for its uploads; 14:40: they are moved. */
const expiredAtTheLoadBalancer: Tell = (at, rng, client, connect) => {
  const common = {
    door: 'load-balancer',
    story: 'expired-at-the-load-balancer',
    sourceIp: '192.0.2.78',
    client,
  } as const;
  for (let time = at('09:00:00'); time < EXPIRY; time += rng.between(8, 12) * MINUTE) connect({ ...common, at: time });
  for (let time = EXPIRY + 9 * MINUTE; time < at('14:40:00'); time += rng.between(20, 70) * SECOND) {
    connect({ ...common, at: time + rng.between(0, 900), refusal: EXPIRED });
  }
};

export function connectionsOf(pki: Pki, dates: readonly string[], seed: string, scale: number): Connections {
  const files: SampleFile[] = [];
  const all: Connection[] = [];
  for (const date of dates) {
    const rng = random(`${seed}/${date}/connections`);
    const told = tell(pki, date, rng, scale);
    all.push(...told);
    const of = (door: Connection['door']) => told.filter((one) => one.door === door);
    files.push(portalFile(of('cloudfront'), date, rng), balancerFile(of('load-balancer'), date, rng));
  }
  return { files, truth: truthOf(all), events: all.length };
}

const none = { redelivered: 0, malformed: 0, controlMessages: 0 } as const;

/** Log events with CloudFront's records, one JSON object a line. */
function portalFile(connections: readonly Connection[], date: string, rng: Random): SampleFile {
  const logStream = `${date}-${rng.hex(16)}`;
  const lines = connections.map((connection, sequence) =>
    JSON.stringify({
      logGroup: PORTAL.logGroup,
      logStream,
      id: eventId(connection.at, rng.hex(16), sequence),
      timestamp: connection.at,
      message: cloudFrontRecord(connection, rng),
    }),
  );
  return {
    ...none,
    date,
    name: 'portal-connections.ndjson.gz',
    content: zip(lines),
    what: 'connection records of a CloudFront distribution as log events, one JSON object a line, gzipped',
    events: lines.length,
  };
}

function cloudFrontRecord({ at, sourceIp, client, refusal }: Connection, rng: Random): string {
  return JSON.stringify({
    eventTimestamp: at,
    connectionId: `${rng.hex(54)}==`,
    connectionStatus: statusOf(refusal),
    clientIp: sourceIp,
    clientPort: rng.between(1024, 65535),
    distributionId: PORTAL.distributionId,
    tlsProtocol: 'TLSv1.3',
    tlsCipher: 'TLS_AES_128_GCM_SHA256',
    tlsSni: PORTAL.domain,
    ...(client !== null && {
      clientLeafCertSerialNumber: (evenHex(client.serialNumber).match(/../g) ?? []).join(':').toLowerCase(),
      clientLeafCertSubject: spaced(client.subject),
      clientLeafCertIssuer: spaced(client.issuer),
      clientLeafCertValidity: validityOf(client),
    }),
  });
}

/** An S3 object of a load balancer: fields between spaces, in their order. */
function balancerFile(connections: readonly Connection[], date: string, rng: Random): SampleFile {
  const lines = connections.map(({ at, sourceIp, client, refusal }) =>
    [
      new Date(at).toISOString().replace('Z', '000Z'),
      sourceIp,
      rng.between(1024, 65535),
      FILES.port,
      'TLSv1.2',
      'ECDHE-RSA-AES128-GCM-SHA256',
      refusal === null ? (rng.between(2000, 9000) / 1000).toFixed(3) : '-',
      client === null ? '-' : `"${reversed(client.subject)}"`,
      client === null ? '-' : validityOf(client),
      client === null ? '-' : evenHex(client.serialNumber).toUpperCase(),
      statusOf(refusal),
      `TID_${rng.hex(32)}`,
      'secp256r1',
    ].join(' '),
  );
  const name = FILES.name.replaceAll('/', '.');
  return {
    ...none,
    date,
    name: `123456789012_elasticloadbalancing_eu-central-1_${name}_${date.replaceAll('-', '')}T2355Z_192.0.2.10_${rng.hex(8)}.log.gz`,
    content: zip(lines),
    what: 'connection records of a load balancer, an object of its S3 log',
    events: lines.length,
  };
}

const zip = (lines: readonly string[]): Buffer => gzipSync(`${lines.join('\n')}\n`, { level: 9 });
const statusOf = (refusal: Connection['refusal']): string => (refusal === null ? 'Success' : `Failed:${refusal.code}`);
const evenHex = (hex: string): string => (hex.length % 2 === 0 ? hex : `0${hex}`);
/** CloudFront's form, from the country on. */
const spaced = (dn: Dn): string => dn.map(([type, value]) => `${type}=${value}`).join(', ');
/** The form of load balancers, with the common name first. */
const reversed = (dn: Dn): string =>
  dn
    .map(([type, value]) => `${type}=${value}`)
    .reverse()
    .join(',');
const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');
const validityOf = ({ notBefore, notAfter }: Certificate): string =>
  `NotBefore=${iso(notBefore)};NotAfter=${iso(notAfter)}`;

function truthOf(connections: readonly Connection[]): ConnectionTruth {
  const groups = new Map<string, { of: Connection; times: number[] }>();
  for (const of of connections) {
    if (of.refusal === null) continue;
    const key = `${of.story} ${of.refusal.reason}`;
    const group = groups.get(key) ?? { of, times: [] };
    group.times.push(of.at);
    groups.set(key, group);
  }
  return {
    accepted: connections.filter(({ refusal }) => refusal === null).length,
    refused: [...groups.values()].map(({ of, times }) => ({
      scope: of.door === 'cloudfront' ? PORTAL.domain : FILES.domain,
      issuerDn: issuerOf(of),
      reason: of.refusal?.reason ?? '',
      story: of.story,
      count: times.length,
      firstAt: new Date(Math.min(...times)).toISOString(),
      lastAt: new Date(Math.max(...times)).toISOString(),
    })),
  };
}

/** A load balancer does not log the issuer, so its clients are counted by their own organization. */
function issuerOf({ door, client }: Connection): string {
  if (client === null) return 'unknown';
  const organization = client.subject.find(([type]) => type === 'O')?.[1] ?? '';
  return door === 'cloudfront'
    ? client.issuer.map(([type, value]) => `${type}=${value}`).join(',')
    : `O=${organization},(issuer not in the log)`;
}
