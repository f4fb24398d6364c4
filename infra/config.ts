/**
 * Passes the settings to the functions: they are validated when the stack is synthesised, passed in the
 * environment variable `MTLS_WATCH_CONFIG`, and validated again when a function starts.
 */

import { CfnResource, type IResolvable, Reference, Tokenization } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import { MtlsWatchError } from '../shared/base/errors.js';
import { limits } from '../shared/base/limits.js';
import { type MemberConfig, parseMemberConfig } from '../shared/config/member-settings.js';
import { nearKey } from '../shared/config/near-key.js';
import { arePlaceholdersAllowed, refusePlaceholders } from '../shared/config/placeholders.js';
import { type Config, parseConfig } from '../shared/config/settings.js';
import type { WrittenSettings } from '../shared/config/written-settings.js';
import { writtenSettings } from './settings-source.js';

/** @throws MtlsWatchError `bad-config`, with each invalid key or placeholder, its value and what was expected */
export function readConfig(node: Node, env: NodeJS.ProcessEnv = process.env): Config {
  return checkedConfig(writtenSettings(node, env), env);
}

/** Throws as `readConfig` does. */
export function checkedConfig({ settings, source }: WrittenSettings, env: NodeJS.ProcessEnv): Config {
  const config = parseConfig(settings, source, nearKey);
  if (!arePlaceholdersAllowed(env)) {
    const init = 'npm run -s mtls-watch -- init --email ADDRESS --runbooks URL --write';
    refusePlaceholders(settings, source, `Write the settings of this account with: ${init}`);
  }
  return config;
}

/**
 * The settings of an account that sends its logs to a central one; null if `centralDestinationArn` is not set.
 * @throws MtlsWatchError `bad-config`, as `readConfig` does
 */
export function readMemberConfig(node: Node, env: NodeJS.ProcessEnv = process.env): MemberConfig | null {
  const { settings, source } = writtenSettings(node, env);
  const isMember = typeof settings === 'object' && settings !== null && 'centralDestinationArn' in settings;
  return isMember ? parseMemberConfig(settings, source, nearKey) : null;
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
        '  Name the truststores of many accounts or domains in one entry ("*": "s3://truststores-{account}/ca.pem"), or ' +
        'watch fewer log groups, domains, stages or truststores with this MtlsWatch, and the rest with a second one.',
    );
  }
  const example = filledIn(environment.MTLS_WATCH_CONFIG, () => 10);
  parseConfig(JSON.parse(example), 'what mtls-watch is set to, with all that it was told to watch,');
  return environment;
}

/**
 * The settings as the functions read them. Keys with their default value are left out to save space; the functions add
 * them again. Ids and names of AWS contain no characters that JSON escapes, so they can be inserted into the text.
 */
export function settingsText(config: Config): string {
  const usual: Readonly<Record<string, unknown>> = parseConfig({ runbooks: config.runbooks }, 'the runbooks');
  const isSet = ([key, value]: [string, unknown]) =>
    key === 'runbooks' || JSON.stringify(value) !== JSON.stringify(usual[key]);
  // The access policy of the destination decides who may subscribe; the functions only need to know that accounts are
  // distinguished.
  const central = config.central === null ? null : {};
  // Addresses are left out, because everybody who may read the function's configuration would see them, and only the
  // topic and the report's function need them.
  const report = config.report === null ? null : { ...config.report, mail: null };
  const { alertEmails: _, ...told } = { ...config, central, report };
  return JSON.stringify(Object.fromEntries(Object.entries(told).filter(isSet)));
}

/** As Lambda measures it: the bytes of the JSON of all names and values, with escaped quotes. */
function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const longest = Object.entries(environment).map(([name, value]) => [name, filledIn(value, charsMax)]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(longest)));
}

/** The text with placeholder letters for each value that CloudFormation inserts at deployment. */
function filledIn(text: string, chars: (token: IResolvable) => number): string {
  return Tokenization.reverseString(text)
    .mapTokens({ mapToken: (token) => 'x'.repeat(chars(token)) })
    .join({ join: (left, right) => `${left ?? ''}${right ?? ''}` });
}

/** The maximum length of the value of a token. */
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
