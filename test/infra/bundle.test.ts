import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { bundle, functionNames } from '../../infra/build/bundle.js';

const bundles = functionNames.map((name) => [name, bundle(name)] as const);

describe.each(bundles)('%s', (name, { folder, bytes }) => {
  it('loads as it would in Lambda, and exports its handler', async () => {
    vi.stubEnv('MTLS_WATCH_CONFIG', JSON.stringify(cdkJson.context.mtlsWatch));
    vi.stubEnv('TABLE_NAME', 'table');
    vi.stubEnv('TOPIC_ARN', 'arn:aws:sns:eu-central-1:123456789012:topic');
    vi.stubEnv('REPORT_BUCKET', 'reports');
    vi.stubEnv('BACKFILL_BUCKET', 'kept');
    vi.stubEnv('INGEST_LOG_GROUP', 'ingest');
    vi.stubEnv('INGEST_FUNCTION_ARN', 'arn:aws:lambda:eu-central-1:123456789012:function:ingest');
    vi.stubEnv('STACK_NAME', 'mtls-watch');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'MtlsWatch');
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', name);
    const sizes = readdirSync(folder).map((file) => statSync(join(folder, file)).size);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(bytes.total);
    expect(bytes.atStart).toBeLessThan(bytes.total);
    const loaded: unknown = await import(pathToFileURL(join(folder, 'index.mjs')).href);
    expect(loaded).toHaveProperty('handler', expect.any(Function));
  });

  it('leaves out what no function asks for credentials', () => {
    const code = readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join();
    expect(code).toContain('AWS_SESSION_TOKEN');
    expect(code).not.toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
  });
});

/**
 * Every cold start pays for these bytes, and the AWS SDK takes 265 KB of them. What a delivery may do without (the detector,
 * the diagnosis, the readers of unusual logs) is loaded lazily; a number that grows shows an import that undid that.
 */
it('ingest loads at most 395 KB before its first event', () => {
  const atStart = bundles.find(([name]) => name === 'ingest')?.[1].bytes.atStart;
  expect(atStart).toBeLessThanOrEqual(395_000);
});
