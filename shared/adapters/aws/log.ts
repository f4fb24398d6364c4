/** Structured logs, one JSON object in each line, in the form that CloudWatch Logs Insights reads. */

import type { Log } from '../../ports/index.js';

export function createLog(stream: NodeJS.WritableStream): Log {
  const write = (line: object) => stream.write(`${JSON.stringify(line)}\n`);
  return {
    info: (message) => write({ level: 'INFO', message }),
    error: (message, details) => write({ level: 'ERROR', message, ...details, error: describe(details.error) }),
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
