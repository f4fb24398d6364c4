/** `--region` and `--profile`, for every verb that looks at an account. */

import type { Command } from 'commander';

/**
 * The SDK takes both from the environment, wherever a client is made. A profile that is named goes before credentials in the
 * environment, as with the AWS CLI.
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
