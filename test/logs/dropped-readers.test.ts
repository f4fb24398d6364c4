/**
 * Nothing is silent: whichever reader is taken away, what it would have read is counted by another or rejected with a reason.
 * Each reader is seen to matter, too: without it, fewer records are read.
 */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { ACCESS_FORMATS, refused, rendered } from '../support/access-formats.js';
import { ACCESS_GROUP, executionBatch, T0 } from '../support/logs.js';
import type { parse } from '../support/parse.js';
import { VENDED_FORMS } from '../support/vended-forms.js';

const PEM = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----';

interface Input {
  readonly message: string;
  readonly logGroup: string;
  readonly template?: string;
}

const INPUTS: readonly Input[] = [
  ...ACCESS_FORMATS.flatMap(({ template }) => {
    const message = rendered(template, refused(PEM));
    return [
      { message, logGroup: ACCESS_GROUP, template },
      { message, logGroup: ACCESS_GROUP },
    ];
  }),
  ...VENDED_FORMS.map(({ message }) => ({ message, logGroup: '/aws/vendedlogs/partners' })),
];

const READERS = [
  ['the format of the stage', 'record-format', { recordFormat: () => null }],
  ['the tolerant reader', 'json-pairs', { tolerantPairs: () => null }],
  ['the likely keys', 'likely-keys', { takeLikely: () => {} }],
  ['the labels of plain text', 'text-record', { labelledFields: () => null }],
  ['vended JSON', 'vended', { vendedJson: () => null }],
  ['vended text', 'vended', { vendedText: () => null }],
  ['the lines of a denial', 'parse-denial', { readExecutionEvent: () => null }],
] as const;

async function tallied(): Promise<{ read: number; silent: string[]; reasonless: number }> {
  const { parse: fresh } = (await import('../support/parse.js')) as { parse: typeof parse };
  const silent: string[] = [];
  let read = 0;
  let reasonless = 0;
  for (const { message, logGroup, template } of INPUTS) {
    const batch = executionBatch([{ id: 'e', timestamp: T0, message }], logGroup);
    const formats = template === undefined ? {} : { [logGroup]: template };
    const { denials, accesses, otherForbidden, rejected } = fresh(batch, {}, false, formats);
    read += denials.length + accesses.length;
    reasonless += rejected.filter(({ detail }) => detail === '').length;
    if (denials.length + accesses.length + otherForbidden.length + rejected.length !== 1) silent.push(message);
  }
  return { read, silent, reasonless };
}

afterEach(() => {
  vi.doUnmock('../../shared/logs/record-format.js');
  vi.resetModules();
});

describe('every refusal is counted or rejected', () => {
  it('with all readers', async () => {
    vi.resetModules();
    expect(await tallied()).toMatchObject({ silent: [], reasonless: 0 });
  });

  it.each(READERS)('without %s, of which fewer are read', async (_, module, without) => {
    vi.resetModules();
    const whole = await tallied();
    vi.resetModules();
    const path = `../../shared/logs/${module}.js`;
    vi.doMock(path, async (original) => ({ ...(await original<object>()), ...without }));
    const { read, silent, reasonless } = await tallied();
    vi.doUnmock(path);
    expect(silent).toEqual([]);
    expect(reasonless).toBe(0);
    expect(read).toBeLessThan(whole.read);
  });
});
