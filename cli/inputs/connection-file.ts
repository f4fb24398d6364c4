/** Finds the record of a connection in a file, as it was logged or in any wrapping in which logs come, such as events of CloudWatch Logs. */

import { unreadable } from '../../shared/base/errors.js';
import { observedConnection } from '../../shared/doors/connection-logs.js';
import type { ObservedConnection } from '../../shared/doors/connection-reader.js';

export interface RecordedConnection extends ObservedConnection {
  /** Whether the record itself shows whose it is: few fields without their names do not. */
  readonly isDoorSure: boolean;
}

/**
 * @param name of the file, for errors
 * @returns null where the file holds no record of a connection
 * @throws MtlsWatchError `unreadable-input` where it holds several: nobody can tell which of them is asked about
 */
export async function connectionIn(bytes: Buffer, name: string): Promise<RecordedConnection | null> {
  const whole = recorded(bytes.toString('utf8').trim());
  if (whole !== null) return whole;
  let found: RecordedConnection | null = null;
  for await (const message of messagesIn(bytes, name)) {
    const one = recorded(message.trim());
    if (one === null) continue;
    if (found !== null) {
      throw unreadable(
        `${name} holds several connection records; expected one: give the line of the connection in question`,
      );
    }
    found = one;
  }
  return found;
}

async function* messagesIn(bytes: Buffer, name: string): AsyncGenerator<string> {
  // Certificates, which are nearly all that is asked about, do without the readers of logs.
  const { readSource } = await import('./read.js');
  const open = async function* () {
    yield bytes;
  };
  const source = { name, base: name, bytes: bytes.length, writtenAt: 0, open };
  for await (const item of readSource(source, { bytesRead: 0 }, null, null)) {
    if (item.kind === 'batch') for (const { message } of item.batch.events) yield message;
  }
}

function recorded(message: string): RecordedConnection | null {
  const observed = observedConnection(message);
  if (observed === null) return null;
  // A text without names is taken for CloudFront's where nothing in it says otherwise.
  const isDoorSure =
    message.startsWith('{') || observed.door !== 'cloudfront' || observed.scope !== 'distribution/unknown';
  return { ...observed, isDoorSure };
}
