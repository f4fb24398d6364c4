/** Apps of users: a stack with an MtlsWatch on stub functions, and what its template says. */

import { App, Stack, type StackProps } from 'aws-cdk-lib';
import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { type CfnStage, MockIntegration, RestApi, type RestApiProps } from 'aws-cdk-lib/aws-apigateway';
import { Certificate, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { MtlsWatch, type Settings } from '../../infra/index.js';
import type { Config } from '../../shared/config/settings.js';
import { resources } from './support.js';

const code = (name: string) => Code.fromInline(`export const handler = '${name}';`);
const config = { runbooks: { baseUrl: 'https://wiki.example.com/runbooks' } };

export function account(
  props: StackProps = {},
  context: Record<string, unknown> = {},
  settings: Partial<Settings> = {},
) {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, context });
  const stack = new Stack(app, 'Partners', props);
  const watch = new MtlsWatch(stack, 'MtlsWatch', { config: { ...config, ...settings }, code });
  return { app, stack, watch };
}

export function restApi(stack: Stack, id: string, props: RestApiProps = {}): RestApi {
  const api = new RestApi(stack, id, { cloudWatchRole: true, ...props });
  api.root.addMethod('GET', new MockIntegration());
  return api;
}

export function filtersOf(template: Template): Record<string, unknown>[] {
  return resources(template, 'AWS::Logs::SubscriptionFilter').map(([, { Properties }]) => Properties);
}

export function logicalId(stack: Stack, construct: { node: { defaultChild?: unknown } }): string {
  return stack.getLogicalId(construct.node.defaultChild as CfnStage);
}

/**
 * The settings that ingest would find.
 * @param filled in the places that the deployment fills in; by default the reference itself, which is no valid value
 */
export function deployedSettings(
  template: Template,
  filled?: string,
): Pick<Config, 'domains' | 'truststores' | 'apisWithoutExecutionLog'> {
  const [ingest] = resources(template, 'AWS::Lambda::Function').filter(([id]) => /Ingest/.test(id));
  if (ingest === undefined) throw new Error('there is no ingest function');
  const { Variables } = ingest[1].Properties.Environment as { Variables: { MTLS_WATCH_CONFIG: unknown } };
  const value = Variables.MTLS_WATCH_CONFIG as string | { 'Fn::Join': [string, unknown[]] };
  const parts = typeof value === 'string' ? [value] : value['Fn::Join'][1];
  const shown = (part: unknown) => filled ?? `<${JSON.stringify(part).replaceAll('"', "'")}>`;
  const set = JSON.parse(parts.map((part) => (typeof part === 'string' ? part : shown(part))).join(''));
  return { domains: {}, truststores: {}, apisWithoutExecutionLog: [], ...set };
}

/** The warnings that match, by the path of what they are about. */
export function warnings(stack: Stack, text = '.*'): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp(text))
    .map(({ id }) => id);
}

export function certificate(stack: Stack): ICertificate {
  return Certificate.fromCertificateArn(stack, 'Certificate', 'arn:aws:acm:eu-central-1:111122223333:certificate/a');
}
