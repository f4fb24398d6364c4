/** Times, durations and certificates as findings print them. */

import { MINUTE_MS, MINUTES_PER_DAY } from '../base/time.js';
import { english, type Phrase, type PhraseValue, say } from '../model/phrases.js';
import { describeKey } from './algorithms.js';
import type { Certificate } from './certificate.js';

/** `2026-06-15 08:30 UTC`. */
export function when(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** `3 days`, `5 hours`, `1 minute`: the largest unit that fits, rounded down. */
export function span(ms: number): string {
  return english(saySpan(ms));
}

export function saySpan(ms: number): Phrase {
  const minutes = Math.floor(Math.abs(ms) / MINUTE_MS);
  if (minutes < 60) return sayPlural(minutes, 'minute');
  if (minutes < 48 * 60) return sayPlural(Math.floor(minutes / 60), 'hour');
  return sayPlural(Math.floor(minutes / MINUTES_PER_DAY), 'day');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function sayPlural(count: number, noun: string): Phrase {
  return { say: `{0} ${noun}${count === 1 ? '' : 's'}`, of: [count] };
}

/**
 * A key identifier as pairs of hexadecimal digits, as certificate viewers show it, cut if it is longer than any hash.
 */
export function keyIdText(id: string | null): string {
  return id === null
    ? 'none'
    : id
        .slice(0, 128)
        .toUpperCase()
        .replace(/..(?=.)/g, '$&:');
}

export function sayKeyId(id: string | null): PhraseValue {
  return id === null ? say`none` : keyIdText(id);
}

/** The values by which an operator can find a certificate. */
export function sayIdentity({ subjectName, serialNumber, subjectKeyId, notBefore, notAfter }: Certificate): Phrase {
  return say`${subjectName} (serial ${serialText(serialNumber)}, key identifier ${sayKeyId(subjectKeyId)}, valid ${when(notBefore)} to ${when(notAfter)})`;
}

export function serialText(serial: string): string {
  return serial.length > 48 ? `${serial.slice(0, 48)}…` : serial;
}

export function keyText({ publicKey }: Certificate): string {
  return describeKey(publicKey);
}
