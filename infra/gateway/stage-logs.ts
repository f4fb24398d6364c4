/**
 * Switches on the logs of a stage. The log groups are created before the gateway needs them, so that they have a
 * retention, and a filter can be put before the first request.
 */

import { Annotations, Aspects, Stack, Token } from 'aws-cdk-lib';
import { CfnAccount, type CfnStage, LogGroupLogDestination as RestLogDestination } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, type ILogGroup, LogGroup, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { formatLacks } from '../../shared/discovery/access-format.js';
import { ACCESS_LOG_FORMAT } from '../../shared/logs/access-log-format.js';
import { targetsIn } from '../support/references.js';
import { type GatewayStage, literalStageName, partsOf, type StageParts } from './stages.js';

export interface StageLogOptions {
  /**
   * Where the execution log is written, for stages that deliver it to a log group of their own (vended logs).
   * @default - the group that API Gateway writes to by itself; none for HTTP APIs, which have no execution log
   */
  readonly executionLogGroup?: ILogGroup;
  /**
   * Where the access log is written.
   * @default - what the stage is set to; where it is set to nothing, a log group that is made for it
   */
  readonly accessLogGroup?: ILogGroup;
  /**
   * Whether the stage has logged executions before. Their log group is there already then, and is taken as it is.
   * @default - false; true for stages that are not made by this app
   */
  readonly hasLogged?: boolean;
}

/** Properties of the log groups that are created for stages. */
export interface LogKeeping {
  readonly retentionDays: number;
  /**
   * Not for stages in another stack than the one that creates the key.
   * @default - a key that AWS manages
   */
  readonly encryptionKey?: IKey | undefined;
}

export interface StageLogs {
  /** Null if there is none, or it could not be found. */
  readonly execution: ILogGroup | null;
  readonly access: ILogGroup | null;
  /** The format of the access log, if the app knows it. */
  readonly accessFormat?: string | undefined;
}

/** A stage that is both mapped and watched is passed twice; its logs are created once. */
const made = new WeakMap<GatewayStage, StageLogs>();

/**
 * Switches on what is off: execution logging at level ERROR, access logging in the ready format. What a stage sets itself is
 * left alone, and a warning tells where that keeps refusals from being seen. Asked again for a stage, it answers the same.
 * @param keeping for the log groups that are made
 * @throws MtlsWatchError `bad-config` where the name of a REST stage is known at deploy time only
 */
export function stageLogs(stage: GatewayStage, keeping: LogKeeping, options: StageLogOptions = {}): StageLogs {
  const known = made.get(stage);
  if (known !== undefined) return known;
  const room = new Construct(stage, 'MtlsWatchLogs');
  const parts = partsOf(stage);
  const kept = { retention: keeping.retentionDays, encryptionKey: keyWithin(stage, keeping.encryptionKey) };
  if (parts.kind === 'rest' && parts.resource !== undefined) noticeLoggingRole(room, stage);
  const logs = {
    execution: executionLog(room, stage, parts, kept, options),
    access: options.accessLogGroup ?? accessLog(room, stage, parts, kept),
    accessFormat: formatOf(parts),
  };
  made.set(stage, logs);
  return logs;
}

/**
 * The subscriptions depend on the log groups, so the stack of the stage must not depend on a key in the stack of the
 * subscriptions.
 */
function keyWithin(stage: GatewayStage, key: IKey | undefined): IKey | undefined {
  if (key === undefined || !Token.isUnresolved(key.keyArn)) return key;
  return Stack.of(key) === Stack.of(stage) ? key : undefined;
}

function executionLog(
  room: Construct,
  stage: GatewayStage,
  parts: StageParts,
  kept: LogGroupProps,
  { executionLogGroup, hasLogged }: StageLogOptions,
): ILogGroup | null {
  if (parts.kind === 'http') return null;
  if (executionLogGroup !== undefined) return executionLogGroup;
  const name = executionLogGroupName(stage, parts.apiId);
  if (parts.resource === undefined || hasLogged === true) {
    return LogGroup.fromLogGroupName(room, 'Execution', name);
  }
  switchOn(parts.resource);
  const logGroup = new LogGroup(room, 'Execution', { ...kept, logGroupName: name });
  // If the gateway came first, it would create the group without retention and filter.
  parts.resource.node.addDependency(logGroup);
  return logGroup;
}

/** "Execution logging for REST APIs" in the API Gateway developer guide. */
function executionLogGroupName(stage: GatewayStage, apiId: string): string {
  const stageName = literalStageName(partsOf(stage).resource?.stageName ?? stage.stageName);
  if (stageName === undefined) {
    throw new MtlsWatchError(
      'bad-config',
      `the name of the stage ${stage.node.path} is known at deploy time only; expected a literal, because its execution log ` +
        'is named after it.\n  Set stageName to a text, or pass the executionLogGroup.',
    );
  }
  return `API-Gateway-Execution-Logs_${apiId}/${stageName}`;
}

/** Sets the level of all methods to ERROR unless a level is set. */
export function switchOn(resource: CfnStage): void {
  const settings = resource.methodSettings ?? [];
  if (!Array.isArray(settings)) {
    warnOfLevel(resource, 'Whether execution logging is on cannot be seen in this app');
    return;
  }
  const all = settings.find((one) => 'httpMethod' in one && one.httpMethod === '*' && one.resourcePath === '/*');
  if (all === undefined || !('httpMethod' in all)) {
    resource.methodSettings = [...settings, { httpMethod: '*', resourcePath: '/*', loggingLevel: 'ERROR' }];
  } else if (all.loggingLevel === undefined) {
    resource.methodSettings = settings.map((one) => (one === all ? { ...all, loggingLevel: 'ERROR' } : one));
  } else if (all.loggingLevel === 'OFF') {
    warnOfLevel(resource, 'Execution logging is off');
  }
}

function warnOfLevel(resource: CfnStage, what: string): void {
  Annotations.of(resource).addWarningV2(
    'mtls-watch:execution-log-off',
    `${what}: without it nobody will know why certificates are refused. Set loggingLevel to ERROR, or leave it out.`,
  );
}

/**
 * API Gateway refuses logging for a REST API if the account and Region have no role for it. Checked when the app is
 * complete.
 */
function noticeLoggingRole(room: Construct, stage: GatewayStage): void {
  const { account, region } = stage.env;
  const isMade = () =>
    stage.node.root.node
      .findAll()
      .some((one) => one instanceof CfnAccount && one.env.account === account && one.env.region === region);
  Aspects.of(room).add({
    visit: (node) => {
      if (node !== room || isMade()) return;
      Annotations.of(stage).addWarningV2(
        'mtls-watch:logging-role',
        'This app sets no role with which API Gateway may write logs, and without one in the account and Region the stage ' +
          'cannot be deployed. Set cloudWatchRole: true on one RestApi, or acknowledge this where the account has the role ' +
          'already (aws apigateway get-account).',
      );
    },
  });
}

function accessLog(room: Construct, stage: GatewayStage, parts: StageParts, kept: LogGroupProps): ILogGroup | null {
  if (parts.resource === undefined) {
    Annotations.of(stage).addWarningV2(
      'mtls-watch:access-log-unknown',
      `The stage ${stage.node.path} is not made by this app, so its access log is not known, and refusals will be counted ` +
        'without saying whose. Pass the accessLogGroup.',
    );
    return null;
  }
  const settings = parts.kind === 'rest' ? parts.resource.accessLogSetting : parts.resource.accessLogSettings;
  if (settings !== undefined) return accessLogAsSet(room, stage, settings);
  const logGroup = new LogGroup(room, 'Access', kept);
  if (parts.kind === 'rest') {
    const { destinationArn } = new RestLogDestination(logGroup).bind(parts.resource);
    parts.resource.accessLogSetting = { destinationArn, format: ACCESS_LOG_FORMAT };
  } else {
    parts.resource.accessLogSettings = { destinationArn: logGroup.logGroupArn, format: ACCESS_LOG_FORMAT };
  }
  return logGroup;
}

function accessLogAsSet(room: Construct, stage: GatewayStage, settings: object): ILogGroup | null {
  warnOfFormat(stage, 'format' in settings ? settings.format : undefined);
  const destination = 'destinationArn' in settings ? settings.destinationArn : undefined;
  if (typeof destination === 'string') {
    const ours = targetsIn(destination).find((target) => target instanceof CfnLogGroup);
    const [, named] = /:log-group:([\w./#-]{1,512})(?::\*)?$/.exec(destination) ?? [];
    const name = ours?.ref ?? named;
    if (name !== undefined) return LogGroup.fromLogGroupName(room, 'Access', name);
  }
  Annotations.of(stage).addWarningV2(
    'mtls-watch:access-log-elsewhere',
    'The access log is not known to go to a log group, so it cannot be subscribed, and refusals will be counted without ' +
      'saying whose. Write it to a log group, or pass the accessLogGroup.',
  );
  return null;
}

function formatOf({ kind, resource }: StageParts): string | undefined {
  if (resource === undefined) return undefined;
  const settings = kind === 'rest' ? resource.accessLogSetting : resource.accessLogSettings;
  const format = settings !== undefined && 'format' in settings ? settings.format : undefined;
  return typeof format === 'string' && !Token.isUnresolved(format) ? format : undefined;
}

/** CDK's default, the Common Log Format, contains neither the reason nor the client certificate. */
function warnOfFormat(stage: GatewayStage, format: unknown): void {
  if (typeof format !== 'string' || Token.isUnresolved(format)) return;
  const { isReadable, isJson, needed, breaks } = formatLacks(format);
  if (isReadable && isJson && needed.length === 0 && breaks.length === 0) return;
  const what = breaks.length > 0 ? `is no valid JSON for a refused request (${breaks.join('; ')})` : 'is not JSON';
  Annotations.of(stage).addWarningV2(
    'mtls-watch:access-log-format',
    `The access log ${isReadable && isJson && breaks.length === 0 ? `lacks ${needed.join(', ')}` : what}, so refusals will be counted without saying ` +
      'whose, or not be told from other causes. Set its format to mtlsAccessLogFormat, or leave the access log to mtls-watch.',
  );
}
