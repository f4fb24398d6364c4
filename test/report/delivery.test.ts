/** The weekly function: one report and one summary a week, whatever dies on the way; without Insights it says so. */

import { describe, expect, it, vi } from 'vitest';
import { createInsights } from '../../shared/adapters/aws/insights.js';
import { consoleUrl } from '../../shared/adapters/aws/report-bucket.js';
import { createReportMail } from '../../shared/adapters/aws/report-mail.js';
import { createAnnounce } from '../../shared/adapters/aws/report-topic.js';
import { createStoresOn } from '../../shared/adapters/dynamodb/index.js';
import type { Table } from '../../shared/adapters/dynamodb/table.js';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { limits } from '../../shared/base/limits.js';
import { rollUpHours } from '../../shared/count/record.js';
import { reasonSelector } from '../../shared/incidents/silence.js';
import type { ReportPage } from '../../shared/report/deliver.js';
import { reportSchema } from '../../shared/report/schema.js';
import type { ReportSummary } from '../../shared/report/summary.js';
import { createWeeklyReport } from '../../shared/report/weekly.js';
import { fact, group } from '../contract/examples.js';
import { createMemoryTable } from '../support/memory-table.js';
import { testWorld } from '../support/world.js';

/** "How Lambda handles errors and retries with asynchronous invocation" */
const FIRST_RETRY_MS = 60_000;
const MONDAY = Date.UTC(2026, 10, 16, 7);
const minute = Math.floor(Date.UTC(2026, 10, 11, 12) / 60_000);

const moon = { ...group(0), reason: 'other', words: 'the moon is full' } as const;

async function scene(query: Parameters<typeof createWeeklyReport>[0]['query'], isMailed = false) {
  const world = testWorld();
  const counted = { firstAt: minute * 60_000, lastAt: minute * 60_000 };
  await world.stores.facts.put(
    [
      fact(minute, 12, counted),
      fact(minute, 3, { ...counted, group: group(1) }),
      fact(minute, 0, { ...counted, group: moon }),
    ],
    [{ scope: 's', cause: 'waf', minute, batchId: 'b', requests: 4, count: 4 }],
  );
  for (const one of [group(0), group(1), moon])
    await world.stores.rollups.mark([{ group: one, hour: Math.floor(minute / 60), token: 's' }]);
  const silence = { scope: 's', issuerDn: null, reason: 'expired', window: null, createdAt: 0 };
  const [startsAt, endsAt] = [minute * 60_000, minute * 60_000 + 3_600_000];
  await world.stores.silences.save({ ...silence, id: 'now', startsAt, endsAt, comment: 'maintenance' });
  const [reason, until] = [reasonSelector(moon), endsAt - 1];
  await world.stores.silences.save({ ...silence, id: 'kind', reason, startsAt, endsAt: until, comment: 'the moon' });
  await world.stores.silences.save({ ...silence, id: 'then', startsAt: 0, endsAt: 1, comment: 'long over' });
  world.at = MONDAY;
  await rollUpHours(world);
  const objects = new Map<string, { text: string; etag: string }>();
  const mails: string[] = [];
  const noticeIds: string[] = [];
  const posted: { summary: ReportSummary; page: ReportPage }[] = [];
  let dies: string | null = null;
  let claimingMs = 0;
  const crash = (where: string): void => {
    if (dies === where) throw new Error(`crashed at ${where}`);
  };
  const put = (key: string, text: string): void => {
    const name = key.split('/').at(-1) ?? '';
    if (name === 'delivery.json') crash(JSON.parse(text).state);
    else if (name === 'mail.json') crash(`mail ${JSON.parse(text).state}`);
    else crash(name);
    objects.set(key, { text, etag: `${objects.size}-${text}` });
  };
  const run = createWeeklyReport({
    world,
    query,
    delivery: {
      clock: world.clock,
      language: 'en',
      urlOf: (key) => consoleUrl('eu-central-1', 'bucket', key),
      announce: async ({ noticeId, subject, text }) => {
        crash('announce');
        noticeIds.push(noticeId);
        mails.push(`${subject}\n${text}`);
      },
      ...(isMailed && {
        mail: async (summary: ReportSummary, page: ReportPage) => {
          crash('mail');
          posted.push({ summary, page });
        },
      }),
      bucket: {
        read: async (key) => objects.get(key) ?? null,
        put: async (key, text) => put(key, text),
        putIf: async (key, text, etag) => {
          if ((objects.get(key)?.etag ?? null) !== etag) return false;
          put(key, text);
          world.at += claimingMs;
          return true;
        },
      },
    },
  });
  return {
    run,
    objects,
    mails,
    noticeIds,
    posted,
    world,
    dieAt: (where: string | null) => {
      dies = where;
    },
    claimFor: (ms: number) => {
      claimingMs = ms;
    },
  };
}

const works = async (query: string) => ({
  rows: query.includes('EventsRead')
    ? [{ events: '1000', rejected: '2', duplicates: '3', lag: '42.5' }]
    : [
        {
          subjectDn: 'CN=client',
          serialNumber: '01',
          issuerDn: 'CN=issuer-0',
          scope: 'api.bank.example',
          reason: 'expired',
          sourceIp: '203.0.113.7',
          userAgent: 'agent/1',
          firstAt: String(minute * 60_000),
          lastAt: String(minute * 60_000 + 5),
        },
      ],
  isCut: false,
});

/** A table that its role may read and not change. */
function readOnly(table: Table): Table {
  const refuse = async (): Promise<never> => {
    throw new Error('AccessDeniedException: the report writes to the table');
  };
  return { ...table, put: refuse, putAll: refuse, update: refuse, remove: refuse };
}

it('reads the table and changes nothing in it, whatever there is', async () => {
  const at = MONDAY;
  const clock = { now: () => at };
  const table = createMemoryTable(clock);
  const stores = createStoresOn(table, clock);
  await stores.facts.put(
    [fact(minute, 12)],
    [{ scope: 's', cause: 'waf', minute, batchId: 'b', requests: 4, count: 4 }],
  );
  await stores.rollups.mark([{ group: group(0), hour: Math.floor(minute / 60), token: 's' }]);
  await rollUpHours({ ...testWorld(), stores, clock });
  const world = { ...testWorld(), stores: createStoresOn(readOnly(table), clock), clock };
  const objects = new Map<string, string>();
  const put = async (key: string, text: string) => void objects.set(key, text);
  const run = createWeeklyReport({
    world,
    query: works,
    delivery: {
      clock,
      language: 'en',
      urlOf: (key) => key,
      announce: async () => {},
      bucket: { read: async () => null, put, putIf: async (key, text) => put(key, text).then(() => true) },
    },
  });
  expect(await run()).toBe('delivered');
  expect(objects.get('reports/2026-W46/report.json')).toContain('"count":12');
});

describe('the weekly report', () => {
  it('lands with its details, and its summary goes out once', async () => {
    const { run, objects, mails } = await scene(works);
    expect(await run()).toBe('delivered');
    expect([...objects.keys()].sort()).toEqual(
      ['delivery.json', 'report.csv', 'report.html', 'report.json'].map((name) => `reports/2026-W46/${name}`),
    );
    const report = reportSchema.parse(JSON.parse(objects.get('reports/2026-W46/report.json')!.text));
    expect(report).toMatchObject({
      totals: { failures: 15 },
      otherForbidden: [{ cause: 'waf', count: 4 }],
      silences: [
        { what: 's · expired', because: 'maintenance' },
        { what: `s · ${reasonSelector(moon)} “the moon is full”` },
      ],
      pipeline: { events: 1000, rejected: 2, duplicates: 3, lagSeconds: 42.5 },
    });
    expect(report.clients[0]).toMatchObject({ userAgents: ['agent/1'] });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('mtls-watch 2026-W46: 15 refused');
    expect(mails[0]).toContain(
      'https://eu-central-1.console.aws.amazon.com/s3/object/bucket?region=eu-central-1&prefix=reports%2F2026-W46%2Freport.html',
    );
    const before = new Map(objects);
    expect(await run()).toBe('delivered-before');
    expect(mails).toHaveLength(1);
    expect(objects).toEqual(before);
  });

  it('is made by one of two runs at the same time', async () => {
    const { run, mails } = await scene(works);
    expect((await Promise.all([run(), run()])).sort()).toEqual(['another-run-delivers', 'delivered']);
    expect(mails).toHaveLength(1);
  });

  it.each(['report.html', 'report.csv', 'claimed', 'announce'])(
    'comes with the first retry after a crash at %s',
    async (where) => {
      const { run, mails, world, dieAt } = await scene(works);
      dieAt(where);
      await expect(run()).rejects.toThrow('crashed');
      dieAt(null);
      world.at += FIRST_RETRY_MS;
      expect(await run()).toBe('delivered');
      expect(mails).toHaveLength(1);
    },
  );

  it('is left to a run that sends the summary, for as long as that may take', async () => {
    const { run, mails, world, dieAt } = await scene(works);
    dieAt('announce');
    await expect(run()).rejects.toThrow('crashed');
    dieAt(null);
    world.at += limits.announceMsMax;
    expect(await run()).toBe('another-run-delivers');
    expect(mails).toEqual([]);
  });

  it('is announced once by runs of which one is slow to make it', async () => {
    let goOn = () => {};
    const slow = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const waits = [slow];
    const { run, mails, world } = await scene(async (query) => {
      await waits.pop();
      return works(query);
    });
    const first = run();
    // Once the first one waits.
    await expect.poll(() => waits.length).toBe(0);
    world.at += 9 * 60_000;
    expect(await run()).toBe('delivered');
    goOn();
    expect(await first).toBe('another-run-delivers');
    expect(mails).toHaveLength(1);
  });

  it('is not announced by a run whose claim took so long that another one may have it by now', async () => {
    const { run, mails, claimFor } = await scene(works);
    claimFor(limits.sendingMsMax - limits.announceMsMax + 1);
    await expect(run()).rejects.toMatchObject({ code: 'report-undeliverable', retryable: true });
    expect(mails).toEqual([]);
  });

  it('is announced twice under one id when a run dies between the summary and its mark', async () => {
    const { run, noticeIds, world, dieAt } = await scene(works);
    dieAt('announced');
    await expect(run()).rejects.toThrow('crashed');
    dieAt(null);
    world.at += FIRST_RETRY_MS;
    expect(await run()).toBe('delivered');
    expect(noticeIds).toEqual(['report-2026-W46', 'report-2026-W46']);
  });

  it('comes without Insights too, and says what is missing', async () => {
    const failing = async () => Promise.reject(new MtlsWatchError('insights-unavailable', 'Insights: throttled'));
    const { run, objects, mails } = await scene(failing);
    expect(await run()).toBe('delivered');
    const { gaps, totals, pipeline } = reportSchema.parse(
      JSON.parse(objects.get('reports/2026-W46/report.json')!.text),
    );
    expect(gaps.map(({ id }) => id)).toEqual(expect.arrayContaining(['details-unavailable', 'pipeline-unknown']));
    expect([totals.failures, pipeline]).toEqual([15, null]);
    expect(objects.get('reports/2026-W46/report.html')!.text).toContain('the failure records could not be read');
    expect(mails[0]).toContain('the failure records could not be read');
  });
});

describe('the mail', () => {
  it('brings the page along, once, and says so', async () => {
    const { run, posted, objects } = await scene(works, true);
    expect(await run()).toBe('delivered');
    const page = objects.get('reports/2026-W46/report.html')!.text;
    expect(posted).toEqual([
      {
        summary: expect.objectContaining({
          noticeId: 'report-2026-W46',
          text: expect.stringContaining('The page is attached: open it in a browser'),
        }),
        page: { name: 'mtls-watch-2026-W46.html', html: page },
      },
    ]);
    expect(await run()).toBe('delivered-before');
    expect(posted).toHaveLength(1);
  });

  it.each([
    ['mail', [1, 1], 'the sending'],
    ['announce', [1, 1], 'the summary'],
    ['mail claimed', [1, 1], 'its claim'],
    ['mail announced', [1, 2], 'its mark'],
  ])('comes with the first retry after a crash at %s, and the summary is not sent again', async (where, sent) => {
    const { run, posted, mails, world, dieAt } = await scene(works, true);
    dieAt(where);
    await expect(run()).rejects.toThrow('crashed');
    // Neither keeps the other back.
    expect(posted.length + mails.length).toBeGreaterThan(0);
    dieAt(null);
    world.at += FIRST_RETRY_MS;
    expect(await run()).toBe('delivered');
    expect([mails.length, posted.length]).toEqual(sent);
    expect(await run()).toBe('delivered-before');
  });

  it('and the summary are each sent by one of two runs at the same time', async () => {
    const { run, posted, mails } = await scene(works, true);
    await Promise.all([run(), run()]);
    expect([mails.length, posted.length]).toEqual([1, 1]);
    expect(await run()).toBe('delivered-before');
  });

  it('leaves a page behind that mail servers would refuse', async () => {
    const { run, posted } = await scene(works, true);
    const size = vi.spyOn(Buffer, 'byteLength').mockReturnValue(limits.reportMailBytesMax + 1);
    expect(await run()).toBe('delivered');
    size.mockRestore();
    expect(posted[0]?.page.html).toBeNull();
    expect(posted[0]?.summary.text).toContain('The page is too large to be attached.');
  });

  const parties = { from: 'mtls@bank.example', to: ['on-call@bank.example', 'pki@bank.example'] };
  const summary = { noticeId: 'report-2026-W46', subject: 's', text: 't' };

  it('goes to SES with text, name and bytes of the page', async () => {
    const send = vi.fn();
    await createReportMail({ send }, parties)(summary, { name: 'w.html', html: '<p>ü' });
    const { input } = send.mock.calls[0]![0];
    expect(input).toMatchObject({
      FromEmailAddress: 'mtls@bank.example',
      Destination: { ToAddresses: parties.to },
      Content: {
        Simple: {
          Subject: { Data: 's' },
          Body: { Text: { Data: 't' } },
          Headers: [{ Name: 'X-Mtls-Watch-Notice', Value: 'report-2026-W46' }],
          Attachments: [
            { FileName: 'w.html', ContentType: 'text/html; charset=utf-8', ContentDisposition: 'ATTACHMENT' },
          ],
        },
      },
    });
    expect(Buffer.from(input.Content.Simple.Attachments[0].RawContent).toString('utf8')).toBe('<p>ü');
    await createReportMail({ send }, parties)(summary, { name: 'w.html', html: null });
    expect(send.mock.calls[1]![0].input.Content.Simple).not.toHaveProperty('Attachments');
  });

  it('says what SES said, and what it wants', async () => {
    const send = async () => Promise.reject(new Error('Email address is not verified.'));
    await expect(createReportMail({ send }, parties)(summary, { name: 'w.html', html: null })).rejects.toMatchObject({
      code: 'publish-failed',
      retryable: true,
      message: expect.stringMatching(
        /from mtls@bank\.example: Email address is not verified\.; expected a verified identity/,
      ),
    });
  });
});

describe('the summary’s way through SNS', () => {
  const summary = { noticeId: 'report-2026-W46', subject: 's', text: 't' };

  it('names the summary, so that a second one can be told', async () => {
    const send = vi.fn();
    await createAnnounce({ send }, 'arn')(summary);
    expect(send.mock.calls[0]?.[0].input.MessageAttributes).toEqual({
      kind: { DataType: 'String', StringValue: 'report' },
      noticeId: { DataType: 'String', StringValue: 'report-2026-W46' },
    });
  });

  it('ends while the claim holds, whatever SNS does', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort(new Error('too slow')));
    const hangs = async (_: unknown, { abortSignal }: { abortSignal: AbortSignal }) => abortSignal.throwIfAborted();
    await expect(createAnnounce({ send: hangs as never }, 'arn')(summary)).rejects.toMatchObject({
      code: 'publish-failed',
      message: expect.stringContaining('too slow'),
    });
    expect(timeout).toHaveBeenCalledWith(limits.announceMsMax);
    expect(limits.announceMsMax).toBeLessThan(limits.sendingMsMax);
    timeout.mockRestore();
  });
});

describe('Logs Insights', () => {
  const client = (answers: readonly object[]) => {
    const asked: string[] = [];
    const send = async (command: { constructor: { name: string } }) => {
      asked.push(command.constructor.name);
      const answer = answers[Math.min(asked.length - 1, answers.length - 1)];
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { asked, client: { send } as unknown as Parameters<typeof createInsights>[0] };
  };
  const now = async () => {};

  it('waits until a query is complete', async () => {
    const { client: logs, asked } = client([
      { queryId: 'q' },
      { status: 'Running' },
      { status: 'Complete', results: [[{ field: 'a', value: '1' }]] },
    ]);
    expect(await createInsights(logs, now).query('g', 'q', 0, 1000)).toEqual({ rows: [{ a: '1' }], isCut: false });
    expect(asked).toEqual(['StartQueryCommand', 'GetQueryResultsCommand', 'GetQueryResultsCommand']);
  });

  it('stops a query that takes too long', async () => {
    const { client: logs, asked } = client([{ queryId: 'q' }, { status: 'Running' }]);
    await expect(createInsights(logs, now).query('g', 'q', 0, 1000)).rejects.toMatchObject({
      code: 'insights-unavailable',
    });
    expect(asked.at(-1)).toBe('StopQueryCommand');
    expect(asked.length).toBeLessThan(70);
  });

  it.each([[new Error('LimitExceededException')], [{ queryId: 'q', status: 'Failed' }]])(
    'says when one fails: %j',
    async (answer) => {
      const { client: logs } = client([answer]);
      await expect(createInsights(logs, now).query('g', 'q', 0, 1000)).rejects.toMatchObject({
        code: 'insights-unavailable',
      });
    },
  );
});
