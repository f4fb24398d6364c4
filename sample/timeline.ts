/**
 * A day of calls to the gateway, told by the stories of `stories.ts`. A story says who called when, and what came of
 * it; everything else (ids, log streams, lines) follows from that.
 */

import type { Certificate, Pki } from './pki.js';
import type { Random } from './random.js';

export interface Api {
  readonly domain: string;
  readonly apiId: string;
  readonly stage: string;
  readonly executionGroup: string;
  readonly accessGroup: string;
  /** How its execution log shows a refusal: three events, one event of three lines, or three vended JSON records. */
  readonly shape: 'lines' | 'one-event' | 'vended';
  /** Whether successes leave lines in the execution log as well (level INFO), or failures only (level ERROR). */
  readonly verbose: boolean;
  readonly paths: readonly string[];
}

export const APIS = {
  payments: {
    domain: 'api.bank.example',
    apiId: 'a1b2c3d4e5',
    stage: 'prod',
    executionGroup: 'API-Gateway-Execution-Logs_a1b2c3d4e5/prod',
    accessGroup: '/aws/apigateway/payments-access',
    shape: 'lines',
    verbose: false,
    paths: ['/payments', '/payments/{id}', '/accounts/{id}/balance', '/transfers'],
  },
  partners: {
    domain: 'partners.bank.example',
    apiId: 'p9q8r7s6t5',
    stage: 'live',
    executionGroup: 'API-Gateway-Execution-Logs_p9q8r7s6t5/live',
    accessGroup: '/aws/apigateway/partners-access',
    shape: 'one-event',
    verbose: false,
    paths: ['/orders', '/orders/{id}', '/invoices', '/shipments/{id}/status'],
  },
  sandbox: {
    domain: 'sandbox.bank.example',
    apiId: 's4n5d6b7x8',
    stage: 'v1',
    executionGroup: '/bank/apigateway/sandbox-execution',
    accessGroup: '/aws/apigateway/sandbox-access',
    shape: 'vended',
    verbose: true,
    paths: ['/payments', '/accounts/{id}/balance'],
  },
} as const satisfies Record<string, Api>;

export type ApiName = keyof typeof APIS;

/** Why a request was refused: the gateway's words, and the id that the catalogue of reasons should give them. */
export interface Refusal {
  readonly words: string;
  readonly reason: string;
}

/** Another cause of a 403, as the access log shows it. */
export interface Forbidden {
  readonly cause: string;
  readonly responseType: string;
  readonly message: string;
  /** What the execution log says beside it, if anything. */
  readonly line?: string;
}

export type Outcome =
  | { readonly kind: 'served'; readonly status: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'forbidden'; readonly forbidden: Forbidden };

export interface Call {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly api: ApiName;
  readonly client: Certificate;
  readonly sourceIp: string;
  readonly userAgent: string;
  readonly path: string;
  readonly outcome: Outcome;
  readonly requestId: string;
  readonly extendedRequestId: string;
  /** Whether the access log has it: deliveries are best effort. */
  readonly inAccessLog: boolean;
  readonly story: string;
}

export interface Caller {
  readonly api: ApiName;
  readonly client: string;
  readonly sourceIp?: string;
  readonly userAgent?: string;
  /** A client may choose the id of its requests. */
  readonly requestId?: string;
  readonly inAccessLog?: boolean;
}

export interface Timeline {
  readonly random: Random;
  /** The UTC date, `2026-10-13`. */
  readonly date: string;
  /** A time of this day, `09:12:07`, in milliseconds since the epoch. */
  at(clock: string): number;
  serve(at: number, caller: Caller, status?: number): void;
  refuse(at: number, caller: Caller, refusal: Refusal): void;
  forbid(at: number, caller: Caller, forbidden: Forbidden): void;
  /** Everything told so far, in the order of time. */
  calls(): readonly Call[];
}

const AGENTS = [
  'Apache-HttpClient/5.3.1 (Java/21.0.4)',
  'okhttp/4.12.0',
  'python-requests/2.32.3',
  'axios/1.7.7',
  'Go-http-client/2.0',
  'curl/8.9.1',
] as const;

/** A timeline for one story of one day. */
export function timeline(pki: Pki, date: string, story: string, random: Random): Timeline {
  const told: Call[] = [];
  const tell = (at: number, caller: Caller, outcome: Outcome): void => {
    const client = pki.get(caller.client);
    if (client === undefined) throw new Error(`pki.pem has no certificate ${caller.client}; make it again`);
    const home = random.fork(`home/${caller.client}`);
    told.push({
      at,
      api: caller.api,
      client,
      outcome,
      story,
      sourceIp: caller.sourceIp ?? `198.51.100.${home.between(1, 254)}`,
      userAgent: caller.userAgent ?? home.pick(AGENTS),
      path: random.pick(APIS[caller.api].paths),
      requestId: caller.requestId ?? random.uuid(),
      extendedRequestId: `${extendedId(random)}=`,
      inAccessLog: caller.inAccessLog ?? true,
    });
  };
  return {
    random,
    date,
    at: (clock) => {
      const at = Date.parse(`${date}T${clock}Z`);
      if (Number.isNaN(at)) throw new Error(`${clock} is no time of day; expected 09:12:07`);
      return at;
    },
    serve: (at, caller, status = 200) => tell(at, caller, { kind: 'served', status }),
    refuse: (at, caller, refusal) => tell(at, caller, { kind: 'refused', refusal }),
    forbid: (at, caller, forbidden) => tell(at, caller, { kind: 'forbidden', forbidden }),
    calls: () => told.toSorted((a, b) => a.at - b.at),
  };
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function extendedId(random: Random): string {
  return Array.from({ length: 15 }, () => ID_ALPHABET[random.between(0, 63)]).join('');
}
