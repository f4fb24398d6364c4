/**
 * Access and execution logs of any length, made while they are read: ten requests a second of 200 clients, a share of them
 * refused. The same number of requests gives the same text.
 */

import {
  accessRecord,
  clientCertificates,
  clientOf,
  denialLines,
  type Request,
  requests,
  succeeded,
} from './payloads.js';

/** `json`: a line is an event with its log group, stream and id. `export`: as CloudWatch Logs exports to S3. */
export type LogForm = 'json' | 'export';

/** The lines of this many requests are generated once; the varying parts are inserted each time. */
const TEMPLATES = 1_000;
const REQUEST_ID = '@request-id@';
const EVENT_ID = '@event-id@';
const TIME = '@time@';
const GAP_MS = 100;

export interface LogBlock {
  readonly text: string;
  readonly events: number;
  readonly failures: number;
}

/**
 * Blocks of some megabytes, without end.
 * @param refusedOneIn of so many requests one is refused; a divisor of 1,000
 */
export function* logBlocks(form: LogForm, refusedOneIn = 100): Generator<LogBlock> {
  const clients = clientCertificates(200);
  const templates = requests(TEMPLATES).map((request) =>
    lines({ ...request, requestId: REQUEST_ID }, request.n % refusedOneIn === 0, form, clients),
  );
  const events = templates.reduce((sum, of) => sum + of.length, 0);
  const begin = Date.UTC(2026, 9, 12);
  let n = 0;
  for (;;) {
    const parts: string[] = [];
    for (const of of templates) {
      n++;
      const at = begin + n * GAP_MS;
      const requestId = `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
      const time = form === 'json' ? String(at) : new Date(at).toISOString();
      for (const [part, pieces] of of.entries()) {
        const eventId = `38${String(n * 10 + part).padStart(54, '0')}`;
        for (const piece of pieces) {
          parts.push(piece === REQUEST_ID ? requestId : piece === EVENT_ID ? eventId : piece === TIME ? time : piece);
        }
      }
    }
    yield { text: parts.join(''), events, failures: TEMPLATES / refusedOneIn };
  }
}

/** The lines of one request, split where values are inserted. */
function lines(
  request: Request,
  isRefused: boolean,
  form: LogForm,
  clients: ReturnType<typeof clientCertificates>,
): string[][] {
  const access = accessRecord(request, clientOf(request.n, clients), isRefused ? {} : succeeded);
  const all = [
    ...(isRefused
      ? denialLines([request]).map(({ message }) => ['API-Gateway-Execution-Logs_abc123/prod', message])
      : []),
    ['/aws/apigateway/partners-access', access.message],
  ];
  return all.map(([logGroup, message = '']) => {
    const event = { logGroup, logStream: 's', id: EVENT_ID, timestamp: TIME, message };
    const line = form === 'json' ? JSON.stringify(event).replace(`"${TIME}"`, TIME) : `${TIME} ${message}`;
    return `${line}\n`.split(/(@request-id@|@event-id@|@time@)/);
  });
}
