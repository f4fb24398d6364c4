/**
 * The results of each situation: how many outages were reported, after how long, and how many false pages there were.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { detectionSchema } from '../../shared/config/settings.js';
import * as detect from '../../shared/detect/detect.js';
import type { Detection } from '../../shared/detect/detection.js';
import * as surprise from '../../shared/detect/surprise.js';
import * as incidents from '../../shared/incidents/incident.js';
import type { GroupKey, Incident, NoticeKind } from '../../shared/model/index.js';
import { isCalm, isOffice, isOutage, KNOWN_FROM, LENGTH, type Situation } from '../../test/support/situations.js';
import { UNKNOWN_COURSE } from './pages.js';
import { RIVALS } from './rivals.js';

/** The part of a build that plays one group. */
export interface Build {
  readonly learn: typeof detect.learn;
  readonly detect: typeof detect.detect;
  readonly settingsOf: typeof detect.settingsOf;
  readonly detectionOf: typeof detect.detectionOf;
  readonly start: typeof surprise.start;
  readonly closeThrough: typeof surprise.closeThrough;
  readonly advance: typeof incidents.advance;
}

export const present: Build = { ...detect, ...surprise, ...incidents };

/**
 * The build of another checkout, for a comparison.
 * @param dir its root; in older ones the files are in `shared/stages` and have older names
 */
export async function buildOf(dir: string): Promise<Build> {
  const load = async (...paths: string[]): Promise<Record<string, unknown>> => {
    for (const path of paths) {
      try {
        return (await import(pathToFileURL(join(dir, path)).href)) as Record<string, unknown>;
      } catch (error) {
        if (path === paths.at(-1)) throw error;
      }
    }
    return {};
  };
  const detector = await load('shared/detect/detect.ts', 'shared/stages/detect.ts');
  const parts = {
    detectionOf: detector.verdictOf,
    ...detector,
    ...(await load('shared/detect/surprise.ts', 'shared/stages/detect/surprise.ts')),
    ...(await load('shared/incidents/incident.ts', 'shared/stages/incident.ts')),
  };
  return parts as unknown as Build;
}

interface Told {
  readonly kind: NoticeKind;
  readonly minute: number;
}

export interface Fate {
  readonly outages: number;
  readonly told: number;
  /** Minutes until the notice, for the outages that were reported. */
  readonly delays: readonly number[];
  /** The same, where clients call in office hours only: so many of these minutes were in office hours. */
  readonly officeDelays: readonly number[];
  /** Minutes from the end of an outage to its resolve. */
  readonly resolves: readonly number[];
  /** Spikes outside of outages from the fourth week on, and all notices. */
  readonly falsePages: number;
  readonly notices: number;
}

const group: GroupKey = { scope: 'api.example.com', issuerDn: 'CN=Example CA', reason: 'issuer-not-found' };
/** Minutes after which a minute is learned, and between two evaluations of known refusals. */
const LAG = 10;
const AFTERMATH = 45;

type Method = (counts: Float64Array, now: number, state: Incident['state'] | null) => Detection | null;

export function methodsOf(falsePagesPerMonth: number, before: Build | null): ReadonlyMap<string, () => Fated> {
  const policy = detectionSchema.parse({ falsePagesPerMonth });
  const productOf = (build: Build) => (): Fated => {
    const settings = build.settingsOf(policy);
    let state: ReturnType<Build['start']> | null = null;
    const method: Method = (counts, now, incident) => {
      // Nothing is known of a group before its first failure.
      if (state === null && (counts[now] ?? 0) > 0) state = build.start(settings, now);
      if (state === null) return null;
      if (now - LAG > state.step) build.closeThrough(state, settings, now - LAG, counts[now - LAG] ?? 0);
      const isLookedAt = incident === 'firing' || (incident === 'known' && now % LAG === 0);
      if (!isLookedAt && counts[now] === 0) return null;
      const window = { step: now, counts: Array.from(counts.subarray(state.step + 1, now + 1)) };
      return build.detectionOf(state, settings, window, policy);
    };
    return { method, advance: (current, seen, now) => build.advance(current, seen, group, now, policy) };
  };
  const rivals = RIVALS.filter(({ name }) => COMPARED.has(name)).map(
    ({ name, start }) =>
      [
        COMPARED.get(name) ?? name,
        (): Fated => {
          const push = start();
          const method: Method = (counts, now) => detectionOfAlarm(push(counts, now));
          return { method, advance: (current, seen, now) => present.advance(current, seen, group, now, policy) };
        },
      ] as const,
  );
  return new Map([
    ['mtls-watch', productOf(present)],
    ...(before === null ? [] : [['the build before', productOf(before)] as const]),
    ...rivals,
  ]);
}

const COMPARED = new Map([
  ['static alarm, 3 of 5', 'static alarm'],
  ['Gaussian z-score, 7 days', 'tuned band'],
]);

interface Fated {
  readonly method: Method;
  readonly advance: (current: Incident | null, seen: Detection, now: number) => ReturnType<typeof incidents.advance>;
}

function detectionOfAlarm({ alarm, recent }: { readonly alarm: boolean; readonly recent: number }): Detection {
  const numbers = { count: recent, windowMinutes: 5, expected: 0, oneIn: 1, recent, lastHour: 0, surprise: 0 };
  const shortestMinutes = alarm ? 1 : null;
  return {
    kind: alarm ? 'spike' : 'quiet',
    because: '',
    numbers: {
      ...numbers,
      shortestMinutes,
      isSteady: false,
      lateMinutes: 0,
      standingMinutes: 0,
      elevation: 0,
      course: UNKNOWN_COURSE,
    },
  };
}

export function fateOf(situation: Situation, { method, advance }: Fated): Fate {
  const told: Told[] = [];
  let current: Incident | null = null;
  for (let minute = 0; minute < LENGTH; minute++) {
    const seen = method(situation.counts, minute, current?.state ?? null);
    const change: ReturnType<typeof advance> = seen === null ? null : advance(current, seen, (minute + 1) * 60_000);
    if (change === null) continue;
    current = change.next;
    if (change.notice !== null) told.push({ kind: change.notice, minute });
  }
  return judged(situation, told);
}

/**
 * False pages from the fourth week on at each accepted rate. What is learned does not depend on the rate, so one state serves all.
 */
export function falsePagesAt(asked: readonly number[], { counts, outages }: Situation): number[] {
  const policies = asked.map((falsePagesPerMonth) => detectionSchema.parse({ falsePagesPerMonth }));
  const settings = present.settingsOf(detectionSchema.parse({}));
  const current: (Incident | null)[] = asked.map(() => null);
  const pages = asked.map(() => 0);
  let state: ReturnType<Build['start']> | null = null;
  for (let now = 0; now < LENGTH; now++) {
    if (state === null && (counts[now] ?? 0) > 0) state = present.start(settings, now);
    if (state === null) continue;
    if (now - LAG > state.step) present.closeThrough(state, settings, now - LAG, counts[now - LAG] ?? 0);
    const window = { step: now, counts: Array.from(counts.subarray(state.step + 1, now + 1)) };
    const isOutage = outages.some(({ from, to }) => now >= from && now <= to + AFTERMATH);
    for (const [k, policy] of policies.entries()) {
      const before = current[k] ?? null;
      const isLookedAt = before?.state === 'firing' || (before?.state === 'known' && now % LAG === 0);
      if (!isLookedAt && counts[now] === 0) continue;
      const seen = present.detectionOf(state, settings, window, policy);
      const change = present.advance(before, seen, group, (now + 1) * 60_000, policy);
      if (change !== null) current[k] = change.next;
      if (change?.notice === 'spike' && now >= KNOWN_FROM && !isOutage) pages[k] = (pages[k] ?? 0) + 1;
    }
  }
  return pages;
}

function judged({ name, outages }: Situation, told: readonly Told[]): Fate {
  const spikes = told.filter(({ kind }) => kind === 'spike');
  const ownOf = ({ minute }: Told) => outages.find(({ from, to }) => minute >= from && minute <= to + AFTERMATH);
  const firsts = outages.map((outage) => ({ outage, first: spikes.find((one) => ownOf(one) === outage) }));
  const from = isCalm(name) ? KNOWN_FROM : 0;
  return {
    outages: outages.length,
    told: firsts.filter(({ first }) => first !== undefined).length,
    delays: firsts.flatMap(({ outage, first }) => (first === undefined ? [] : [first.minute - outage.from + 1])),
    officeDelays: name.includes('office hours')
      ? firsts.flatMap(({ outage, first }) => (first === undefined ? [] : [officeMinutes(outage.from, first.minute)]))
      : [],
    resolves: isOutage(name)
      ? []
      : firsts.flatMap(({ outage, first }, n) => {
          if (first === undefined) return [];
          const until = outages[n + 1]?.from ?? LENGTH;
          const end = told.findLast((one) => one.kind === 'resolved' && one.minute > outage.from && one.minute < until);
          return end === undefined ? [] : [end.minute - outage.to];
        }),
    falsePages: spikes.filter((one) => one.minute >= from && ownOf(one) === undefined).length,
    notices: told.length,
  };
}

function officeMinutes(from: number, to: number): number {
  let minutes = 0;
  for (let t = from; t <= to; t++) if (isOffice(t)) minutes++;
  return minutes;
}
