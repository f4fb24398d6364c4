/**
 * The synthesised stack, played in this process on virtual time: the functions are the real ones on embedded stores, what
 * they print is taken as CloudWatch takes it, and Lambda, the scheduler and the dead-letter queue do what the template and
 * AWS's documentation say, so that their metrics come from what really happened. Faults are switched on and off.
 */

import type { Template } from 'aws-cdk-lib/assertions';
import { vi } from 'vitest';
import { type Config, parseConfig } from '../../shared/config/settings.js';
import type { FoundLogGroup } from '../../shared/model/account.js';
import type { LogBatch } from '../../shared/model/index.js';
import type { TruststoreSource } from '../../shared/ports/truststore.js';
import { resolved } from '../infra/alarms-of.js';
import { resources } from '../infra/support.js';
import { createMetrics, emittedIn, type Metrics } from './cloudwatch.js';
import { subscriptionEvent, subscriptionPayload } from './logs.js';
import { type Faults, type Handler, handlerOf } from './played-functions.js';
import { type TestWorld, testWorld } from './world.js';

const MINUTE = 60_000;

/** "How Lambda handles errors and retries with asynchronous invocation": a minute, then two. */
const RETRY_AFTER_MINUTES = [1, 2];

interface Call {
  readonly service: string;
  readonly event: unknown;
  readonly triesLeft: number;
  readonly dueAt: number;
}

interface PlayedFunction {
  /** The logical id stands for the name that CloudFormation would give. */
  readonly name: string;
  /** The logical id stands for the name here, too. */
  readonly logGroup: string;
  readonly retries: number;
  readonly hasDestination: boolean;
  readonly handler: Handler;
}

export interface PlayedStack {
  readonly world: TestWorld;
  readonly metrics: Metrics;
  readonly faults: Faults;
  /** The lines that each function printed, by service. */
  readonly printed: ReadonlyMap<string, string[]>;
  /** Payloads in the dead-letter queue. */
  readonly deadLetters: unknown[];
  /** The gateway's log groups with their filters, as the template makes them. */
  readonly logGroups: Map<string, FoundLogGroup>;
  /** What a subscription of another account puts into the stream. */
  stream(batch: LogBatch): void;
  /** Calls a function asynchronously, as CloudWatch Logs and the scheduler do. */
  call(service: string, event?: unknown): void;
  /** Puts the dead letters through ingest again; what fails stays. */
  redrive(): Promise<void>;
  /** All that happens within the next minute. */
  minute(): Promise<void>;
}

/**
 * Uses vitest's fake `Date`: Powertools stamps the lines that it prints with it.
 * @param truststore PEM of all domains; nobody plays S3 here, so without it there is none
 */
export function playStack(template: Template, truststore?: string): PlayedStack {
  const faults: Faults = {
    stores: new Set(),
    throttled: new Set(),
    unscheduled: new Set(),
    refusedFilters: new Set(),
    throttledFilters: new Set(),
    withoutMetrics: new Set(),
    isQueueGone: false,
    isBucketDown: false,
    isSubscriptionCut: false,
    isAccessLogOff: false,
    isMutualTlsOff: false,
    abandoned: new Set(),
    recordsPerMinute: 1_000,
  };
  const world = testWorld({
    ...settingsOf(template),
    truststores: truststore === undefined ? {} : { '*': 's3://truststores/all.pem' },
  });
  if (truststore !== undefined) Object.assign(world, { truststores: truststoreOf(truststore) });
  const metrics = createMetrics();
  const printed = new Map<string, string[]>();
  const logGroups = logGroupsOf(template);
  const functions = playedFunctions(template, (variables) =>
    handlerOf(variables, { world, faults, logGroups, deliver: (batch) => call('ingest', eventOf(batch)) }),
  );
  const queueName = deadLetterQueue(template);
  const deadLetters: unknown[] = [];
  let calls: Call[] = [];
  const records: { readonly at: number; readonly data: string }[] = [];

  const lambdaMetric = (service: string, name: string, value: number): void => {
    const FunctionName = functionOf(service).name;
    metrics.put({ namespace: 'AWS/Lambda', name, dimensions: { FunctionName } }, world.at, value);
  };
  const functionOf = (service: string): PlayedFunction => {
    const found = functions.get(service);
    if (found === undefined) throw new Error(`the stack has no function ${service}`);
    return found;
  };

  const takeLines = (service: string, lines: readonly string[]): void => {
    if (!faults.withoutMetrics.has(service)) {
      for (const line of lines) metrics.takeLine(line);
      return;
    }
    const LogGroupName = functionOf(service).logGroup;
    const value = lines.filter((line) => emittedIn(line).length > 0).length;
    metrics.put({ namespace: 'AWS/Logs', name: 'EMFDisabledErrors', dimensions: { LogGroupName } }, world.at, value);
  };

  /** One minute of what CloudWatch Logs says of its deliveries: a zero where nothing failed is not reported. */
  const deliver = (): void => {
    for (const { name: LogGroupName, filters } of logGroups.values()) {
      for (const { name: FilterName } of filters ?? []) {
        const dimensions = { LogGroupName, DestinationType: 'Lambda', FilterName };
        const put = (name: string) => metrics.put({ namespace: 'AWS/Logs', name, dimensions }, world.at, 1);
        if (faults.refusedFilters.has(FilterName)) put('DeliveryErrors');
        if (faults.throttledFilters.has(FilterName)) put('DeliveryThrottling');
      }
    }
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
      takeLines(service, written);
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

  /** A shard of a stream: the oldest records first, and what failed stays in front. */
  const readStream = async (): Promise<void> => {
    const due = records.slice(0, faults.recordsPerMinute);
    const [oldest] = due;
    if (oldest === undefined || faults.throttled.has('ingest')) return;
    // "IteratorAge": the age of the batch's oldest record when the function is called with it, up to a minute before now.
    lambdaMetric('ingest', 'IteratorAge', world.at - oldest.at);
    const Records = due.map(({ data }, index) => ({ kinesis: { sequenceNumber: String(index), data } }));
    if (await invoke('ingest', { Records })) records.splice(0, due.length);
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
    logGroups,
    stream: (batch) =>
      void records.push({ at: world.at, data: subscriptionEvent(subscriptionPayload(batch)).awslogs.data }),
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
      await readStream();
      deliver();
      const depth = { namespace: 'AWS/SQS', name: 'ApproximateNumberOfMessagesVisible' };
      metrics.put({ ...depth, dimensions: { QueueName: queueName } }, world.at, deadLetters.length);
      for (const group of logGroups.values()) {
        if (!faults.abandoned.has(group.name)) logGroups.set(group.name, { ...group, lastEventAt: world.at });
      }
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

/** The settings of the functions. */
function settingsOf(template: Template): Config {
  const [[, variables] = []] = environments(template);
  return parseConfig(JSON.parse(variables?.MTLS_WATCH_CONFIG ?? '{}'), 'the environment');
}

function truststoreOf(text: string): TruststoreSource {
  const only = { text, version: 'v1', versionId: 'v1', modifiedAt: 0 };
  return { read: async () => only, earlier: async () => [] };
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
  handlerFor: (variables: Readonly<Record<string, string>>) => Handler,
): Map<string, PlayedFunction> {
  const logGroup = (name: string): string => {
    const [found] = resources(template, 'AWS::Lambda::Function').flatMap(([one, { Properties }]) =>
      one === name ? [Properties.LoggingConfig as { LogGroup: unknown }] : [],
    );
    return String(resolved(found?.LogGroup));
  };
  const asynchronous = resources(template, 'AWS::Lambda::EventInvokeConfig').map(([, { Properties }]) => Properties);
  return new Map(
    environments(template).map(([name, variables]) => {
      const config = asynchronous.find(({ FunctionName }) => (FunctionName as { Ref: string }).Ref === name);
      const retries = Number(config?.MaximumRetryAttempts ?? 2);
      const hasDestination = config?.DestinationConfig !== undefined;
      const service = variables.POWERTOOLS_SERVICE_NAME ?? '';
      return [service, { name, logGroup: logGroup(name), retries, hasDestination, handler: handlerFor(variables) }];
    }),
  );
}

function deadLetterQueue(template: Template): string {
  const [arn] = resources(template, 'AWS::Lambda::EventInvokeConfig').flatMap(([, { Properties }]) => {
    const { OnFailure } = (Properties.DestinationConfig ?? {}) as { OnFailure?: { Destination: unknown } };
    return OnFailure === undefined ? [] : [resolved(OnFailure.Destination)];
  });
  return String(arn);
}

function logGroupsOf(template: Template): Map<string, FoundLogGroup> {
  const groups = new Map<string, FoundLogGroup>();
  for (const [, { Properties }] of resources(template, 'AWS::Logs::SubscriptionFilter')) {
    const name = String(Properties.LogGroupName);
    const filter = {
      name: String(Properties.FilterName),
      pattern: String(Properties.FilterPattern),
      destinationArn: String(resolved(Properties.DestinationArn)),
      systemFields: Properties.EmitSystemFields as string[] | undefined,
    };
    const known = groups.get(name) ?? { name, exists: true, filters: [], lastEventAt: null };
    groups.set(name, { ...known, filters: [...(known.filters ?? []), filter] });
  }
  return groups;
}
