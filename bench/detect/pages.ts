/** Runs every method over labelled histories, minute by minute, and counts pages, missed incidents and delays. */

import { detectionSchema } from '../../shared/config/settings.js';
import { detectionOf, settingsOf } from '../../shared/detect/detect.js';
import type { Detection } from '../../shared/detect/detection.js';
import { closeThrough, start } from '../../shared/detect/surprise.js';
import { advance } from '../../shared/incidents/incident.js';
import {
  type GroupKey,
  type Incident,
  type NoticeKind,
  OTHER_ISSUERS,
  type Severity,
} from '../../shared/model/index.js';
import { type ClassName, type GroupHistory, MINUTES } from '../../test/support/histories.js';
import { RIVALS } from './rivals.js';

export interface Notice {
  readonly kind: NoticeKind;
  readonly minute: number;
  readonly severity: Severity;
}

export interface Outcome {
  readonly method: string;
  readonly className: ClassName;
  readonly notices: readonly Notice[];
}

export const PRODUCT = 'mtls-watch';
const POLICY = detectionSchema.parse({});
const SETTINGS = settingsOf(POLICY);
/** Minutes after which a minute is learned, because late logs have arrived by then. */
const LAG = 10;
function groupOf(className: ClassName): GroupKey {
  // A scanner's random issuers exceed the bound of a scope, and are counted together.
  const issuerDn = className === 'scanner' ? OTHER_ISSUERS : 'CN=Example CA';
  return { scope: 'api.example.com', issuerDn, reason: 'issuer-not-found' };
}

type Method = (known: Float64Array, now: number, firing: boolean) => Detection | null;

/** The counts that were known at each minute: none during an outage, all of them after it. */
function deliver(history: GroupHistory, each: (known: Float64Array, now: number) => void): void {
  const known = new Float64Array(MINUTES);
  let outage = 0;
  for (let t = 0; t < MINUTES; t++) {
    const current = history.outages[outage];
    const dark = current !== undefined && t >= current.from && t <= current.to;
    if (!dark) known[t] = history.counts[t] ?? 0;
    if (current !== undefined && t === current.to + 1) {
      for (let s = current.from; s < t; s++) known[s] = history.counts[s] ?? 0;
      outage++;
    }
    each(known, t);
  }
}

export function runPages(history: GroupHistory): Outcome[] {
  const methods: { name: string; method: Method }[] = [
    { name: PRODUCT, method: product() },
    ...RIVALS.map((rival) => ({ name: rival.name, method: asVerdict(rival.start()) })),
  ];
  const runs = methods.map(({ name, method }) => ({
    name,
    method,
    incident: null as Incident | null,
    notices: [] as Notice[],
  }));
  const group = groupOf(history.className);
  deliver(history, (known, now) => {
    for (const run of runs) {
      const detection = run.method(known, now, run.incident?.state === 'firing');
      if (detection === null) continue;
      const change = advance(run.incident, detection, group, (now + 1) * 60_000, POLICY);
      if (change === null) continue;
      run.incident = change.next;
      if (change.notice) run.notices.push({ kind: change.notice, minute: now, severity: change.next.severity });
    }
  });
  return runs.map(({ name, notices }) => ({ method: name, className: history.className, notices }));
}

/** Like production: evaluated when the group has new failures, and every minute while it is firing. */
function product(): Method {
  const state = start(SETTINGS, 0);
  return (known, now, firing) => {
    if (now >= LAG) closeThrough(state, SETTINGS, now - LAG, known[now - LAG] ?? 0);
    if (!firing && known[now] === 0) return null;
    const counts = Array.from(known.subarray(state.step + 1, now + 1));
    return detectionOf(state, SETTINGS, { step: now, counts }, POLICY);
  };
}

/** The other methods have no course of the day. */
export const UNKNOWN_COURSE = {
  day: 0,
  hours: 0,
  usualDay: 0,
  usualHours: 0,
  quietMinutes: 0,
  steadyMinutes: null,
  isFew: false,
  lastingMinutes: null,
  isSteadyByItself: false,
  isUnderWay: false,
  isLull: true,
  missing: 0,
  isGone: false,
};

function asVerdict(push: ReturnType<(typeof RIVALS)[number]['start']>): Method {
  return (known, now) => {
    const { alarm, recent } = push(known, now);
    const numbers = {
      count: recent,
      windowMinutes: POLICY.windowMinutes,
      expected: 0,
      oneIn: 1,
      recent,
      shortestMinutes: alarm ? 1 : null,
      isSteady: false,
      lateMinutes: 0,
      standingMinutes: 0,
      elevation: 0,
      surprise: 0,
      lastHour: 0,
      course: UNKNOWN_COURSE,
    };
    return { kind: alarm ? 'spike' : 'quiet', because: '', numbers };
  };
}

export interface Score {
  incidents: number;
  found: number;
  /** Minutes from the first failure to the end of the minute of the notice. */
  delays: number[];
  falsePages: number;
  spikeNotices: number;
  resolveNotices: number;
  notices: number;
  /** Minutes from the last failure to the resolve. */
  resolveDelays: number[];
  lowSeverity: number;
  minutes: number;
}

/** A notice belongs to an incident until half an hour after its end. */
const AFTERMATH = 30;
/** A resolve after this time counts as missing. */
const RESOLVE_MAX = 12 * 60;

export function emptyScore(): Score {
  return {
    incidents: 0,
    found: 0,
    delays: [],
    falsePages: 0,
    spikeNotices: 0,
    resolveNotices: 0,
    notices: 0,
    resolveDelays: [],
    lowSeverity: 0,
    minutes: 0,
  };
}

/** Adds one group's outcome to a score. Minutes before `since` are not judged. */
export function addOutcome(score: Score, history: GroupHistory, outcome: Outcome, since: number): void {
  score.minutes += MINUTES - since;
  const spikes = outcome.notices.filter((n) => n.kind === 'spike' && n.minute >= since);
  const owner = (n: Notice) => history.incidents.find((i) => n.minute >= i.from && n.minute <= i.to + AFTERMATH);
  score.falsePages += spikes.filter((n) => owner(n) === undefined).length;
  for (const [i, incident] of history.incidents.entries()) {
    const end = Math.min(history.incidents[i + 1]?.from ?? MINUTES, incident.to + RESOLVE_MAX);
    const own = outcome.notices.filter((n) => n.minute >= incident.from && n.minute < end);
    const [first] = spikes.filter((n) => owner(n) === incident);
    score.incidents++;
    if (first === undefined) continue;
    score.found++;
    score.delays.push(first.minute - incident.from + 1);
    score.notices += own.length;
    score.spikeNotices += own.filter((n) => n.kind === 'spike').length;
    score.resolveNotices += own.filter((n) => n.kind === 'resolved').length;
    if (first.severity === 'low') score.lowSeverity++;
    const resolved = own.findLast((n) => n.kind === 'resolved');
    if (resolved !== undefined) score.resolveDelays.push(resolved.minute - incident.to);
  }
}
