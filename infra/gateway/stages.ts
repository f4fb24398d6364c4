/**
 * What is known at synth about the stages of REST and HTTP APIs: their resource if the app creates it, their API, their
 * name. The name of a stage is usually a reference to the stage, so that everything with the name would depend on the
 * stage; the literal avoids that.
 */

import { Token } from 'aws-cdk-lib';
import { CfnRestApi, CfnStage as CfnRestStage, type IStage } from 'aws-cdk-lib/aws-apigateway';
import { CfnApi, CfnStage as CfnHttpStage, type IHttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IConstruct } from 'constructs';
import { targetOf } from '../support/references.js';

/** A stage of a REST API or of an HTTP API. */
export type GatewayStage = IStage | IHttpStage;

export type StageParts =
  | { readonly kind: 'rest'; readonly apiId: string; readonly api?: CfnRestApi; readonly resource?: CfnRestStage }
  | { readonly kind: 'http'; readonly apiId: string; readonly api?: CfnApi; readonly resource?: CfnHttpStage };

/** `api` and `resource` are absent if the app does not create them. */
export function partsOf(stage: GatewayStage): StageParts {
  const resource = stage.node.defaultChild;
  if ('restApi' in stage) {
    const api = stage.restApi.node.defaultChild;
    return {
      kind: 'rest',
      apiId: stage.restApi.restApiId,
      api: api instanceof CfnRestApi ? api : undefined,
      resource: resource instanceof CfnRestStage ? resource : undefined,
    };
  }
  const api = stage.api.node.defaultChild;
  return {
    kind: 'http',
    apiId: stage.api.apiId,
    api: api instanceof CfnApi ? api : undefined,
    resource: resource instanceof CfnHttpStage ? resource : undefined,
  };
}

/** The name as it was given; undefined if only the deployment knows it. */
export function literalStageName(name: string | undefined): string | undefined {
  const target = targetOf(name);
  const given = isStageResource(target) ? target.stageName : name;
  return given === undefined || Token.isUnresolved(given) ? undefined : given;
}

function isStageResource(construct: IConstruct | undefined): construct is CfnRestStage | CfnHttpStage {
  return construct instanceof CfnRestStage || construct instanceof CfnHttpStage;
}

export function isHttpApi(apiId: string): boolean {
  return targetOf(apiId) instanceof CfnApi;
}
