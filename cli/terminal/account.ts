/** `--region` and `--profile`, for every verb that reads an account. */

import type { Command } from 'commander';

/** Causes of causes are looked at that far. */
const CAUSES_MAX = 8;

/**
 * What to do about an error of the SDK, or one that it caused, that says that no Region, or no credentials, are set; null for all
 * others.
 */
export function accountCure(error: unknown): string | null {
  let one = error;
  for (let n = 0; n < CAUSES_MAX && one instanceof Error; n++) {
    const cure = cureOf(one);
    if (cure !== null) return cure;
    one = one.cause;
  }
  return null;
}

function cureOf(error: Error): string | null {
  if (/region is missing/i.test(error.message)) {
    return 'expected a Region: --region, the variable AWS_REGION, or a profile with one';
  }
  if (/^(?:CredentialsProviderError|ExpiredToken|UnrecognizedClient|InvalidClientTokenId)/.test(error.name)) {
    return 'expected AWS credentials: --profile, the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role';
  }
  return null;
}

/**
 * Sets the environment variables that all SDK clients read. A profile that is named takes precedence over credentials
 * in the environment, as in the AWS CLI.
 */
export function withAccount(command: Command): Command {
  return command
    .option('--region <name>', 'the Region, in place of the one of the environment or profile')
    .option('--profile <name>', 'the profile whose credentials are used')
    .hook('preAction', (_, action) => {
      const { region, profile } = action.opts<{ region?: string; profile?: string }>();
      if (region !== undefined) process.env.AWS_REGION = region;
      if (profile === undefined) return;
      process.env.AWS_PROFILE = profile;
      for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[name];
    });
}
