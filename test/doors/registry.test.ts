/** That a door is a folder and a line in the registry: a toy door, read, counted and told of with nothing else changed. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Door } from '../../shared/doors/door.js';
import { doors } from '../../shared/doors/doors.js';
import { batchOf } from '../../shared/logs/decode.js';
import type { Connection, LogEvent } from '../../shared/model/index.js';
import { alert, ingest } from '../../shared/pipeline.js';
import { T0 } from '../support/logs.js';
import { countedIn, testWorld } from '../support/world.js';

/** Its records are `TURNSTILE <connection> <code> <issuer>`. */
const toy: Door = {
  id: 'turnstile',
  name: 'Turnstile',
  codes: { LATE: { reason: 'expired' }, BROKEN: { cause: 'other' } },
  logs: [{ type: 'TURNSTILE_LOGS', filterPattern: () => '"TURNSTILE"' }],
  mayHold: (message: string) => message.startsWith('TURNSTILE '),
  read: async (batch) => {
    const records = batch.events.map((event: LogEvent) => ({ event, words: event.message.split(' ') }));
    const connections = records.flatMap(({ event, words: [, id = '', code = '', issuerDn = ''] }): Connection[] => {
      const meaning = toy.codes[code];
      if (meaning === undefined) return [];
      const outcome = 'reason' in meaning ? { ...meaning, reasonText: code } : meaning;
      const client = {
        subjectDn: 'CN=gate',
        issuerDn,
        serialNumber: '01',
        notBefore: null,
        notAfter: null,
        fingerprint: null,
        sourceIp: '',
        userAgent: '',
      };
      const { id: eventId, timestamp: at } = event;
      return [
        {
          kind: 'connection',
          door: 'turnstile',
          eventId,
          connectionId: id && `turnstile ${id}`,
          at,
          scope: 'gate.example',
          client,
          outcome,
        },
      ];
    });
    const taken = new Set(connections.map(({ eventId }) => eventId));
    return {
      parsed: {
        denials: [],
        accesses: [],
        connections,
        otherForbidden: [],
        rejected: [],
        certificates: new Map(),
        heard: [],
        passed: 0,
        recovered: 0,
      },
      declined: batch.events.filter(({ id }: LogEvent) => !taken.has(id)),
    };
  },
};

/** The line in the registry. */
const registry = doors as Door[];
beforeAll(() => {
  registry.unshift(toy);
});
afterAll(() => {
  registry.shift();
});

const batch = (name: string, messages: readonly string[]) =>
  batchOf({
    owner: '',
    logGroup: 'any',
    logStream: name,
    malformed: [],
    events: messages.map((message, index) => ({ id: `${name}-${index}`, timestamp: T0, message })),
  });

it('the registry has ids of its own and ends with the door that takes what is left', () => {
  expect(new Set(doors.map(({ id }) => id)).size).toBe(doors.length);
  expect(doors.at(-1)?.mayHold('anything')).toBe(true);
});

it('counts its connections once each, beside the records of API Gateway, and says who was refused', async () => {
  const world = testWorld();
  const refused = Array.from({ length: 40 }, (_, n) => `TURNSTILE c${n} LATE CN=A`);
  const first = batch('a', [...refused, 'TURNSTILE d BROKEN CN=A', 'TURNSTILE says nothing', '{"status":"403",']);
  const { parsed, facts } = await ingest(first, world);
  await ingest(first, world);
  // The same connections in another delivery, in another order.
  await ingest(batch('b', [...refused.toReversed(), 'TURNSTILE d BROKEN CN=A', 'TURNSTILE new LATE CN=A']), world);
  expect(parsed.rejected.map(({ eventId }) => eventId)).toEqual(['a-42']);
  expect(parsed.passed).toBe(1);
  expect(countedIn(world.stores)).toEqual(['gate.example | CN=A | expired: 41']);
  const forbidden = [...world.stores.facts.allForbidden()].map(({ cause, count }) => `${cause}: ${count}`);
  expect(forbidden).toEqual(['other: 1']);
  await alert(
    facts.map(({ group }) => group),
    world,
  );
  expect(world.published.map(({ group, reasonText }) => [group.scope, reasonText])).toEqual([['gate.example', 'LATE']]);
});
