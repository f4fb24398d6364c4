/**
 * The types that the steps of the pipeline exchange. Every step takes one of these types and returns another; nothing
 * else passes between steps. All types are plain data, safe to serialise. Times are milliseconds since the epoch (UTC)
 * and their names end in `At`; a minute is `Math.floor(at / 60_000)`.
 */

export * from './canary.js';
export * from './counts.js';
export * from './incidents.js';
export * from './logs.js';
export * from './notices.js';
export * from './requests.js';
