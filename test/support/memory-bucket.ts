/** The bucket of a backfill in memory. */

import { gunzipSync } from 'node:zlib';
import { backfillLimits } from '../../shared/base/backfill-limits.js';
import type {
  BackfillBucket,
  ExportPart,
  FailedObject,
  HalfLine,
  Outcome,
  PastMinutes,
} from '../../shared/ports/backfill.js';
import type { PastCaller } from '../../shared/ports/index.js';

export function memoryBucket(): BackfillBucket {
  const files = new Map<number, Map<string, Buffer>>();
  const minutes = new Map<number, Buffer>();
  const callers = new Map<number, Buffer>();
  const read = new Set<string>();
  const runs = new Map<string, readonly ExportPart[]>();
  const failed = new Map<string, Map<string, FailedObject>>();
  const outcomes = new Map<string, Outcome>();
  return {
    putHalves: async (day, objectId, gzip) => {
      files.set(day, (files.get(day) ?? new Map()).set(objectId, gzip));
    },
    async *halves(day) {
      for (const gzip of files.get(day)?.values() ?? []) {
        for (const line of gunzipSync(gzip).toString().trim().split('\n')) yield JSON.parse(line) as HalfLine;
      }
    },
    days: async () => [...files.keys()].sort((a, b) => a - b),
    putMinutes: async (day, gzip) => {
      minutes.set(day, gzip);
    },
    async *minutes(day) {
      const text = minutes.has(day) ? gunzipSync(minutes.get(day) ?? '').toString() : '';
      for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line) as PastMinutes;
    },
    daysWithMinutes: async () => [...minutes.keys()].sort((a, b) => a - b),
    putCallers: async (day, gzip) => {
      callers.set(day, gzip);
    },
    async *callers(day) {
      const text = callers.has(day) ? gunzipSync(callers.get(day) ?? '').toString() : '';
      for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line) as PastCaller;
    },
    daysWithCallers: async () => [...callers.keys()].sort((a, b) => a - b),
    noteRead: async (objectId) => {
      read.add(objectId);
    },
    read: async () => new Set(read),
    putRun: async (run, parts) => {
      runs.set(run, parts);
    },
    run: async (run) => runs.get(run) ?? [],
    noteFailure: async (run, objectId, what) => {
      failed.set(run, (failed.get(run) ?? new Map()).set(objectId, what));
    },
    failures: async (run) => [...(failed.get(run)?.values() ?? [])].slice(0, backfillLimits.failuresToldMax),
    putOutcome: async (run, outcome) => {
      outcomes.set(run, outcome);
    },
    outcome: async (run) => outcomes.get(run) ?? null,
    runs: async () => [...runs.keys()].sort(),
    failuresUri: (run) => `s3://kept/runs/${run}/failed/`,
  };
}
