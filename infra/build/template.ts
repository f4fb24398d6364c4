/**
 * `npm run template`: writes what `aws cloudformation deploy` needs into a folder, `mtls-watch.template.json` and the zip files of
 * the functions in `assets/`; and `mtls-watch-member.template.json` for a stack set. With `--config FILE` the settings of the file become part of the template.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { zipSync } from 'fflate';
import { MtlsWatchError } from '../../shared/base/errors.js';
import type { Config } from '../../shared/config/settings.js';
import { checkedConfig } from '../config.js';
import { settingsOfFile } from '../settings-source.js';
import { bundle, type FunctionName, inlineMember } from './bundle.js';
import { memberTemplate, plainTemplate } from './plain-template.js';

/** The same bytes for the same code, whenever and wherever it is zipped. The files may be read by everybody, as Lambda wants it. */
function zipped(folder: string): Uint8Array {
  const mtime = new Date(1980, 0, 1);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  const entries = paths.map((path) => [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path)]);
  return zipSync(Object.fromEntries(entries), { level: 9, mtime, os: 3, attrs: 0o100644 << 16 });
}

function write(out: string, config: Config | null): void {
  const assets = join(out, 'assets');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  const zipOf = (name: FunctionName): string => {
    const bytes = zipped(bundle(name).folder);
    // A new name for new code, because CloudFormation does not look into the file.
    const file = `${name}-${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.zip`;
    writeFileSync(join(assets, file), bytes);
    return file;
  };
  const zips = new Map<FunctionName, string>();
  const zipOnce = (name: FunctionName): string => {
    const file = zips.get(name) ?? zipOf(name);
    zips.set(name, file);
    return file;
  };
  const save = (file: string, template: object) =>
    writeFileSync(join(out, file), `${JSON.stringify(template, null, 1)}\n`);
  save('mtls-watch.template.json', plainTemplate(config ?? 'en', zipOnce));
  if (config !== null) return;
  save('mtls-watch.ja.template.json', plainTemplate('ja', zipOnce));
  save('mtls-watch-member.template.json', memberTemplate(inlineMember()));
}

const program = new Command('npm run template --')
  .description('Writes templates that need no CDK where they are deployed, and the functions as zip files.')
  .option('--out <folder>', 'where they are written; what is there is deleted', 'out/template')
  .option('--config <file>', 'settings that become part of the template')
  .allowExcessArguments(false)
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse();

try {
  const { out, config } = program.opts<{ out: string; config?: string }>();
  write(out, config === undefined ? null : checkedConfig(settingsOfFile(config), process.env));
  console.log(`${out}: the templates, and the functions in assets/`);
} catch (error) {
  if (!(error instanceof MtlsWatchError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
