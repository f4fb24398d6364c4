/** The command line: one verb a file. Exit codes: 0 done, 1 the answer is "no", 2 usage, unreadable input, or nothing that could be judged. */

import { Command, Help, type OutputConfiguration } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { MtlsWatchError } from '../shared/base/errors.js';
import { endWithReader, reportFailure } from './terminal/failures.js';
import { errorWriter } from './terminal/quiet.js';
import { verbCommands } from './verbs.js';

/** How many columns of a help text are still wrapped, beside the names of options. */
const HELP_LEAST = 20;
let usageError = '';
/** @param path the command whose help tells more, as it is typed */
const helpAt = (path: string): OutputConfiguration => ({
  outputError: (text) => (usageError = `${text.trim()}; see ${path} --help\n`),
});

/** Runs what the arguments of this process ask for; its answer is `process.exitCode`. */
export async function run(): Promise<void> {
  endWithReader(process.stdout);
  endWithReader(process.stderr);
  // Node 20 is supported here as far as the SDK works on it; its advice in eight lines stood before every answer.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  try {
    if (process.argv.filter((arg) => arg === '-').length > 1) {
      throw new MtlsWatchError('usage', 'standard input is read once; expected one - among the arguments');
    }
    const program = new Command('mtls-watch')
      .description(packageJson.description)
      .version(packageJson.version)
      .configureHelp({
        subcommandTerm: (verb) => verb.name(),
        optionDescription: (option) =>
          `${new Help().optionDescription(option)}${option.mandatory && option.defaultValue === undefined ? ' (required)' : ''}`,
        minWidthToWrap: HELP_LEAST,
      })
      .configureOutput(helpAt('mtls-watch'))
      // Options behind a nested verb are its own, also those that the verb above it has as well; verbs inherit this.
      .enablePositionalOptions()
      .exitOverride();
    for (const command of await verbCommands(process.argv.slice(2))) {
      program.addCommand(command);
      const path = `mtls-watch ${command.name()}`;
      command.copyInheritedSettings(program).configureOutput(helpAt(path));
      for (const nested of command.commands) {
        nested.copyInheritedSettings(command).configureOutput(helpAt(`${path} ${nested.name()}`));
      }
    }
    await program.parseAsync();
  } catch (error) {
    const write = await errorWriter();
    write(usageError);
    process.exitCode = reportFailure(error, write);
  }
}
