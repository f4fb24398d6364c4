/** The execution log of a REST API's stage in a log group of the app's own, in place of the one that API Gateway manages. */

import { Stack } from 'aws-cdk-lib';
import type { IStage } from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type CfnDelivery, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { vendedExecutionFields } from '../shared/logs/vended.js';
import { deliverLog } from './gateway/log-delivery.js';
import { type StageLogOptions, switchOn } from './gateway/stage-logs.js';
import { partsOf } from './gateway/stages.js';

export interface VendedExecutionLogsProps {
  /** A stage has one such log. The group that API Gateway manages gets nothing any more while this is deployed. */
  readonly stage: IStage;
  /**
   * Where the log goes; several stages may share it.
   * @default - a new log group
   */
  readonly logGroup?: ILogGroup;
  /** Days; for a new log group. @default 30 */
  readonly retentionDays?: number;
  /** For a new log group. @default - a key that AWS manages */
  readonly encryptionKey?: IKey;
  /**
   * Watches the stage with this log, before the first record of it.
   * @default - call `watch(stage, { executionLogGroup })` yourself
   */
  readonly watch?: { watch(stage: IStage, options: StageLogOptions): void };
}

export class VendedExecutionLogs extends Construct {
  readonly logGroup: ILogGroup;
  readonly delivery: CfnDelivery;

  constructor(scope: Construct, id: string, { stage, watch, ...props }: VendedExecutionLogsProps) {
    super(scope, id);
    this.logGroup =
      props.logGroup ??
      new LogGroup(this, 'LogGroup', { retention: props.retentionDays ?? 30, encryptionKey: props.encryptionKey });
    const { apiId, resource } = partsOf(stage);
    // Without a level there is nothing to deliver, and the source cannot be made.
    if (resource !== undefined && 'restApiId' in resource) switchOn(resource);
    watch?.watch(stage, { executionLogGroup: this.logGroup });
    const { partition, region, account } = Stack.of(stage);
    this.delivery = deliverLog(this, {
      logType: 'EXECUTION_LOGS',
      // "Create a log delivery for REST API execution logs" (API Gateway developer guide). The name refers to the stage, so
      // that the delivery is made after the stage, and the stage after its subscription.
      resourceArn: `arn:${partition}:apigateway:${region}:${account}:/restapis/${apiId}/stages/${stage.stageName}`,
      recordFields: vendedExecutionFields,
      logGroup: this.logGroup,
    });
  }
}
