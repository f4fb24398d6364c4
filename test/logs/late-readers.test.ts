/**
 * Readers that are loaded when a record first needs them lose no record: the batch that brought it is read as if they had been
 * there. Where they cannot be loaded the batch fails, so that it is delivered again. What most deliveries hold needs none.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogEvent } from '../../shared/model/index.js';
import { ACCESS_FORMATS, refused, rendered } from '../support/access-formats.js';
import {
  ACCESS_GROUP,
  accessEvent,
  denialAsLines,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  T0,
} from '../support/logs.js';
import { parse as parseWithAll } from '../support/parse.js';
import { VENDED_FORMS } from '../support/vended-forms.js';

const LATE = '../../shared/logs/late-readers.js';
const PEM = '-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----';
const VENDED_GROUP = '/aws/vendedlogs/partners';

/** As a sandbox that has just started. */
const freshReader = async () => (await import('../../shared/logs/read-batch.js')).readBatch;
const failToLoad = () =>
  vi.doMock(LATE, () => {
    throw new Error('the module cannot be loaded');
  });

beforeEach(() => vi.resetModules());
afterEach(() => vi.doUnmock(LATE));

interface Unusual {
  readonly name: string;
  readonly message: string;
  readonly logGroup: string;
  readonly formats: Readonly<Record<string, string>>;
}

const UNUSUAL: readonly Unusual[] = [
  ...ACCESS_FORMATS.map(({ name, template }) => ({
    name: `${name}, by its format`,
    message: rendered(template, refused(PEM)),
    logGroup: ACCESS_GROUP,
    formats: { [ACCESS_GROUP]: template },
  })),
  ...ACCESS_FORMATS.map(({ name, template }) => ({
    name: `${name}, by itself`,
    message: rendered(template, refused(PEM)),
    logGroup: ACCESS_GROUP,
    formats: {},
  })),
  ...VENDED_FORMS.filter((_, index) => index % 20 === 0).map(({ message }) => ({
    name: message.slice(0, 60),
    message,
    logGroup: VENDED_GROUP,
    formats: {},
  })),
];

const event = (message: string, n: number): LogEvent => ({ id: `u${n}`, timestamp: T0 + n, message });
/** The unusual record between two that are read at once. */
const among = ({ message, logGroup }: Unusual) =>
  executionBatch([accessEvent({ n: 1 }), event(message, 1), accessEvent({ n: 2 })], logGroup);

describe('a record that needs a late reader', () => {
  it.each(UNUSUAL)('is read with its batch: $name', async (unusual) => {
    const read = await freshReader();
    const all = parseWithAll(among(unusual), {}, false, unusual.formats);
    expect(await read(among(unusual), {}, false, unusual.formats)).toEqual(all);
    expect(await read(among(unusual), {}, false, unusual.formats)).toEqual(all);
  });

  it.each(['a format', 'text', 'vended'])('fails its batch where the reader cannot be loaded: %s', async (what) => {
    failToLoad();
    const read = await freshReader();
    const { message, logGroup, formats } =
      what === 'a format'
        ? (UNUSUAL[0] as Unusual)
        : what === 'text'
          ? { message: 'POST / HTTP/1.1 403 -', logGroup: ACCESS_GROUP, formats: {} }
          : (UNUSUAL.at(-1) as Unusual);
    await expect(read(among({ name: '', message, logGroup, formats }), {}, false, formats)).rejects.toThrow();
  });
});

describe('needs no late reader', () => {
  it.each([
    ['a refusal in the recommended format', ACCESS_GROUP, [accessEvent({ n: 1 })]],
    ['a success in the recommended format', ACCESS_GROUP, [accessEvent({ n: 1 }, { status: '200' })]],
    ['a denial in one event', EXECUTION_GROUP, [denialAsOneEvent({ n: 1 })]],
    ['a denial in several events', EXECUTION_GROUP, denialAsLines({ n: 1 })],
    ['another line of an execution log', EXECUTION_GROUP, [event('(a-b-c) Method completed with status: 403', 1)]],
    ['text of another log', ACCESS_GROUP, [event('START RequestId: 1', 1)]],
  ])('%s', async (_, logGroup, events) => {
    failToLoad();
    const batch = executionBatch(events, logGroup);
    expect(await (await freshReader())(batch)).toEqual(parseWithAll(batch));
  });
});
