import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';

describe('the access-log format', () => {
  it('is the block of docs/configuration.md', () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const [, block = ''] = /## The access-log format[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
    expect(`${JSON.stringify(JSON.parse(ACCESS_LOG_FORMAT), null, 2)}\n`).toBe(block);
  });

  it('is one line, with every value quoted', () => {
    expect(ACCESS_LOG_FORMAT).not.toMatch(/[\r\n']/);
    for (const value of Object.values(JSON.parse(ACCESS_LOG_FORMAT) as object)) expect(value).toMatch(/^\$context\./);
  });
});
