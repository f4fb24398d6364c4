/** From log events to the files of a day, in the renderings that a team would have them in. */

import { gzipSync } from 'node:zlib';
import { type Random, random } from './random.js';
import type { SampleEvent } from './render.js';

export interface SampleFile {
  readonly date: string;
  readonly name: string;
  readonly content: Buffer;
  /** For the manifest. */
  readonly what: string;
  /** Events in it that another file has as well. */
  readonly redelivered: number;
  /** Lines in it that are broken on purpose. */
  readonly malformed: number;
  readonly controlMessages: number;
  readonly events: number;
}

type Undated = Omit<SampleFile, 'date'>;

const PAYLOAD_EVENTS_MAX = 40;

/** @param date the UTC date of all events */
export function filesOf(events: readonly SampleEvent[], date: string, seed: string): SampleFile[] {
  const rng = random(`${seed}/files/${date}`);
  const at = (clock: string) => Date.parse(`${date}T${clock}Z`);
  const of = (api: SampleEvent['api'], log: SampleEvent['log'], from = '00:00:00', to = '23:59:59.999') =>
    events.filter((e) => e.api === api && e.log === log && e.timestamp >= at(from) && e.timestamp <= at(to));
  const partnersLate = '13:59:59.999';
  const files = [
    records('payments-access.ndjson.gz', of('payments', 'access'), rng, 1),
    records('payments-execution.ndjson.gz', of('payments', 'execution'), rng, 1),
    payloads('partners-access.payloads.gz', of('partners', 'access'), rng),
    envelopes('partners-execution-morning.jsonl', of('partners', 'execution', '00:00:00', partnersLate), rng),
    s3Export('partners-execution-afternoon.gz', of('partners', 'execution', '14:00:00')),
    redelivery('partners-execution-redelivered.jsonl', of('partners', 'execution', '09:20:00', '09:31:00'), rng),
    records('sandbox-execution.ndjson.gz', of('sandbox', 'execution'), rng, 1),
    cliOutput('sandbox-access.json.gz', of('sandbox', 'access')),
  ];
  return files.map((file) => ({ ...file, date }));
}

/** Weeks of little but refusals, as subscriptions that filter for 403s would have left them. */
export function historyFiles(events: readonly SampleEvent[], week: string, seed: string): SampleFile[] {
  const rng = random(`${seed}/history/${week}`);
  return (['access', 'execution'] as const).map((log) => ({
    ...records(
      `${week}-${log}.ndjson.gz`,
      events.filter((event) => event.log === log),
      rng,
      0,
    ),
    what: 'seven days of refusals and other 403s, one JSON object a line, gzipped',
    date: 'history',
  }));
}

const zip = (text: string) => gzipSync(text, { level: 9 });

function file(name: string, content: Buffer | string, events: number, what: string): Undated {
  return { name, content: Buffer.from(content), events, what, redelivered: 0, malformed: 0, controlMessages: 0 };
}

/** One JSON object a line; streams overtake each other by up to a minute, and some lines are cut. */
function records(name: string, events: readonly SampleEvent[], rng: Random, cuts: number): Undated {
  const lines = overtaking(events, rng).map(({ logGroup, logStream, id, timestamp, message }) =>
    JSON.stringify({ logGroup, logStream, id, timestamp, message }),
  );
  for (let n = 0; n < cuts && lines.length > 0; n += 1) {
    // A cut copy beside the whole line: what a full disk or a killed download leaves behind.
    const place = rng.between(0, lines.length - 1);
    const line = lines[place] ?? '';
    lines.splice(place, 0, line.slice(0, Math.floor(line.length * 0.6)));
  }
  const what = 'one JSON object a line, gzipped; streams out of step; a line that was cut';
  return { ...file(name, zip(`${lines.join('\n')}\n`), events.length, what), malformed: lines.length - events.length };
}

/** Decoded subscription payloads, one a line. */
function payloads(name: string, events: readonly SampleEvent[], rng: Random): Undated {
  const lines = batches(overtaking(events, rng), PAYLOAD_EVENTS_MAX).map((batch) => JSON.stringify(payloadOf(batch)));
  return file(name, zip(`${lines.join('\n')}\n`), events.length, 'decoded subscription payloads, one a line, gzipped');
}

/** What Lambda receives: base64 of gzip in an envelope, one a line, after the probe that opens a subscription. */
function envelopes(name: string, events: readonly SampleEvent[], rng: Random): Undated {
  const [first] = events;
  const probe = {
    messageType: 'CONTROL_MESSAGE',
    owner: 'CloudwatchLogs',
    logGroup: '',
    logStream: '',
    subscriptionFilters: [],
    logEvents: [
      {
        id: '',
        timestamp: first?.timestamp ?? 0,
        message: 'CWL CONTROL MESSAGE: Checking health of destination Lambda.',
      },
    ],
  };
  const bodies = [probe, ...batches(overtaking(events, rng), PAYLOAD_EVENTS_MAX).map(payloadOf)];
  const what = 'subscription events as a Lambda function receives them, one a line; the first is a control message';
  return { ...file(name, envelopeLines(bodies), events.length, what), controlMessages: 1 };
}

/** The same events once more, cut into other batches: deliveries are at least once. */
function redelivery(name: string, events: readonly SampleEvent[], rng: Random): Undated {
  const bodies = batches(overtaking(events, rng), 17).map(payloadOf);
  const what = 'events of the morning delivered a second time, in other batches';
  return { ...file(name, envelopeLines(bodies), events.length, what), redelivered: events.length };
}

function envelopeLines(bodies: readonly object[]): string {
  return bodies
    .map((body) => `${JSON.stringify({ awslogs: { data: zip(JSON.stringify(body)).toString('base64') } })}\n`)
    .join('');
}

function payloadOf(events: readonly SampleEvent[]) {
  const [first] = events;
  return {
    messageType: 'DATA_MESSAGE',
    owner: '123456789012',
    logGroup: first?.logGroup,
    logStream: first?.logStream,
    subscriptionFilters: ['mtls-watch'],
    logEvents: events.map(({ id, timestamp, message }) => ({ id, timestamp, message })),
  };
}

/** An export task's object: a timestamp, a space, the message; no ids, no names. */
function s3Export(name: string, events: readonly SampleEvent[]): Undated {
  const lines = events.map(({ timestamp, message }) => `${new Date(timestamp).toISOString()} ${message}\n`);
  return file(name, zip(lines.join('')), events.length, 'an export to S3, gzipped; events of several lines');
}

/** What `aws logs filter-log-events` prints. */
function cliOutput(name: string, events: readonly SampleEvent[]): Undated {
  const printed = events.map(({ logStream, timestamp, message, id }) => ({
    logStreamName: logStream,
    timestamp,
    message,
    ingestionTime: timestamp + 1711,
    eventId: id,
  }));
  const text = JSON.stringify({ events: printed, searchedLogStreams: [] }, null, 4);
  return file(name, zip(`${text}\n`), events.length, 'what `aws logs filter-log-events` prints, gzipped');
}

/** Delivery keeps the order within a stream and a minute, not between streams. */
function overtaking(events: readonly SampleEvent[], rng: Random): SampleEvent[] {
  const delays = new Map<string, number>();
  const delayOf = ({ logStream, timestamp }: SampleEvent): number => {
    const key = `${logStream}/${Math.floor(timestamp / 60_000)}`;
    const delay = delays.get(key) ?? rng.between(0, 60_000);
    delays.set(key, delay);
    return delay;
  };
  return events
    .map((event) => ({ event, seenAt: event.timestamp + delayOf(event) }))
    .sort((a, b) => a.seenAt - b.seenAt)
    .map(({ event }) => event);
}

/** Payloads hold events of one stream. */
function batches(events: readonly SampleEvent[], eventsMax: number): SampleEvent[][] {
  const done: SampleEvent[][] = [];
  const open = new Map<string, SampleEvent[]>();
  for (const event of events) {
    const batch = open.get(event.logStream);
    if (batch === undefined || batch.length >= eventsMax) {
      const started = [event];
      open.set(event.logStream, started);
      done.push(started);
    } else batch.push(event);
  }
  return done;
}
