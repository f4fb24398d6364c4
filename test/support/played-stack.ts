/**
 * The synthesised stack, played in this process on virtual time: the functions are the real ones on embedded stores, what
 * they print is taken as CloudWatch takes it, and Lambda, the scheduler and the dead-letter queue do what the template and
 * AWS's documentation say, so that their metrics come from what really happened. Faults are switched on and off.
 */

import { randomUUID } from 'node:crypto';
import type { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { type CanaryWorld, createCanary } from '../../functions/canary/canary.js';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import { createWeeklyReport } from '../../functions/weekly-report/weekly-report.js';
import type { Wired } from '../../functions/wiring.js';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createLog } from '../../shared/adapters/aws/log.js';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import { makeStranger } from '../../shared/adapters/stranger.js';
import type { LogBatch } from '../../shared/model.js';
import type { Stores } from '../../shared/ports/index.js';
import { resources } from '../infra/support.js';
import { createMetrics, type Metrics } from './cloudwatch.js';
import {
  accessBatch,
  accessEvent,
  denialAsOneEvent,
  executionBatch,
  subscriptionEvent,
  subscriptionPayload,
} from './logs.js';
import { type TestWorld, testWorld } from './world.js';

const MINUTE = 60_000;

/** "How Lambda handles errors and retries with asynchronous invocation": a minute, then two. */
const RETRY_AFTER_MINUTES = [1, 2];

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
  /** The subscription filters are gone: what the gateway writes for the canary's calls is not delivered. */
  isSubscriptionCut: boolean;
  /** The gateway does not look at client certificates. */
  isMutualTlsOff: boolean;
}

interface Call {
  readonly service: string;
  readonly event: unknown;
  readonly triesLeft: number;
  readonly dueAt: number;
}

interface PlayedFunction {
  /** The logical id stands for the name that CloudFormation would give. */
  readonly name: string;
  readonly retries: number;
  readonly hasDestination: boolean;
  readonly handler: (event: unknown) => Promise<unknown>;
}

export interface PlayedStack {
  readonly world: TestWorld;
  readonly metrics: Metrics;
  readonly faults: Faults;
  /** The lines that each function printed, by service. */
  readonly printed: ReadonlyMap<string, string[]>;
  /** Payloads in the dead-letter queue. */
  readonly deadLetters: unknown[];
  /** Calls a function asynchronously, as CloudWatch Logs and the scheduler do. */
  call(service: string, event?: unknown): void;
  /** Puts the dead letters through ingest again; what fails stays. */
  redrive(): Promise<void>;
  /** All that happens within the next minute. */
  minute(): Promise<void>;
}

/** Uses vitest's fake `Date`: Powertools stamps the lines that it prints with it. */
export function playStack(template: Template): PlayedStack {
  const faults: Faults = {
    stores: new Set(),
    throttled: new Set(),
    unscheduled: new Set(),
    isQueueGone: false,
    isBucketDown: false,
    isSubscriptionCut: false,
    isMutualTlsOff: false,
  };
  const world = testWorld(settingsOf(template));
  const metrics = createMetrics();
  const printed = new Map<string, string[]>();
  const functions = playedFunctions(template, (variables) =>
    handlerOf(variables, { world, faults, deliver: (batch) => call('ingest', eventOf(batch)) }),
  );
  const queueName = resources(template, 'AWS::SQS::Queue')[0]?.[0] ?? '';
  const deadLetters: unknown[] = [];
  let calls: Call[] = [];

  const lambdaMetric = (service: string, name: string, value: number): void => {
    const FunctionName = functionOf(service).name;
    metrics.put({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }, world.at, value);
  };
  const functionOf = (service: string): PlayedFunction => {
    const found = functions.get(service);
    if (found === undefined) throw new Error(`the stack has no function ${service}`);
    return found;
  };

  /** One invocation; true when it succeeded. */
  const invoke = async (service: string, event: unknown): Promise<boolean> => {
    vi.setSystemTime(world.at);
    const lines = printed.get(service) ?? [];
    printed.set(service, lines);
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      const written = String(text)
        .split('\n')
        .filter((line) => line !== '');
      lines.push(...written);
      for (const line of written) metrics.takeLine(line);
      return true;
    });
    try {
      await functionOf(service).handler(event);
      return true;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return false;
    } finally {
      write.mockRestore();
    }
  };

  const run = async (call: Call): Promise<void> => {
    const { service, event, triesLeft } = call;
    if (faults.throttled.has(service)) {
      lambdaMetric(service, 'Throttles', 1);
      calls.push({ ...call, dueAt: world.at + MINUTE });
      return;
    }
    lambdaMetric(service, 'Invocations', 1);
    const succeeded = await invoke(service, event);
    // Lambda reports a zero for every call that succeeded.
    lambdaMetric(service, 'Errors', succeeded ? 0 : 1);
    if (succeeded) return;
    const { retries, hasDestination } = functionOf(service);
    if (triesLeft > 0) {
      const wait = RETRY_AFTER_MINUTES[retries - triesLeft] ?? 2;
      calls.push({ ...call, triesLeft: triesLeft - 1, dueAt: world.at + wait * MINUTE });
    } else if (hasDestination && !faults.isQueueGone) deadLetters.push(event);
    else if (hasDestination) lambdaMetric(service, 'DestinationDeliveryFailures', 1);
  };

  const call = (service: string, event: unknown = {}): void => {
    calls.push({ service, event, triesLeft: functionOf(service).retries, dueAt: world.at });
  };
  return {
    world,
    metrics,
    faults,
    printed,
    deadLetters,
    call,
    redrive: async () => {
      for (const payload of deadLetters.splice(0)) {
        if (!(await invoke('ingest', payload))) deadLetters.push(payload);
      }
    },
    minute: async () => {
      for (const [service, everyMinutes] of scheduled(template)) {
        if (!faults.unscheduled.has(service) && (world.at / MINUTE) % everyMinutes === 0) call(service);
      }
      const due = calls.filter(({ dueAt }) => dueAt <= world.at);
      calls = calls.filter(({ dueAt }) => dueAt > world.at);
      for (const one of due) await run(one);
      const depth = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible' };
      metrics.put({ ...depth, dimensions: { QueueName: queueName } }, world.at, deadLetters.length);
      world.at += MINUTE;
    },
  };
}

/** As CloudWatch Logs hands a batch to Lambda. */
export function eventOf(batch: LogBatch): unknown {
  return subscriptionEvent(subscriptionPayload(batch));
}

/** The functions with an environment, by service. */
function environments(template: Template): [string, Readonly<Record<string, string>>][] {
  return resources(template, 'AWS::Lambda::Function').map(([name, { Properties }]) => [
    name,
    (Properties.Environment as { Variables: Record<string, string> }).Variables,
  ]);
}

/** The settings of the functions. Nobody plays S3 here, so there are no truststores. */
function settingsOf(template: Template): object {
  const [[, variables] = []] = environments(template);
  return { ...(JSON.parse(variables?.MTLS_WATCH_CONFIG ?? '{}') as object), truststores: {} };
}

/** The functions that run every few minutes, with how many. What runs once a week is called by the test. */
function scheduled(template: Template): [string, number][] {
  const services = new Map(
    environments(template).map(([name, { POWERTOOLS_SERVICE_NAME = '' }]) => [name, POWERTOOLS_SERVICE_NAME]),
  );
  return resources(template, 'AWS::Scheduler::Schedule').flatMap(([, { Properties }]) => {
    const { Arn } = Properties.Target as { Arn: { 'Fn::GetAtt': [string, string] } };
    const [, count, unit = ''] = /^rate\((\d+) (minute|hour)s?\)$/.exec(String(Properties.ScheduleExpression)) ?? [];
    const minutes = Number(count) * (unit === 'hour' ? 60 : 1);
    return count === undefined ? [] : [[services.get(Arn['Fn::GetAtt'][0]) ?? '', minutes] as [string, number]];
  });
}

function playedFunctions(
  template: Template,
  handlerFor: (variables: Readonly<Record<string, string>>) => PlayedFunction['handler'],
): Map<string, PlayedFunction> {
  const asynchronous = resources(template, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
  return new Map(
    environments(template).map(([name, variables]) => {
      const config = asynchronous.find(({ FunctionName }) => (FunctionName as { Ref: string }).Ref === name);
      const retries = Number(config?.MaximumRetryAttempts ?? 2);
      const hasDestination = config?.DestinationConfig !== undefined;
      const service = variables.POWERTOOLS_SERVICE_NAME ?? '';
      return [service, { name, retries, hasDestination, handler: handlerFor(variables) }];
    }),
  );
}

/** What the functions meet outside. */
interface Outside {
  readonly world: TestWorld;
  readonly faults: Faults;
  /** The way of the subscriptions. */
  readonly deliver: (batch: LogBatch) => void;
}

function wiredFor(variables: Readonly<Record<string, string>>, { world, faults }: Outside): Wired {
  for (const name of ['POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME']) vi.stubEnv(name, variables[name]);
  const meter = createMeter();
  vi.unstubAllEnvs();
  return {
    meter,
    log: createLog(process.stdout),
    world: { ...world, stores: failing(world.stores, faults.stores), failureLog: createFailureLog(process.stdout) },
  };
}

function handlerOf(variables: Readonly<Record<string, string>>, outside: Outside): PlayedFunction['handler'] {
  const wired = wiredFor(variables, outside);
  switch (variables.POWERTOOLS_SERVICE_NAME) {
    case 'ingest':
      return createIngest(wired);
    case 'sweep':
      return createSweep(wired);
    case 'weekly-report':
      return createWeeklyReport({ world: wired.world, query: noRows, delivery: deliveryOf(wired, outside.faults) });
    case 'canary':
      return createCanary({
        ...wired,
        canaries: wired.world.config.canaries,
        clock: wired.world.clock,
        probes: wired.world.stores.probes,
        makeStranger,
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
      deliver(accessBatch([accessEvent(refusal, caller)]));
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
  const guarded = Object.entries(stores).map(([name, store]: [string, object]) => [
    name,
    new Proxy(store, {
      get: (target, method, receiver) =>
        down.has(name as keyof Stores)
          ? async () => Promise.reject(new Error(`the store of ${name} is throttled`))
          : Reflect.get(target, method, receiver),
    }),
  ]);
  return Object.fromEntries(guarded) as T;
}
