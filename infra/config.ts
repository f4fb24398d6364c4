/**
 * The settings on their way from `cdk.json` to the functions: read and validated when the stack is synthesised, handed
 * over in the environment variable `MTLS_WATCH_CONFIG`, validated again by the functions when they start.
 */

import { Token } from 'aws-cdk-lib';
import type { Node } from 'constructs';
import { type Config, type MemberConfig, parseConfig, parseMemberConfig } from '../shared/config.js';
import { MtlsWatchError } from '../shared/errors.js';
import { limits } from '../shared/limits.js';

const CONTEXT_KEY = 'mtlsWatch';

/** The longest value that CloudFormation fills in later: a topic's ARN has at most 306 characters. */
const DEPLOY_TIME_VALUE_CHARS_MAX = 306;

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
 * @param values what this function needs besides the settings; values that are known only at deploy time count as the
 *   longest they can be
 * @throws MtlsWatchError `bad-config` where Lambda would refuse the environment for its size
 */
export function functionEnvironment(config: Config, values: Readonly<Record<string, string>>): Record<string, string> {
  // Who may subscribe is the destination's affair, and a long list; the functions only tell accounts apart.
  const central = config.central === null ? null : {};
  const environment = { ...values, MTLS_WATCH_CONFIG: JSON.stringify({ ...config, central }) };
  const bytes = environmentBytes(environment);
  if (bytes > limits.environmentBytesMax) {
    throw new MtlsWatchError(
      'bad-config',
      `cdk.json context "${CONTEXT_KEY}" is too large: the functions' environment would take up to ${bytes} bytes, ` +
        `Lambda allows ${limits.environmentBytesMax}.\n` +
        '  Watch fewer log groups, domains or truststores in this stack, and the rest in a second one.',
    );
  }
  return environment;
}

/** As Lambda measures it: the bytes of the JSON of all names and values, in which the quotes of a value are escaped. */
function environmentBytes(environment: Readonly<Record<string, string>>): number {
  const longest = Object.entries(environment).map(([name, value]) => [
    name,
    Token.isUnresolved(value) ? 'x'.repeat(DEPLOY_TIME_VALUE_CHARS_MAX) : value,
  ]);
  return Buffer.byteLength(JSON.stringify(Object.fromEntries(longest)));
}
