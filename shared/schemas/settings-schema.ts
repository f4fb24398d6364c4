/** The JSON Schema of the settings as a user writes them, for editors: with the defaults, and no key required that has one. */

import * as z from 'zod';
import { configSchema } from '../config/settings.js';

/** Rules that JSON Schema has no words for, such as that a time zone exists, are checked by `config validate` alone. */
export function settingsJsonSchema(): object {
  const { $schema, ...rest } = z.toJSONSchema(configSchema, {
    target: 'draft-2020-12',
    io: 'input',
    unrepresentable: 'any',
  });
  return { $schema, title: 'Settings of mtls-watch, in cdk.json under context.mtlsWatch', ...rest };
}
