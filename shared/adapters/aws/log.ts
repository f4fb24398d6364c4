/** Structured logs, one JSON object a line, as CloudWatch Logs Insights reads them. */

import type { Log } from '../../ports/index.js';

export function createLog(stream: NodeJS.WritableStream): Log {
  return {
    error: (message, details) =>
      stream.write(`${JSON.stringify({ level: 'ERROR', message, ...details, error: describe(details.error) })}\n`),
  };
}

function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
  };
}
