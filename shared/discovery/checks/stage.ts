/** Checks of a stage: its logs, and the endpoint that bypasses mutual TLS. */

import { callsQuery } from '../../calls/query.js';
import { inAccount, isNamed, truststoreUri } from '../../config/qualified-names.js';
import type { DiscoverySettings } from '../../config/settings.js';
import { ACCESS_LOG_FORMAT } from '../../logs/access-log-format.js';
import type { FoundDomain, FoundStage } from '../../model/account.js';
import { formatLacks, isFormatNeeded } from '../access-format.js';
import { ALLOW_READING, type Check, COULD_NOT_BE_READ, ok, type Subject, unknown, warning, wrong } from '../check.js';
import { bucketOf } from '../inventory.js';
import { watchedDomains } from '../plan.js';
import { aws, partitionOf, replaceAt } from '../shell.js';
import { withKnown } from '../with-known.js';
import { type Context, createLogGroup, stageName, subscribe } from './context.js';

export function stageChecks(stage: FoundStage, domain: FoundDomain, context: Context): Check[] {
  return [
    stage.kind === 'REST' ? executionLog(stage, domain, context) : coverage(stage, domain, context),
    ...accessLog(stage, domain, context),
  ];
}

const subject = (id: Check['id'], domain: FoundDomain, stage: FoundStage, expected: string): Subject => ({
  id,
  domain: domain.name,
  about: stageName(stage),
  expected,
});

/**
 * Concerns the API as a whole. "Disable the default endpoint for REST APIs" (API Gateway developer guide): the change
 * takes effect with the next update of any setting of any stage.
 */
export function defaultEndpoint(stage: FoundStage, domain: FoundDomain, context: Context): Check {
  const { found } = context;
  const expectation: Subject = {
    id: 'default-endpoint',
    domain: domain.name,
    about: `${stage.apiName} (${stage.apiId})`,
    expected: 'disabled',
  };
  if (stage.isDefaultEndpointDisabled === null) return unknown(expectation, COULD_NOT_BE_READ, ALLOW_READING);
  if (stage.isDefaultEndpointDisabled) return ok(expectation, 'disabled');
  const what = 'it answers without a client certificate';
  const remedy =
    'Disable the default endpoint of the API, so that nobody gets around mutual TLS. Clients that use it must move to the custom domain first.';
  if (stage.kind !== 'REST') {
    return wrong(expectation, what, `${remedy} Without automatic deployment it takes a deployment to be in force.`, [
      aws('apigatewayv2', 'update-api', found, { 'api-id': stage.apiId, 'disable-execute-api-endpoint': true }),
    ]);
  }
  return wrong(expectation, what, remedy, [
    aws('apigateway', 'update-rest-api', found, {
      'rest-api-id': stage.apiId,
      'patch-operations': [replaceAt('/disableExecuteApiEndpoint', 'true')],
    }),
    setLevel(stage, context),
  ]);
}

/**
 * Of an API as a whole. If the security policies of a domain and of the API behind it differ, the API's policy decides the handshake.
 * Reported only if it refuses TLS 1.2: these clients are cut off before anything is logged.
 */
export function apiTlsPolicy({ apiName, apiId, apiTlsPolicy: policy }: FoundStage, domain: FoundDomain): Check[] {
  if (policy === undefined || !TLS_1_3_ONLY.test(policy)) return [];
  const expectation: Subject = {
    id: 'tls-policy',
    domain: domain.name,
    about: `${apiName} (${apiId})`,
    expected: 'a policy that accepts TLS 1.2, as the domain does',
  };
  return [
    warning(
      expectation,
      `${policy}, of the API itself`,
      "Set the API's own security policy to one that accepts TLS 1.2, unless every client has TLS 1.3: a client with TLS 1.2 is cut off in the handshake and leaves no log line, so mtls-watch cannot see it.",
    ),
  ];
}

/** `SecurityPolicy_TLS13_1_3_2025_09` and its FIPS form; `TLS13_1_2` in a name means 1.2 and 1.3. */
const TLS_1_3_ONLY = /^SecurityPolicy_TLS13_1_3_/;

function executionLog(stage: FoundStage, domain: FoundDomain, context: Context): Check {
  const log = stage.executionLog;
  const expectation = subject('execution-log', domain, stage, 'on, level ERROR or INFO, in a log group');
  const managed = `API-Gateway-Execution-Logs_${stage.apiId}/${stage.stage}`;
  if (log.kind === 'managed') return ok(expectation, `managed, level ${log.level}, in ${log.logGroup}`);
  if (log.kind === 'vended') {
    const where = log.logGroup ?? log.destinationArn;
    if (log.level === 'OFF') {
      return wrong(
        expectation,
        `vended to ${where}, level OFF`,
        'Set the level to ERROR: the delivery has nothing to deliver.',
        [setLevel(stage, context)],
      );
    }
    if (log.logGroup !== null) return ok(expectation, `vended, level ${log.level}, in ${log.logGroup}`);
    return wrong(
      expectation,
      `vended, level ${log.level}, to ${where}`,
      'Add a second delivery of the same source, to a log group: mtls-watch reads log groups.',
    );
  }
  if (log.kind === 'unknown') {
    return unknown(expectation, 'on; whether it is delivered elsewhere could not be read', ALLOW_READING);
  }
  return wrong(
    expectation,
    'off',
    'Switch the execution log on at level ERROR: it alone says why a client was refused.',
    [setLevel(stage, context), createLogGroup(managed, context), ...subscribe(managed, 'execution', context)],
  );
}

/**
 * Sets the current level again, or ERROR. This does not change the level, but makes API Gateway apply other changes.
 */
function setLevel({ apiId, stage, executionLog: log }: FoundStage, { found }: Context): string {
  const level = 'level' in log && log.level === 'INFO' ? 'INFO' : 'ERROR';
  return aws('apigateway', 'update-stage', found, {
    'rest-api-id': apiId,
    'stage-name': stage,
    'patch-operations': [replaceAt('/*/*/logging/loglevel', level)],
  });
}

/**
 * Refusals of APIs without an execution log are inferred from the access log, by checking the client's certificate
 * here.
 */
function coverage(stage: FoundStage, domain: FoundDomain, { coverage: given, watch, found }: Context): Check {
  const none = `${stage.kind === 'HTTP' ? 'HTTP API' : 'WebSocket API'}: no execution log`;
  const expectation = subject('http-api-covered', domain, stage, 'in apisWithoutExecutionLog, with a truststore');
  const settings = given ?? watch?.coverage ?? null;
  if (settings === null && watch?.target?.kind === 'destination') {
    const remedy = 'Give the settings of the central account with --config.';
    return unknown(expectation, `${none}; the central account's settings tell whether it is covered`, remedy);
  }
  if (settings === null) {
    const remedy = 'Give the settings with --config, or name the deployed stack.';
    return unknown(expectation, `${none}; the settings could not be read`, remedy);
  }
  const known = settings.discover === null ? [] : (watch?.known ?? null);
  if (known === null) return unknown(expectation, `${none}; what was discovered could not be read`, ALLOW_READING);
  // The settings as the functions that read the logs use them.
  const { apisWithoutExecutionLog, truststores } = withKnown(settings, known);
  const own = (name: string): string => inAccount(settings.central === null ? '' : found.accountId, name);
  const isCovered = apisWithoutExecutionLog.some((setting) => isNamed(setting, own(stage.apiId)));
  const hasTruststore = truststoreUri(own(domain.name), truststores) !== null;
  if (isCovered && hasTruststore) {
    return ok(expectation, `${none}; reasons are inferred from its access log and the truststore`);
  }
  const remedy =
    settings.discover?.mode === 'on'
      ? coverByDiscovery(domain, settings.discover)
      : coverBySettings(isCovered ? null : stage.apiId, hasTruststore ? null : domain);
  return wrong(expectation, `${none}; its refusals are not counted`, remedy);
}

/**
 * @param apiId null if the settings name it
 * @param domain null if it has a truststore
 */
function coverBySettings(apiId: string | null, domain: FoundDomain | null): string {
  const lacks = [
    ...(apiId === null ? [] : [`"apisWithoutExecutionLog": [${JSON.stringify(apiId)}]`]),
    ...(domain === null
      ? []
      : [`"truststores": {${JSON.stringify(domain.name)}: ${JSON.stringify(domain.truststore.uri)}}`]),
  ];
  return `Add to the settings, and deploy: ${lacks.join(', ')}`;
}

function coverByDiscovery({ name, truststore }: FoundDomain, discover: DiscoverySettings): string {
  if (watchedDomains([{ name }], discover).length === 0) {
    return 'Let discover.allow and discover.deny of the settings take in the domain, and deploy.';
  }
  const bucket = bucketOf(truststore.uri);
  return discover.truststoreBuckets.includes(bucket)
    ? 'Wait for the next run of the reconcile function, or call it; its log says what keeps it.'
    : `Add to discover.truststoreBuckets of the settings, and deploy: ${JSON.stringify(bucket)}`;
}

function accessLog(stage: FoundStage, domain: FoundDomain, context: Context): Check[] {
  const { found } = context;
  const log = stage.accessLog;
  const expectation = subject('access-log', domain, stage, 'in a log group');
  if (log === null) {
    const group = `/aws/apigateway/${stage.apiId}/${stage.stage}`;
    const arn = `arn:${partitionOf(found.region)}:logs:${found.region}:${found.accountId}:log-group:${group}`;
    return [
      wrong(expectation, 'none', 'Switch the access log on: it alone says who was refused.', [
        createLogGroup(group, context),
        setAccessLog(stage, arn, context),
        ...subscribe(group, 'access', context),
      ]),
    ];
  }
  if (log.logGroup === null) {
    return [
      wrong(
        expectation,
        `goes to ${log.destinationArn}`,
        'Send the access log to a log group; a stage has one access log. From there a subscription filter can feed Firehose as well.',
      ),
      format(stage, domain, log.destinationArn, context),
    ];
  }
  return [
    ok(expectation, `in ${log.logGroup}`),
    format(stage, domain, log.destinationArn, context),
    ...successes(stage, domain, log.logGroup, context),
  ];
}

/** Where calls are counted: whether the report may query the log, and what it would find there. */
function successes(stage: FoundStage, domain: FoundDomain, logGroup: string, context: Context): Check[] {
  const settings = context.coverage ?? context.watch?.coverage ?? null;
  if (!settings?.successes) return [];
  const expectation = subject('successes', domain, stage, 'calls that were let in are counted');
  const isNamed = (settings.accessLogGroups ?? []).some(({ name }) => name === logGroup);
  const patterns = settings.successes.logGroups;
  // What a CDK app watches is named nowhere in the settings.
  if (settings.discover !== null && !isNamed && !patterns.some((pattern) => isLike(logGroup, pattern))) {
    const remedy = `Name it under successes.logGroups of the settings, and deploy: ${JSON.stringify(logGroup)}`;
    return [warning(expectation, `${logGroup} may not be queried`, remedy)];
  }
  if (callsQuery(stage.accessLog?.format ?? '') !== null) return [ok(expectation, `in ${logGroup}`)];
  const remedy = 'Set the format below, which holds the issuer and the status of a call.';
  const commands = [setAccessLog(stage, stage.accessLog?.destinationArn ?? '', context)];
  return [warning(expectation, 'its format holds no issuer or no status that can be told', remedy, commands)];
}

/** As IAM reads the beginning of a name. */
function isLike(logGroup: string, pattern: string): boolean {
  return pattern.endsWith('*') ? logGroup.startsWith(pattern.slice(0, -1)) : logGroup === pattern;
}

function format(stage: FoundStage, domain: FoundDomain, destinationArn: string, context: Context): Check {
  const expectation = subject('access-log-format', domain, stage, 'JSON with all fields that are read');
  const template = stage.accessLog?.format ?? '';
  const { isReadable, isJson, needed, dispensable, breaks } = formatLacks(template);
  const commands = [setAccessLog(stage, destinationArn, context)];
  const remedy = 'Add these to the format, or set the one below.';
  if (!isReadable) return wrong(expectation, 'a line of it cannot be read', 'Set the format below.', commands);
  if (breaks.length > 0) {
    const what = `no valid JSON for a refused request: ${breaks.join('; ')}`;
    return wrong(expectation, what, 'Do so, or set the format below.', commands);
  }
  const state = needed.length > 0 ? wrong : warning;
  const lacks = [...needed, ...dispensable];
  const known = isFormatNeeded(template) ? isKnown(stage.accessLog?.logGroup ?? null, template, context) : true;
  if (!known) {
    const how = isJson ? 'its keys do not tell what they hold' : 'not JSON';
    return wrong(
      expectation,
      `${how}, and the functions do not know the format${lacks.length > 0 ? `; without ${lacks.join(', ')}` : ''}`,
      'Set the format below, or give this one to the functions: accessLogFormats of the settings, or discover.',
      commands,
    );
  }
  if (lacks.length > 0) return state(expectation, `without ${lacks.join(', ')}`, remedy, commands);
  if (!isJson) {
    return warning(
      expectation,
      'not JSON; read by the format itself',
      'Set the format below, which cannot be misread.',
      commands,
    );
  }
  return ok(expectation, 'all fields');
}

/** Whether the functions that read the log have its format in their settings. */
function isKnown(logGroup: string | null, template: string, { coverage: given, watch }: Context): boolean {
  const settings = given ?? watch?.coverage ?? null;
  if (settings === null || logGroup === null) return false;
  if (settings.discover?.mode === 'on') return true;
  const formats = withKnown(settings, watch?.known ?? []).accessLogFormats;
  return (formats[logGroup] ?? formats['*']) === template;
}

function setAccessLog({ kind, apiId, stage }: FoundStage, destinationArn: string, { found }: Context): string {
  if (kind === 'REST') {
    return aws('apigateway', 'update-stage', found, {
      'rest-api-id': apiId,
      'stage-name': stage,
      'patch-operations': [
        replaceAt('/accessLogSettings/destinationArn', destinationArn),
        replaceAt('/accessLogSettings/format', ACCESS_LOG_FORMAT),
      ],
    });
  }
  return aws('apigatewayv2', 'update-stage', found, {
    'api-id': apiId,
    'stage-name': stage,
    'access-log-settings': { DestinationArn: destinationArn, Format: ACCESS_LOG_FORMAT },
  });
}
