/**
 * How a half stands in its cell: one text without field names, so that both halves of an ordinary request and their key
 * stay within one kilobyte, and each write costs one unit. Cells outlive a deployment, forth and back: append fields, with a
 * default, and pass over those that a later release appended.
 */

import * as z from '../../base/zod.js';
import type { AccessRecord, Client, Denial, Half } from '../../model/index.js';
import { reasonIds } from '../../model/reasons.js';

/** A half and the batch that wrote it first. */
export interface Brought<T extends Half> {
  readonly half: T;
  readonly batchId: string;
}

export function encodeHalf(half: Half, batchId: string): string {
  const { eventId, at, requestId, extendedRequestId, api, scope, rate } = half;
  const common = [batchId, eventId, at, requestId, extendedRequestId, api.apiId, api.stage, scope, rate];
  if (half.kind === 'denial') {
    const appended = trimmed([half.isIdBorrowed ? 1 : 0, half.words ?? 0]);
    return JSON.stringify([...common, half.reason, half.reasonText, ...appended]);
  }
  const guessed = half.isScopeGuessed === true ? 1 : 0;
  const client = half.client === null ? null : valuesOf(half.client);
  const appended = [guessed, half.inferred ?? 0, half.isUnverified ? 1 : 0, half.door ?? 0, half.words ?? 0];
  return JSON.stringify([...common, client, ...trimmed(appended)]);
}

/** Fields that most halves do not have come last, and are left out there. */
function trimmed(appended: (string | number)[]): (string | number)[] {
  while (appended.at(-1) === 0) appended.pop();
  return appended;
}

function valuesOf(client: Client) {
  const { subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint, sourceIp, userAgent } = client;
  return [subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint, sourceIp, userAgent];
}

const text = z.string();
const number = z.number();
const maybeText = z.nullable(text);
const maybeNumber = z.nullable(number);
const common = [text, text, number, text, maybeText, maybeText, maybeText, text, number] as const;

type Common = [string, string, number, string, string | null, string | null, string | null, string, number];

function commonOf([batchId, eventId, at, requestId, extendedRequestId, apiId, stage, scope, rate]: Common) {
  return { batchId, common: { eventId, at, requestId, extendedRequestId, api: { apiId, stage }, scope, rate } };
}

const optional = z.optional(z.unknown());
const wordsIn = (words: unknown) => (typeof words === 'string' ? { words } : {});

export const denialSchema = z.pipe(
  z.tuple([...common, z.enum(reasonIds), text, optional, optional], z.unknown()),
  z.transform((values): Brought<Denial> => {
    const [, , , , , , , , , reason, reasonText, borrowed, words] = values;
    const { batchId, common } = commonOf(values.slice(0, 9) as Common);
    const isIdBorrowed = borrowed === 1 ? { isIdBorrowed: true as const } : {};
    return { batchId, half: { kind: 'denial', ...common, ...isIdBorrowed, reason, reasonText, ...wordsIn(words) } };
  }),
);

const clientSchema = z.pipe(
  z.tuple([text, text, text, maybeNumber, maybeNumber, maybeText, text, text], z.unknown()),
  z.transform(
    ([subjectDn, issuerDn, serialNumber, notBefore, notAfter, fingerprint, sourceIp, userAgent]): Client => ({
      subjectDn,
      issuerDn,
      serialNumber,
      notBefore,
      notAfter,
      fingerprint,
      sourceIp,
      userAgent,
    }),
  ),
);

export const accessSchema = z.pipe(
  z.tuple([...common, z.nullable(clientSchema), optional, optional, optional, optional, optional], z.unknown()),
  z.transform((values): Brought<AccessRecord> => {
    const [, , , , , , , , , client, guessed, inferred, unverified, door, words] = values;
    const { batchId, common } = commonOf(values.slice(0, 9) as Common);
    const isScopeGuessed = guessed === 1 ? { isScopeGuessed: true as const } : {};
    return {
      batchId,
      half: {
        kind: 'access',
        ...common,
        ...isScopeGuessed,
        client,
        ...(typeof inferred === 'string' && { inferred }),
        ...(unverified === 1 && { isUnverified: true as const }),
        ...(typeof door === 'string' && { door }),
        ...wordsIn(words),
      },
    };
  }),
);
