/** Placeholder of the decoder; see its final version. */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { MtlsWatchError } from '../errors.js';
import { limits } from '../limits.js';
import type { ControlMessage, LogBatch, LogEvent, Rejected } from '../model.js';

export function batchOf(parts: Omit<LogBatch, 'kind' | 'batchId'>): LogBatch {
  const hash = createHash('sha256').update(`${parts.logGroup}\0${parts.logStream}`);
  for (const event of parts.events) hash.update(`\0${event.id}`);
  for (const reject of parts.malformed) hash.update(`\0${reject.eventId}`);
  return { kind: 'batch', batchId: hash.digest('hex').slice(0, 32), ...parts };
}

export function decodeSubscription(event: unknown): LogBatch | ControlMessage {
  const data = (event as { awslogs?: { data?: unknown } } | null)?.awslogs?.data;
  if (typeof data !== 'string') throw new MtlsWatchError('wrong-shape', 'expected {"awslogs":{"data":…}}');
  let text: string;
  try {
    text = gunzipSync(Buffer.from(data, 'base64'), { maxOutputLength: limits.payloadBytesMax }).toString('utf8');
  } catch (cause) {
    throw new MtlsWatchError('bad-gzip', 'awslogs.data is not gzip', { cause });
  }
  try {
    return decodePayload(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof MtlsWatchError) throw cause;
    throw new MtlsWatchError('bad-json', 'awslogs.data holds no JSON', { cause });
  }
}

export function decodePayload(json: unknown): LogBatch | ControlMessage {
  const payload = json as Record<string, unknown>;
  if (payload.messageType === 'CONTROL_MESSAGE') {
    return { kind: 'control', logGroup: String(payload.logGroup), message: 'reachability probe' };
  }
  if (payload.messageType !== 'DATA_MESSAGE' || !Array.isArray(payload.logEvents)) {
    throw new MtlsWatchError('wrong-shape', 'expected messageType and logEvents');
  }
  const events: LogEvent[] = [];
  const malformed: Rejected[] = [];
  for (const event of payload.logEvents) {
    if (typeof event?.id === 'string' && typeof event.timestamp === 'number' && typeof event.message === 'string') {
      events.push({ id: event.id, timestamp: event.timestamp, message: event.message });
    } else malformed.push({ kind: 'rejected', eventId: '', code: 'not-a-log-event', detail: 'not a log event' });
  }
  return batchOf({
    owner: String(payload.owner ?? ''),
    logGroup: String(payload.logGroup ?? ''),
    logStream: String(payload.logStream ?? ''),
    events,
    malformed,
  });
}
