/**
 * The functions of the stack on what a played stack has outside of them: embedded stores that may fail, a gateway that refuses
 * strangers and logs it, log groups, a bucket. Each prints through the meter and the logs that it has when deployed.
 */

import { randomUUID } from 'node:crypto';
import { type CanaryWorld, createCanary } from '../../functions/canary/canary.js';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createReconciler } from '../../functions/reconcile/reconcile.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import type { Wired } from '../../functions/wiring/wiring.js';
import { meterIn } from '../../functions/wiring/wiring.js';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createLog } from '../../shared/adapters/aws/log.js';
import { createCanaryCertificate } from '../../shared/adapters/tls/canary-certificate.js';
import type { FoundLogGroup } from '../../shared/model/account.js';
import type { LogBatch } from '../../shared/model/index.js';
import type { Stores } from '../../shared/ports/index.js';
import { createWeeklyReport } from '../../shared/report/weekly.js';
import { resolved } from '../infra/alarms-of.js';
import { memoryLogGroups } from './account.js';
import { accessBatch, accessEvent, denialAsOneEvent, executionBatch } from './logs.js';
import { createMemoryInventory } from './memory-inventory.js';
import type { TestWorld } from './world.js';

export type Handler = (event: unknown) => Promise<unknown>;

export interface Faults {
  /** Stores whose every call fails. */
  readonly stores: Set<keyof Stores>;
  /** Functions, by service, for which there is no concurrency. */
  readonly throttled: Set<string>;
  /** Functions that the scheduler does not call. */
  readonly unscheduled: Set<string>;
  /** The dead-letter queue takes nothing. */
  isQueueGone: boolean;
  /** The bucket of the reports takes nothing. */
  isBucketDown: boolean;
  /** Names of subscription filters whose deliveries are refused, or throttled. */
  readonly refusedFilters: Set<string>;
  readonly throttledFilters: Set<string>;
  /** Functions, by service, whose log groups a policy of the account keeps from giving metrics. */
  readonly withoutMetrics: Set<string>;
  /** The subscription filters are gone: what the gateway writes for the canary's calls is not delivered. */
  isSubscriptionCut: boolean;
  /** The gateway writes no access log for the canary's calls. */
  isAccessLogOff: boolean;
  /** The gateway does not look at client certificates. */
  isMutualTlsOff: boolean;
  /** Log groups that the gateway does not write to any more. */
  readonly abandoned: Set<string>;
  /** Records that Lambda gets through in a minute; more than come in. */
  recordsPerMinute: number;
}

/** What the functions meet outside. */
export interface Outside {
  readonly world: TestWorld;
  readonly faults: Faults;
  readonly logGroups: Map<string, FoundLogGroup>;
  /** The way of the subscriptions. */
  readonly deliver: (batch: LogBatch) => void;
}

function wiredFor(variables: Readonly<Record<string, string>>, { world, faults }: Outside): Wired {
  const meter = meterIn(variables);
  return {
    meter,
    log: createLog(process.stdout),
    world: { ...world, stores: failing(world.stores, faults.stores), failureLog: createFailureLog(process.stdout) },
  };
}

/** The function of an environment, as its handler would wire it. */
export function handlerOf(variables: Readonly<Record<string, string>>, outside: Outside): Handler {
  // Nobody operates in these tests.
  if (variables.POWERTOOLS_SERVICE_NAME === 'operator') return async () => {};
  const wired = wiredFor(variables, outside);
  switch (variables.POWERTOOLS_SERVICE_NAME) {
    case 'ingest':
      return createIngest(wired);
    case 'sweep':
      return createSweep(wired);
    case 'weekly-report':
      return createWeeklyReport({ world: wired.world, query: noRows, delivery: deliveryOf(wired, outside.faults) });
    case 'reconcile':
      return createReconciler({
        meter: wired.meter,
        world: {
          config: wired.world.config,
          clock: wired.world.clock,
          log: wired.log,
          own: {
            destinationArn: String(resolved(variables.INGEST_FUNCTION_ARN)),
            stackName: variables.STACK_NAME ?? '',
          },
          logGroups: memoryLogGroups(outside.logGroups),
          inventory: createMemoryInventory(),
          discovery: { find: async () => Promise.reject(new Error('nothing is discovered in this test')) },
        },
      });
    case 'canary':
      return createCanary({
        ...wired,
        canaries: wired.world.config.canaries,
        clock: wired.world.clock,
        probes: wired.world.stores.probes,
        createCertificate: createCanaryCertificate,
        call: gateway(outside),
      });
    default:
      throw new Error(`${variables.POWERTOOLS_SERVICE_NAME} is not played: say in test/support/played-stack.ts how`);
  }
}

/** Refuses a stranger and writes both logs, as the gateway does. */
function gateway({ world, faults, deliver }: Outside): CanaryWorld['call'] {
  let calls = 0;
  return async ({ domain }, { certificate }) => {
    const ids = { requestId: randomUUID(), extendedRequestId: `Canary${++calls}=` };
    const refusal = { n: CANARY_REQUESTS + calls, at: world.at, reason: 'self signed certificate', ...ids };
    if (faults.isMutualTlsOff) return { kind: 'answered', status: 200, errorType: null, ...ids };
    if (!faults.isSubscriptionCut) {
      const caller = { domainName: domain, 'identity.clientCert.clientCertPem': certificate };
      deliver(executionBatch([denialAsOneEvent(refusal)]));
      if (!faults.isAccessLogOff) deliver(accessBatch([accessEvent(refusal, caller)]));
    }
    return { kind: 'answered', status: 403, errorType: 'ForbiddenException', ...ids };
  };
}

/** Above the numbers that tests give to their own requests. */
const CANARY_REQUESTS = 1_000_000;

const noRows = async () => ({ rows: [], isCut: false });

function deliveryOf({ world }: Wired, faults: Faults): Parameters<typeof createWeeklyReport>[0]['delivery'] {
  const objects = new Map<string, string>();
  const put = async (key: string, text: string): Promise<void> => {
    if (faults.isBucketDown) throw new Error('the bucket takes nothing');
    objects.set(key, text);
  };
  return {
    clock: world.clock,
    language: 'en',
    urlOf: (key) => `https://console.aws.amazon.com/s3/object/reports?prefix=${key}`,
    announce: async () => {},
    bucket: {
      read: async (key) => {
        const text = objects.get(key);
        return text === undefined ? null : { text, etag: text };
      },
      put,
      putIf: async (key, text, etag) => {
        if ((objects.get(key) ?? null) !== etag) return false;
        await put(key, text);
        return true;
      },
    },
  };
}

/** The stores, of which those named in `down` reject every call for as long as they are named. */
function failing<T extends Stores>(stores: T, down: ReadonlySet<keyof Stores>): T {
  const guarded = Object.entries(stores).map(([name, store]: [string, unknown]) => [
    name,
    typeof store !== 'object' || store === null
      ? store
      : new Proxy(store, {
          get: (target, method, receiver) =>
            down.has(name as keyof Stores)
              ? async () => Promise.reject(new Error(`the store of ${name} is throttled`))
              : Reflect.get(target, method, receiver),
        }),
  ]);
  return Object.fromEntries(guarded) as T;
}
