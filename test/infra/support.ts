/** Synthesises the stack in memory: no bundling, no files, no credentials. */

import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { readConfig, readMemberConfig } from '../../infra/config.js';
import { MemberStack } from '../../infra/member-stack.js';
import { MtlsWatchStack } from '../../infra/stack.js';

export const exampleSettings = cdkJson.context.mtlsWatch;

export interface Synthesised {
  readonly app: App;
  readonly stack: MtlsWatchStack;
  readonly template: Template;
}

/**
 * @param settings replace those of the example in `cdk.json`, key by key
 * @param isValidated whether the synth fails where CloudFormation's schemas refuse the template, which takes most of its time
 */
export function synthesise(settings: Readonly<Record<string, unknown>> = {}, isValidated = false): Synthesised {
  const app = appWith({ ...exampleSettings, ...settings }, isValidated);
  const stack = new MtlsWatchStack(app, 'MtlsWatch', {
    stackName: 'mtls-watch',
    config: readConfig(app.node, { MTLS_WATCH_PLACEHOLDERS: 'allowed' }),
    code: (name) => Code.fromInline(`export const handler = '${name}';`),
  });
  return { app, stack, template: Template.fromStack(stack) };
}

/** The stack of an account that sends its logs to a central one. */
export function synthesiseMember(
  mtlsWatch: unknown,
  isValidated = false,
): { app: App; stack: MemberStack; template: Template } {
  const app = appWith(mtlsWatch, isValidated);
  const config = readMemberConfig(app.node);
  if (config === null) throw new Error('these are not the settings of a member');
  const stack = new MemberStack(app, 'MtlsWatchMember', { stackName: 'mtls-watch-member', config });
  return { app, stack, template: Template.fromStack(stack) };
}

function appWith(mtlsWatch: unknown, isValidated: boolean): App {
  return new App({
    analyticsReporting: false,
    builtinCloudFormationValidation: isValidated,
    context: { mtlsWatch, '@aws-cdk/core:validateAgainstDefaultRules': isValidated },
  });
}

/** Each resource of a type with the logical id that CloudFormation knows it by. */
export function resources(template: Template, type: string): [string, { Properties: Record<string, unknown> }][] {
  return Object.entries(template.findResources(type)) as [string, { Properties: Record<string, unknown> }][];
}

/** The rules of cdk-nag that were set aside, as `path rule: reason`. */
export function acknowledged(scope: IConstruct): string[] {
  return scope.node.findAll().flatMap((construct) =>
    construct.node.metadata
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .flatMap(({ data }) => Object.entries(data as Record<string, string>))
      .map(([rule, reason]) => `${construct.node.path} ${rule}: ${reason}`),
  );
}
