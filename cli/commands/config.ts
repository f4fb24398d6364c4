/** `mtls-watch config`: whether settings are valid before anything is deployed, and their JSON Schema for editors. */

import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { MtlsWatchError } from '../../shared/base/errors.js';
import { parseMemberConfig } from '../../shared/config/member-settings.js';
import { nearKey } from '../../shared/config/near-key.js';
import { arePlaceholdersAllowed, refusePlaceholders } from '../../shared/config/placeholders.js';
import { parseConfig } from '../../shared/config/settings.js';
import { SETTINGS_VARIABLE } from '../../shared/config/written-settings.js';
import { readSettings } from '../deployed/settings.js';
import { pc } from '../terminal/colors.js';
import { folded, jsonLine, type Output } from '../terminal/table.js';

/** Where settings are looked for, in this order, where no file is named. */
const USUAL_FILES = ['mtls-watch.json', 'cdk.json'];

export function configCommand(output: Output = process.stdout): Command {
  const command = new Command('config');
  command
    .command('validate')
    .description('check settings, and that none of them is a placeholder')
    .argument(
      '[file]',
      `settings as JSON, a cdk.json, or - for standard input; default: the file that ${SETTINGS_VARIABLE} names, or ${USUAL_FILES.join(' or ')} here`,
    )
    .option('--json', 'print the answer as one line of JSON')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      process.exitCode = await validate(file ?? usualFile(), options.json === true, output);
    });
  command
    .command('schema')
    .description('print the JSON Schema of the settings')
    .option('--json', 'print it as one line')
    .action(async (options: { json?: boolean }) => {
      const { settingsJsonSchema } = await import('../../shared/schemas/settings-schema.js');
      const schema = settingsJsonSchema();
      output.write(options.json === true ? jsonLine(schema) : `${JSON.stringify(schema, null, 2)}\n`);
    });
  return command;
}

function usualFile(): string {
  const named = process.env[SETTINGS_VARIABLE];
  if (named) return named;
  const found = USUAL_FILES.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new MtlsWatchError(
    'usage',
    `there is no ${USUAL_FILES.join(' and no ')} here; expected a file of settings, named here or by ${SETTINGS_VARIABLE}`,
  );
}

/** @returns 0 valid, 1 not */
async function validate(file: string, isJson: boolean, output: Output): Promise<number> {
  const { settings, source } = await readSettings(file);
  const problem = problemIn(settings, source);
  if (isJson) output.write(jsonLine({ type: 'config', source, isValid: problem === null, problem }));
  else output.write(folded(problem === null ? `${pc.green('valid')}  ${source}\n` : `${problem}\n`));
  return problem === null ? 0 : 1;
}

function problemIn(settings: unknown, source: string): string | null {
  const isMember = typeof settings === 'object' && settings !== null && 'centralDestinationArn' in settings;
  try {
    if (isMember) parseMemberConfig(settings, source, nearKey);
    else parseConfig(settings, source, nearKey);
    if (!arePlaceholdersAllowed(process.env))
      refusePlaceholders(settings, source, 'Put your own names in their place.');
    return null;
  } catch (error) {
    if (error instanceof MtlsWatchError && error.code === 'bad-config') return error.message;
    throw error;
  }
}
