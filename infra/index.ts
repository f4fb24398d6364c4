/** What `import … from 'mtls-watch'` gives: constructs for users' own CDK apps. */

import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { ACCESS_LOG_FORMAT } from '../shared/logs/access-log-format.js';

/**
 * The access-log format with all fields that mtls-watch reads, for stages of REST and HTTP APIs that configure their
 * access log themselves.
 */
export const mtlsAccessLogFormat: AccessLogFormat = AccessLogFormat.custom(ACCESS_LOG_FORMAT);

export type { Settings } from '../shared/config/settings.js';
export type { AppResources } from './app-resources.js';
export type { ConnectionLogOptions, WatchableDoor } from './gateway/connection-logs.js';
export type { WatchableDomain } from './gateway/domains.js';
export type { LogKeeping, StageLogOptions } from './gateway/stage-logs.js';
export type { GatewayStage } from './gateway/stages.js';
export type { TruststoreLocation } from './gateway/truststore-access.js';
export { type MapOptions, MtlsDomain, type MtlsDomainProps } from './mtls-domain.js';
export { MtlsWatch, type MtlsWatchProps, type WatchDomainOptions } from './mtls-watch.js';
export { PagerDuty, type PagerDutyProps, Webhook, type WebhookProps } from './notice-destinations.js';
export type { OperatedWatch, WatchFunctions } from './operated-watch.js';
export { type BoundTruststore, Truststore } from './truststore.js';
export { VendedExecutionLogs, type VendedExecutionLogsProps } from './vended-execution-logs.js';
export { ACCESS_LOG_FORMAT };
