/** `--region` and `--profile`, for every verb that reads an account. */

import type { Command } from 'commander';

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
