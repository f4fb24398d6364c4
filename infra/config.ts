/**
 * The settings on their way from `cdk.json` to the functions: read and validated when the stack is synthesised, handed
 * over in the environment variable `MTLS_WATCH_CONFIG`, validated again by the functions when they start.
 */

import { CfnResource, type IResolvable, Reference, Tokenization } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import { MtlsWatchError } from '../shared/base/errors.js';
import { limits } from '../shared/base/limits.js';
import { type Config, type MemberConfig, parseConfig, parseMemberConfig } from '../shared/config/settings.js';

const CONTEXT_KEY = 'mtlsWatch';

const SOURCE = `cdk.json context "${CONTEXT_KEY}"`;

/** @throws MtlsWatchError `bad-config`, naming each wrong key, its value and what was expected */
export function readConfig(node: Node): Config {
  return parseConfig(node.tryGetContext(CONTEXT_KEY), SOURCE);
}

/**
 * The settings of an account that sends its logs to a central one, or null where none is named.
 * @throws MtlsWatchError `bad-config`, as `readConfig` does
 */
export function readMemberConfig(node: Node): MemberConfig | null {
  const value: unknown = node.tryGetContext(CONTEXT_KEY);
  const isMember = typeof value === 'object' && value !== null && 'centralDestinationArn' in value;
  return isMember ? parseMemberConfig(value, SOURCE) : null;
}

/**
 * The environment of one function.
 * @param config may name what only the deployment knows: ids of APIs, names of buckets
 * @param values what this function needs besides the settings; values that are known only at deploy time count as the
 *   longest they can be
 * @throws MtlsWatchError `bad-config` where the function would refuse the settings, or Lambda the environment for its size
 */
export function functionEnvironment(config: Config, values: Readonly<Record<string, string>>): Record<string, string> {
  const environment = { ...values, MTLS_WATCH_CONFIG: settingsText(config) };
  const bytes = environmentBytes(environment);
  if (bytes > limits.environmentBytesMax) {
    throw new MtlsWatchError(
      'bad-config',
      `the settings of mtls-watch are too large: the functions' environment would take up to ${bytes} bytes, ` +
        `Lambda allows ${limits.environmentBytesMax}.\n` +
        '  Watch fewer log groups, domains, stages or truststores with this MtlsWatch, and the rest with a second one.',
    );
  }
  const example = filledIn(environment.MTLS_WATCH_CONFIG, () => 10);
  parseConfig(JSON.parse(example), 'what mtls-watch is set to, with all that it was told to watch,');
  return environment;
}

/**
 * The settings as the functions read them. What has its default is left out, because the functions fill it in again and the
 * room is for what is watched. Ids and names of AWS hold nothing that JSON escapes, so they can be filled into the text.
 */
export function settingsText(config: Config): string {
  const usual: Readonly<Record<string, unknown>> = parseConfig({ runbooks: config.runbooks }, 'the runbooks');
  const isSet = ([key, value]: [string, unknown]) =>
    key === 'runbooks' || JSON.stringify(value) !== JSON.stringify(usual[key]);
  // Who may subscribe is the destination's affair, and a long list; the functions only tell accounts apart.
  const central = config.central === null ? null : {};
  // Whoever may look at a function's configuration need not see whom it wakes: the topic knows them.
  const { alertEmails: _, ...told } = { ...config, central };
  return JSON.stringify(Object.fromEntries(Object.entries(told).filter(isSet)));
}

/** As Lambda measures it: the bytes of the JSON of all names and values, in which the quotes of a value are escaped. */
function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const longest = Object.entries(environment).map(([name, value]) => [name, filledIn(value, charsMax)]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(longest)));
}

/** The text with a number of letters in each place that CloudFormation fills in later. */
function filledIn(text: string, chars: (token: IResolvable) => number): string {
  return Tokenization.reverseString(text)
    .mapTokens({ mapToken: (token) => 'x'.repeat(chars(token)) })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}

/** The longest text that can come in the place of a token. */
function charsMax(token: IResolvable): number {
  const target = Reference.isReference(token) ? token.target : undefined;
  const type = CfnResource.isCfnResource(target) ? target.cfnResourceType : '';
  return CHARS_MAX[type] ?? limits.deployTimeCharsMax;
}

const CHARS_MAX: Readonly<Record<string, number>> = {
  'AWS::ApiGateway::RestApi': limits.apiIdCharsMax,
  'AWS::ApiGatewayV2::Api': limits.apiIdCharsMax,
  'AWS::S3::Bucket': limits.bucketNameCharsMax,
};
