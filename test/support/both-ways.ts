/**
 * The same refusals two ways: through the functions, minute by minute as their logs are delivered, and through `replay`, which
 * reads them all from a file.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replay } from '../../cli/replay/replay.js';
import { MINUTE_MS } from '../../shared/base/time.js';
import { writtenBefore } from '../../shared/count/record.js';
import type { Fact, LogEvent, Notice } from '../../shared/model/index.js';
import { alert, ingest, sweep } from '../../shared/pipeline.js';
import {
  ACCESS_GROUP,
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  EXECUTION_GROUP,
  executionBatch,
  type Refusal,
  T0,
  uuid,
} from './logs.js';
import { type Random, randomOf } from './random.js';
import { type SituationName, situationOf } from './situations.js';
import { testConfig, testWorld } from './world.js';

/** Sweeps go on for so long after the last minute, as in `replay`. */
const TAIL_MINUTES = 24 * 60;
const DAY = 24 * 60;

/**
 * One series of counts for each issuer, from `T0` on.
 * @param clients of each issuer: of more than three, a fact names the most frequent, so that whom a notice names, and how often each
 * of them was refused, depends on how the log was cut
 * @param sentences with which the gateway refuses, in turn; `#` stands for an id
 */
export function refusalsOf(
  series: readonly ArrayLike<number>[],
  clients: number,
  sentences: readonly string[] = [],
): Refusal[] {
  const refusals: Refusal[] = [];
  for (let minute = 0; minute < Math.max(0, ...series.map(({ length }) => length)); minute++) {
    for (const [issuer, counts] of series.entries()) {
      const issuerDn = `CN=Partner ${issuer} CA,O=Partner ${issuer}`;
      for (let k = 0; k < (counts[minute] ?? 0); k++) {
        const said = sentences[k % sentences.length];
        const at = T0 + minute * MINUTE_MS + ((k * 997 + issuer * 331) % MINUTE_MS);
        refusals.push({
          n: refusals.length + 1,
          at,
          issuerDn,
          subjectDn: `CN=client-${issuer}-${(k + minute) % clients}`,
          ...(said !== undefined && { reason: said.replace('#', uuid(refusals.length)) }),
        });
      }
    }
  }
  return refusals;
}

const recordOf = (one: Refusal): LogEvent => accessEvent(one, { 'identity.clientCert.serialNumber': '7' });

export interface Delivery {
  /** Shuffles the events of a minute over several batches, some of which come twice. */
  readonly random: Random;
  /** Minutes that a batch takes at most. */
  readonly delay: number;
}

/** Three groups of a domain, each with some days of a situation. */
export async function bothWays(
  seed: number,
  names: readonly SituationName[],
  days: number,
  delay: number,
  clients = 2,
  sentences: readonly string[] = [],
) {
  const random = randomOf(seed);
  const series = names.map((name, k) => {
    const from = random.integer(7, 40) * DAY;
    const { counts } = situationOf(name, seed * 10 + k);
    // More of one minute would be sampled.
    return counts.slice(from, from + days * DAY).map((count) => Math.min(count, 40));
  });
  const refusals = refusalsOf(series, clients, sentences);
  return {
    functions: await throughFunctions(refusals, days * DAY, { random, delay }),
    replayed: await throughReplay(refusals),
  };
}

/** @returns the notices in the order in which they were published */
export async function throughFunctions(
  refusals: readonly Refusal[],
  minutes: number,
  { random, delay }: Delivery,
): Promise<readonly Notice[]> {
  const world = testWorld();
  const due = new Map<number, (() => ReturnType<typeof ingest>)[]>();
  const deliver = (at: number, run: () => ReturnType<typeof ingest>): void => {
    due.set(at, [...(due.get(at) ?? []), run]);
  };
  for (const [minute, ofMinute] of byMinute(refusals)) {
    for (const some of dealt(shuffled(ofMinute, random), random)) {
      const batches = [executionBatch(some.map((one) => denialAsOneEvent(one))), accessBatch(some.map(recordOf))];
      // Both halves of a request come within the grace period.
      const at = minute + random.integer(0, delay);
      for (const batch of shuffled(batches, random)) {
        deliver(at, () => ingest(batch, world));
        if (random.uniform() < 0.1) deliver(at, () => ingest(batch, world));
      }
    }
  }
  for (let minute = 0; minute < minutes + delay + TAIL_MINUTES; minute++) {
    world.at = T0 + (minute + 1) * MINUTE_MS - 1;
    const facts: Fact[] = [];
    for (const run of shuffled(due.get(minute) ?? [], random)) facts.push(...(await run()).facts);
    await alert(
      facts.map(({ group }) => group),
      world,
      writtenBefore(facts),
    );
    const { failures } = await sweep(world);
    if (failures.length > 0) throw failures[0];
  }
  return world.published;
}

export async function throughReplay(refusals: readonly Refusal[]): Promise<readonly Notice[]> {
  // A file without a line is an error.
  if (refusals.length === 0) return [];
  const file = join(mkdtempSync(join(tmpdir(), 'mtls-watch-both-')), 'logs.ndjson');
  const line = (logGroup: string, event: LogEvent): string =>
    `${JSON.stringify({ logGroup, logStream: 'stream-1', ...event })}\n`;
  writeFileSync(
    file,
    refusals.map((one) => line(EXECUTION_GROUP, denialAsOneEvent(one)) + line(ACCESS_GROUP, recordOf(one))).join(''),
  );
  return (await replay([file], testConfig())).notices;
}

function byMinute(refusals: readonly Refusal[]): Map<number, Refusal[]> {
  const minutes = new Map<number, Refusal[]>();
  for (const one of refusals) {
    const minute = Math.floor(((one.at ?? T0) - T0) / MINUTE_MS);
    minutes.set(minute, [...(minutes.get(minute) ?? []), one]);
  }
  return minutes;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const result = [...list];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    const [a, b] = [result[i] as T, result[j] as T];
    result[i] = b;
    result[j] = a;
  }
  return result;
}

/** Cuts a list into one to three parts. */
function dealt<T>(list: readonly T[], random: Random): T[][] {
  const parts = Array.from({ length: random.integer(1, 3) }, (): T[] => []);
  for (const one of list) parts[random.integer(0, parts.length - 1)]?.push(one);
  return parts.filter((part) => part.length > 0);
}
