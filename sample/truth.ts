/**
 * What is true of the sample, from the stories themselves: nothing here reads a log line. Tests and benchmarks compare
 * it with what mtls-watch finds in the files.
 */

import type { Connections, ConnectionTruth } from './connections.js';
import type { SampleFile } from './files.js';
import type { Dn } from './pki.js';
import type { SampleEvent } from './render.js';
import { PINNED_REQUEST_ID, type Story } from './stories.js';
import { APIS, type Call } from './timeline.js';

export interface Truth {
  readonly days: readonly string[];
  readonly events: { readonly distinct: number; readonly redelivered: number; readonly delivered: number };
  /** Where what lies, below `logs/`. */
  readonly files: readonly Omit<SampleFile, 'content' | 'date'>[];
  readonly malformedLines: number;
  readonly controlMessages: number;
  readonly requests: { readonly served: number; readonly refused: number; readonly otherForbidden: number };
  /** Refused requests by scope, issuer and reason; the issuer is null where no access record came. */
  readonly failures: readonly {
    readonly scope: string;
    /** Attributes in the order of the certificate. */
    readonly issuer: Dn | null;
    readonly reason: string;
    readonly count: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  readonly otherForbidden: readonly { readonly scope: string; readonly cause: string; readonly count: number }[];
  readonly stories: readonly {
    readonly name: string;
    readonly alert: Story['alert'];
    readonly failures: number;
    readonly firstAt: string;
    readonly lastAt: string;
  }[];
  /** Connections at the doors that need no other log. */
  readonly connections: ConnectionTruth;
  /** Refusals whose client chose the request id itself. */
  readonly pinned: { readonly requestId: string; readonly failures: number };
}

export function truthOf(
  days: readonly string[],
  calls: readonly Call[],
  events: readonly SampleEvent[],
  files: readonly SampleFile[],
  stories: readonly Story[],
  connections: Connections,
): Truth {
  const sum = (of: (file: SampleFile) => number) => files.reduce((total, file) => total + of(file), 0);
  const refused = calls.filter(({ outcome }) => outcome.kind === 'refused');
  const forbidden = calls.filter(({ outcome }) => outcome.kind === 'forbidden');
  const issuerOf = (call: Call) => (call.inAccessLog ? call.client.issuer : null);
  return {
    days,
    events: {
      distinct: events.length + connections.events,
      redelivered: sum((f) => f.redelivered),
      delivered: sum((f) => f.events),
    },
    files: files.map(({ name, date, content: _, ...about }) => ({ name: `${date}/${name}`, ...about })),
    malformedLines: sum((f) => f.malformed),
    controlMessages: sum((f) => f.controlMessages),
    requests: {
      served: calls.length - refused.length - forbidden.length,
      refused: refused.length,
      otherForbidden: forbidden.length,
    },
    failures: tally(refused, (call) => ({
      scope: APIS[call.api].domain,
      issuer: issuerOf(call),
      reason: call.outcome.kind === 'refused' ? call.outcome.refusal.reason : '',
    })).map(({ key, calls: of }) => ({ ...key, ...span(of) })),
    otherForbidden: tally(forbidden, (call) => ({
      scope: APIS[call.api].domain,
      cause: call.outcome.kind === 'forbidden' ? call.outcome.forbidden.cause : '',
    })).map(({ key, calls: of }) => ({ ...key, count: of.length })),
    stories: tally(refused, ({ story }) => ({ name: story })).map(({ key: { name }, calls: of }) => {
      const { count, firstAt, lastAt } = span(of);
      return { name, alert: stories.find((s) => s.name === name)?.alert ?? 'none', failures: count, firstAt, lastAt };
    }),
    connections: connections.truth,
    pinned: {
      requestId: PINNED_REQUEST_ID,
      failures: refused.filter(({ requestId }) => requestId === PINNED_REQUEST_ID).length,
    },
  };
}

function tally<Key>(calls: readonly Call[], keyOf: (call: Call) => Key): { key: Key; calls: Call[] }[] {
  const found = new Map<string, { key: Key; calls: Call[] }>();
  for (const call of calls) {
    const key = keyOf(call);
    const text = JSON.stringify(key);
    const entry = found.get(text) ?? { key, calls: [] };
    entry.calls.push(call);
    found.set(text, entry);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

function span(calls: readonly Call[]): { count: number; firstAt: string; lastAt: string } {
  const times = calls.map(({ at }) => at);
  return {
    count: calls.length,
    firstAt: new Date(Math.min(...times)).toISOString(),
    lastAt: new Date(Math.max(...times)).toISOString(),
  };
}
