/**
 * The settings of an account that sends its logs to a central one. Apart from the others, because no function of this stack
 * reads them.
 */

import * as z from '../base/zod.js';
import { configuredLogGroups, type Explain, parseWith, pattern, settings } from './settings.js';

/** The destination in a central account to which the subscription filters of a member account send. */
export const destinationArn = pattern(
  /^arn:aws[a-z-]{0,12}:logs:[a-z0-9-]{1,30}:\d{12}:destination:[^:*\s]{1,512}$/,
  "expected the ARN of a CloudWatch Logs destination: the output DestinationArn of the central account's stack",
);

/** What to send to the central account, where everything else is set. */
const memberSchema = z
  .extend(
    z.pick(settings, {
      executionLogGroups: true,
      accessLogGroups: true,
      connectionLogGroups: true,
      logRetentionDays: true,
    }),
    { centralDestinationArn: destinationArn },
  )
  .check(
    z.refine((groups) => configuredLogGroups(groups).length > 0, {
      path: ['accessLogGroups'],
      error: 'expected at least one log group, here, in executionLogGroups or in connectionLogGroups',
    }),
  );

export type MemberConfig = z.output<typeof memberSchema>;

/** Validates the settings of an account that a central one watches. Throws as `parseConfig` does. */
export function parseMemberConfig(value: unknown, source: string, explain?: Explain): MemberConfig {
  return parseWith(memberSchema, value, source, explain);
}
