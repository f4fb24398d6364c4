import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readInputs } from '../../cli/inputs/read.js';
import { DEFAULTS, makeSample, PKI_FILE, sampleConfig, truststores } from '../../sample/generate.js';
import { readPki, SAMPLE_DAY } from '../../sample/pki.js';
import { parseConfig } from '../../shared/config/settings.js';

const day = join(import.meta.dirname, '../../sample/day');
const pki = readPki(readFileSync(PKI_FILE, 'utf8'));
const sample = makeSample(pki, DEFAULTS);
const shipped = JSON.parse(readFileSync(join(day, 'expected.json'), 'utf8'));

interface Raw {
  readonly id: string | null;
  readonly message: string;
}

interface Line extends Raw {
  readonly awslogs?: { readonly data: string };
  readonly messageType?: string;
  readonly logEvents?: readonly Raw[];
}

/** What is in a file, read by its name and without any code of the product. Unreadable lines are null. */
function rawEvents(name: string, bytes: Buffer): (Raw | null)[] {
  const text = (name.endsWith('gz') ? gunzipSync(bytes) : bytes).toString();
  const lines = text.split('\n').filter((line) => line !== '');
  if (name.includes('afternoon')) {
    return text
      .split(/^\d{4}-\d\d-\d\dT[\d:.]+Z /m)
      .slice(1)
      .map((message) => ({ id: null, message: message.trimEnd() }));
  }
  if (name.includes('_elasticloadbalancing_')) return lines.map((message) => ({ id: null, message }));
  if (name.includes('.json.'))
    return JSON.parse(text).events.map((e: { eventId: string; message: string }) => ({
      id: e.eventId,
      message: e.message,
    }));
  return lines.flatMap((line): (Raw | null)[] => {
    let json: Line;
    try {
      json = JSON.parse(line);
    } catch (error) {
      expect(error).toBeInstanceOf(SyntaxError);
      return [null];
    }
    if (json.awslogs) json = JSON.parse(gunzipSync(Buffer.from(json.awslogs.data, 'base64')).toString());
    if (json.messageType === 'CONTROL_MESSAGE') return [];
    return [...(json.logEvents ?? [json])];
  });
}

const path = ({ date, name }: { date: string; name: string }) => join(day, 'logs', date, name);
const raw = sample.files.flatMap((file) => rawEvents(file.name, readFileSync(path(file))));
const readable = raw.filter((event) => event !== null);

describe('the generator', () => {
  it('gives the shipped day again', () => {
    for (const file of sample.files) {
      expect(rawEvents(file.name, readFileSync(path(file)))).toEqual(rawEvents(file.name, file.content));
    }
    expect(JSON.parse(JSON.stringify(sample.truth))).toEqual(shipped);
    const { before, after } = truststores(pki);
    expect(readFileSync(join(day, 'truststore.pem'), 'utf8')).toBe(before);
    expect(readFileSync(join(day, 'truststore-updated.pem'), 'utf8')).toBe(after);
    expect(JSON.parse(readFileSync(join(day, 'mtls-watch.json'), 'utf8'))).toEqual(sampleConfig());
  });

  it('gives another day for another seed', () => {
    const other = makeSample(pki, { ...DEFAULTS, seed: 'other', history: 0, scale: 0.05 });
    expect(other.truth.failures).not.toEqual(sample.truth.failures);
  });

  it('puts quieter days before the sample day', () => {
    const { truth } = makeSample(pki, { ...DEFAULTS, days: 3, history: 0, scale: 0.05 });
    expect(truth.days).toEqual(['2026-10-11', '2026-10-12', SAMPLE_DAY]);
    const failures = (name: string) => truth.stories.find((story) => story.name === name)?.failures;
    expect(failures('ca-rotation')).toBe(
      shipped.stories.find((s: { name: string }) => s.name === 'ca-rotation').failures,
    );
    expect(failures('nightly-job')).toBeGreaterThanOrEqual(9);
  });
});

describe('what is said to be true of the day', () => {
  it('is in the lines', () => {
    expect(raw.length - readable.length).toBe(shipped.malformedLines);
    expect(readable.length).toBe(shipped.events.delivered);
    const withoutId = readable.filter(({ id }) => id === null).length;
    expect(new Set(readable.flatMap(({ id }) => id ?? [])).size + withoutId).toBe(shipped.events.distinct);
    expect(shipped.events.delivered).toBeGreaterThan(10_000);
  });

  it('counts each refusal that the execution logs tell, once', () => {
    const denials = new Map<string, number>();
    const seen = new Set<string>();
    for (const { id, message } of readable) {
      const words = /Access denied\. Reason: ([\w -]+)/.exec(message)?.[1];
      if (words === undefined || (id !== null && seen.has(id))) continue;
      seen.add(id ?? '');
      denials.set(words, (denials.get(words) ?? 0) + 1);
    }
    const told = (reason: string) =>
      shipped.failures
        .filter((f: { reason: string }) => f.reason === reason)
        .reduce((n: number, f: { count: number }) => n + f.count, 0);
    expect(denials.get('Could not find issuer for certificate')).toBe(told('issuer-not-found'));
    expect(denials.get('certificate signature failure')).toBe(told('signature-failure'));
    expect(denials.get('certificate has expired')).toBe(told('expired'));
    expect((denials.get('self signed certificate') ?? 0) + (denials.get('self-signed certificate') ?? 0)).toBe(
      told('self-signed'),
    );
    expect([...denials.values()].reduce((sum, n) => sum + n, 0)).toBe(shipped.requests.refused);
  });

  it('counts each connection of the other doors once', () => {
    const statuses = readable.flatMap(({ message }) => /(?:"|\s)(Success|Failed:\w+)(?:"|\s)/.exec(message)?.[1] ?? []);
    const { accepted, refused } = shipped.connections;
    expect(statuses.filter((status) => status === 'Success')).toHaveLength(accepted);
    expect(refused.map(({ reason, count }: { reason: string; count: number }) => [reason, count])).toEqual([
      ['no-client-certificate', statuses.filter((status) => status === 'Failed:ClientCertMissing').length],
      ['expired', statuses.filter((status) => status === 'Failed:ClientCertExpired').length],
    ]);
  });

  it('counts each request of the access logs once', () => {
    const records = readable
      .filter(({ message }) => message.includes('"domainName"'))
      .map(({ message }) => JSON.parse(message));
    const forbidden = records.filter((record) => record.status === '403').length;
    const lost = shipped.failures.find((f: { issuer: unknown }) => f.issuer === null).count;
    expect(forbidden).toBe(shipped.requests.refused - lost + shipped.requests.otherForbidden);
    expect(records.length - forbidden).toBe(shipped.requests.served);
    const byWaf = records.filter((record) => record['error.responseType'] === 'WAF_FILTERED').length;
    expect(byWaf).toBe(
      shipped.otherForbidden
        .filter((f: { cause: string }) => f.cause === 'waf')
        .reduce((n: number, f: { count: number }) => n + f.count, 0),
    );
  });

  it('is what the command line reads', async () => {
    const ids = new Set<string>();
    const found = { events: 0, malformed: 0, controls: 0, problems: 0 };
    for await (const item of readInputs([join(day, 'logs')])) {
      if (item.kind === 'control') found.controls += 1;
      if (item.kind === 'problem') found.problems += 1;
      if (item.kind !== 'batch') continue;
      found.events += item.batch.events.length;
      found.malformed += item.batch.malformed.length;
      for (const { id } of item.batch.events) ids.add(id);
    }
    expect(found).toEqual({
      events: shipped.events.delivered,
      malformed: shipped.malformedLines,
      controls: shipped.controlMessages,
      problems: 0,
    });
    expect(ids.size).toBe(shipped.events.distinct);
  });
});

describe('the certificates', () => {
  const cert = (name: string) => new X509Certificate(pki.get(name)?.pem ?? '');

  it('are refused for the reasons that the logs give', () => {
    const [leaf, without] = [cert('edi-01-new'), cert('edi-04-new')];
    expect(leaf.checkIssued(cert('acme-issuing'))).toBe(false);
    expect(leaf.checkIssued(cert('acme-issuing-new'))).toBe(true);
    // Without the key of its authority, only the signature tells the two keys apart.
    expect(without.checkIssued(cert('acme-issuing'))).toBe(true);
    expect(without.verify(cert('acme-issuing').publicKey)).toBe(false);
    expect(without.verify(cert('acme-issuing-new').publicKey)).toBe(true);
    expect(new Date(cert('globex-billing').validTo).toISOString()).toBe(`${SAMPLE_DAY}T13:00:00.000Z`);
    expect(cert('scanner-3').issuer).toBe(cert('scanner-3').subject);
    expect(cert('scanner-3').verify(cert('scanner-3').publicKey)).toBe(true);
    expect(cert('weak-key').publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
    expect(cert('fabrikam-sha1').raw.includes(Buffer.from('06092a864886f70d010105', 'hex'))).toBe(true);
    expect(cert('fabrikam-sha1').verify(cert('fabrikam-ca').publicKey)).toBe(true);
  });

  it('come without private keys', () => {
    expect(readFileSync(PKI_FILE, 'utf8')).not.toContain('PRIVATE');
  });
});

it('ships settings that the command line takes', () => {
  expect(parseConfig(sampleConfig(), 'the sample').domains['a1b2c3d4e5/prod']).toBe('api.bank.example');
});
