/** Notices as OCSF events and OpenTelemetry log records, against what the schemas require. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UNLOGGED_ISSUER } from '../../shared/model/counts.js';
import {
  type Notice,
  OTHER_ISSUERS,
  SEVERAL_ISSUERS,
  SEVERAL_STRANGERS,
  UNKNOWN_ISSUER,
} from '../../shared/model/index.js';
import { reasonIds } from '../../shared/model/reasons.js';
import { sampleNotice } from '../../shared/notify/sample-notice.js';
import { noticeSchema, OCSF_VERSION, ocsfEvents, otelLogRecords } from '../../shared/schemas/index.js';

const read = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, path), 'utf8'));

interface Attribute {
  readonly type: string;
  readonly requirement: string;
  readonly object?: string;
  readonly isArray?: true;
  /** Wanted only where the event names this profile. */
  readonly profile?: string;
  readonly enum?: Readonly<Record<string, string>>;
}
interface Shape {
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints: { readonly at_least_one?: readonly string[] };
}
const ocsf: { readonly class: Shape; readonly objects: Readonly<Record<string, Shape>> } = read(
  '../fixtures/ocsf-authentication-1.8.0.json',
);
const otelNames: readonly string[] = read('../fixtures/opentelemetry-attributes-1.45.0.json').attributes;

const NUMBERS = ['integer_t', 'long_t', 'timestamp_t'];

/** What the schema says against a value; a list of sentences. */
function wrongIn(value: Record<string, unknown>, shape: Shape, path: string, profiles: readonly string[]): string[] {
  const { attributes, constraints } = shape;
  const missing = Object.entries(attributes)
    .filter(
      ([, { requirement, profile }]) =>
        requirement === 'required' && (profile === undefined || profiles.includes(profile)),
    )
    .filter(([name]) => value[name] === undefined)
    .map(([name]) => `${path}.${name} is missing`);
  const one = constraints.at_least_one;
  const none = one === undefined || one.some((name) => value[name] !== undefined) ? [] : [`${path} has none of ${one}`];
  return [
    ...missing,
    ...none,
    ...Object.entries(value).flatMap(([name, of]) => wrongAt(of, attributes[name], `${path}.${name}`, profiles)),
  ];
}

function wrongAt(
  value: unknown,
  attribute: Attribute | undefined,
  path: string,
  profiles: readonly string[],
): string[] {
  if (attribute === undefined) return [`${path} is not in the schema`];
  if (attribute.isArray) {
    const { isArray: _, ...each } = attribute;
    return Array.isArray(value)
      ? value.flatMap((one, n) => wrongAt(one, each, `${path}[${n}]`, profiles))
      : [`${path} is no list`];
  }
  if (attribute.enum !== undefined && !Object.hasOwn(attribute.enum, String(value))) return [`${path} is ${value}`];
  if (NUMBERS.includes(attribute.type)) return Number.isInteger(value) ? [] : [`${path} is no whole number`];
  if (attribute.type === 'boolean_t') return typeof value === 'boolean' ? [] : [`${path} is no boolean`];
  if (attribute.type !== 'object_t') return typeof value === 'string' && value !== '' ? [] : [`${path} is no text`];
  const shape = attribute.object === undefined ? undefined : ocsf.objects[attribute.object];
  return shape === undefined ? [] : wrongIn(value as Record<string, unknown>, shape, path, profiles);
}

function wrongOf(event: Record<string, unknown>): string[] {
  const { profiles = [] } = event.metadata as { profiles?: string[] };
  return wrongIn(event, ocsf.class, 'event', profiles);
}

const golden = join(import.meta.dirname, 'golden');
const recorded: Notice[] = ['en', 'ja'].flatMap((language) =>
  readdirSync(join(golden, language))
    .filter((name) => name.endsWith('.notice.json'))
    .map((name) => noticeSchema.parse(read(`golden/${language}/${name}`)) as Notice),
);
const [spike] = recorded.filter(({ kind }) => kind === 'spike');

const anyNotice = fc.record({
  kind: fc.constantFrom('spike', 'ongoing', 'escalated', 'resolved'),
  severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
  account: fc.constantFrom(null, undefined, '111122223333'),
  region: fc.constantFrom(null, undefined, 'eu-central-1'),
  count: fc.double({ min: 0, max: 1e9, noNaN: true }),
  group: fc.record({
    scope: fc.constantFrom('api.bank.example', '111122223333/api.bank.example'),
    issuerDn: fc.constantFrom(
      'CN=a',
      UNKNOWN_ISSUER,
      OTHER_ISSUERS,
      SEVERAL_ISSUERS,
      SEVERAL_STRANGERS,
      `O=Acme,${UNLOGGED_ISSUER}`,
    ),
    reason: fc.constantFrom(...reasonIds),
    door: fc.constantFrom(undefined, 'cloudfront', 'load-balancer'),
  }),
  clients: fc.array(
    fc.record({
      subjectDn: fc.constantFrom('', 'CN=client', 'C=US,O=\u202eevil\n,CN={{x}}'),
      serialNumber: fc.constantFrom('', '0A1B'),
      fingerprint: fc.constantFrom(null, 'ab'.repeat(32), Array(32).fill('AB').join(':')),
      sourceIps: fc.constantFrom([], ['192.0.2.1'], ['2001:db8::1', '192.0.2.1']),
      count: fc.double({ min: 0, max: 1e6, noNaN: true }),
    }),
    { maxLength: 4 },
  ),
});

describe('as OCSF events', () => {
  it('the recorded notices are what the schema requires', () => {
    expect(OCSF_VERSION).toBe('1.8.0');
    const events = [...recorded, sampleNotice('spike', Date.parse('2026-11-20T09:00:00Z'), null)].flatMap(ocsfEvents);
    expect(events.length).toBeGreaterThan(10);
    for (const event of events) expect(wrongOf(event)).toEqual([]);
  });

  it('every notice is, whatever is not known of it', () => {
    fc.assert(
      fc.property(anyNotice, (parts) => {
        const notice = { ...spike, ...parts } as unknown as Notice;
        const events = ocsfEvents(notice);
        expect(events).toHaveLength(parts.kind === 'resolved' ? 0 : Math.max(1, parts.clients.length));
        for (const event of events) expect(wrongOf(event)).toEqual([]);
        expect(new Set(events.map(({ metadata }) => (metadata as { uid: string }).uid)).size).toBe(events.length);
      }),
    );
  });

  it('say who was refused, by whom, where and why', () => {
    const [event] = ocsfEvents(spike!);
    expect(event).toMatchObject({
      type_uid: 300201,
      status_id: 2,
      status_code: 'issuer-not-found',
      user: { name: 'C=US,O=Acme Logistics,CN=edi-01.acme.example' },
      certificate: { issuer: 'C=US,O=Acme Logistics,CN=Acme Issuing CA 2', serial_number: '0A1B01' },
      src_endpoint: { ip: '203.0.113.1' },
      dst_endpoint: { hostname: 'api.bank.example' },
      cloud: { provider: 'AWS', region: 'eu-central-1', account: { uid: '111122223333' } },
    });
  });

  it('the check itself finds what is missing, foreign or of another kind', () => {
    const [event] = ocsfEvents(spike!);
    const { user: _, ...without } = event!;
    expect(wrongOf(without)).toEqual(['event.user is missing']);
    expect(wrongOf({ ...event, user: {} })).toEqual(['event.user has none of account,name,uid']);
    expect(wrongOf({ ...event, severity_id: 7, colour: 1 })).toEqual([
      'event.severity_id is 7',
      'event.colour is not in the schema',
    ]);
  });
});

describe('as OpenTelemetry log records', () => {
  it('attributes have names of the conventions, or this product’s own', () => {
    fc.assert(
      fc.property(anyNotice, (parts) => {
        for (const { attributes, resource, severityNumber } of otelLogRecords({
          ...spike,
          ...parts,
        } as unknown as Notice)) {
          const foreign = Object.keys({ ...attributes, ...resource }).filter(
            (name) => !otelNames.includes(name) && !name.startsWith('mtls_watch.'),
          );
          expect(foreign).toEqual([]);
          expect(severityNumber).toBeGreaterThan(12);
          expect(Object.values(attributes).filter((value) => value === null || value === undefined)).toEqual([]);
        }
      }),
    );
  });

  it('hold the client’s certificate, and whether the handshake came to its end', () => {
    const [record] = otelLogRecords(spike!);
    expect(record?.attributes).toMatchObject({
      'tls.client.subject': 'C=US,O=Acme Logistics,CN=edi-01.acme.example',
      'tls.client.issuer': 'C=US,O=Acme Logistics,CN=Acme Issuing CA 2',
      'tls.client.hash.sha256': '1'.repeat(64),
      'tls.established': true,
    });
    const cut = { ...spike!, group: { ...spike!.group, door: 'cloudfront' } } as Notice;
    expect(otelLogRecords(cut)[0]?.attributes['tls.established']).toBe(false);
  });
});
