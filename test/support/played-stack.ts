/**
 * The synthesised stack, played in this process on virtual time: the functions are the real ones on embedded stores, what
 * they print is taken as CloudWatch takes it, and Lambda, the scheduler and the dead-letter queue do what the template and
 * AWS's documentation say, so that their metrics come from what really happened. Faults are switched on and off.
 */

import type { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { createIngest } from '../../functions/ingest/ingest.js';
import { createSweep } from '../../functions/sweep/sweep.js';
import { createWeeklyReport } from '../../functions/weekly-report/weekly-report.js';
import type { Wired } from '../../functions/wiring.js';
import { createFailureLog } from '../../shared/adapters/aws/failure-log.js';
import { createLog } from '../../shared/adapters/aws/log.js';
import { createMeter } from '../../shared/adapters/aws/metrics.js';
import type { Stores } from '../../shared/ports/index.js';
import { resources } from '../infra/support.js';
import { createMetrics, type Metrics } from './cloudwatch.js';
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
  };
  const world = testWorld();
  const metrics = createMetrics();
  const printed = new Map<string, string[]>();
  const functions = playedFunctions(template, world, faults);
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
      if (!faults.unscheduled.has('sweep')) call('sweep');
      const due = calls.filter(({ dueAt }) => dueAt <= world.at);
      calls = calls.filter(({ dueAt }) => dueAt > world.at);
      for (const one of due) await run(one);
      const depth = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible' };
      metrics.put({ ...depth, dimensions: { QueueName: queueName } }, world.at, deadLetters.length);
      world.at += MINUTE;
    },
  };
}

/** The functions of the template, each with the meter that its environment makes. */
function playedFunctions(template: Template, world: TestWorld, faults: Faults): Map<string, PlayedFunction> {
  const asynchronous = resources(template, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
  return new Map(
    resources(template, 'AWS::Lambda::Function').map(([name, { Properties }]) => {
      const { Variables } = Properties.Environment as { Variables: Record<string, string> };
      const service = Variables.POWERTOOLS_SERVICE_NAME ?? '';
      const config = asynchronous.find(({ FunctionName }) => (FunctionName as { Ref: string }).Ref === name);
      const handler = handlerOf(service, wiredFor(Variables, world, faults), faults);
      const retries = Number(config?.MaximumRetryAttempts ?? 2);
      return [service, { name, retries, hasDestination: config?.DestinationConfig !== undefined, handler }];
    }),
  );
}

function wiredFor(variables: Readonly<Record<string, string>>, world: TestWorld, faults: Faults): Wired {
  for (const name of ['POWERTOOLS_METRICS_NAMESPACE', 'POWERTOOLS_SERVICE_NAME']) vi.stubEnv(name, variables[name]);
  const meter = createMeter();
  vi.unstubAllEnvs();
  return {
    meter,
    log: createLog(process.stdout),
    world: { ...world, stores: failing(world.stores, faults.stores), failureLog: createFailureLog(process.stdout) },
  };
}

function handlerOf(service: string, wired: Wired, faults: Faults): PlayedFunction['handler'] {
  switch (service) {
    case 'ingest':
      return createIngest(wired);
    case 'sweep':
      return createSweep(wired);
    case 'weekly-report':
      return createWeeklyReport({ world: wired.world, query: noRows, delivery: deliveryOf(wired, faults) });
    default:
      throw new Error(`the function ${service} is not played: say in test/support/played-stack.ts how`);
  }
}

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
