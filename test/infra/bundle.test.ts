import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { bundle, functionNames } from '../../infra/bundle.js';
import { exampleSettings } from './support.js';

it.each(functionNames)('%s is one file that loads as it would in Lambda, and exports its handler', async (name) => {
  vi.stubEnv('MTLS_WATCH_CONFIG', JSON.stringify(exampleSettings));
  vi.stubEnv('TABLE_NAME', 'table');
  vi.stubEnv('TOPIC_ARN', 'arn:aws:sns:eu-central-1:123456789012:topic');
  vi.stubEnv('REPORT_BUCKET', 'reports');
  vi.stubEnv('INGEST_LOG_GROUP', 'ingest');
  vi.stubEnv('INGEST_FUNCTION_ARN', 'arn:aws:lambda:eu-central-1:123456789012:function:ingest');
  vi.stubEnv('STACK_NAME', 'mtls-watch');
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  const folder = bundle(name);
  expect(readdirSync(folder)).toEqual(['index.mjs']);
  const loaded: unknown = await import(pathToFileURL(join(folder, 'index.mjs')).href);
  expect(loaded).toHaveProperty('handler', expect.any(Function));
});
