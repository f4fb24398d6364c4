/**
 * The settings of the CDK app as they are written: in the file that `-c mtlsWatchSettings=FILE` or the variable
 * `MTLS_WATCH_SETTINGS` names, or else in the context of `cdk.json`.
 */

import { readFileSync } from 'node:fs';
import type { Node } from 'constructs';
import { MtlsWatchError, messageOf } from '../shared/base/errors.js';
import { CONTEXT_KEY, SETTINGS_VARIABLE, settingsIn, type WrittenSettings } from '../shared/config/written-settings.js';

const FILE_KEY = 'mtlsWatchSettings';

/** @throws MtlsWatchError `unreadable-input` for a file that is named and cannot be read */
export function writtenSettings(node: Node, env: NodeJS.ProcessEnv): WrittenSettings {
  const named: unknown = node.tryGetContext(FILE_KEY);
  const file = typeof named === 'string' ? named : env[SETTINGS_VARIABLE];
  if (file) return settingsOfFile(file);
  return { settings: node.tryGetContext(CONTEXT_KEY), source: `cdk.json context "${CONTEXT_KEY}"` };
}

/** @throws MtlsWatchError `unreadable-input` */
export function settingsOfFile(file: string): WrittenSettings {
  try {
    return settingsIn(JSON.parse(readFileSync(file, 'utf8')), file);
  } catch (error) {
    throw new MtlsWatchError(
      'unreadable-input',
      `cannot read the settings ${file}: ${messageOf(error)}; expected a file of settings as JSON, as -c ${FILE_KEY}=FILE or ${SETTINGS_VARIABLE} names it`,
      { cause: error },
    );
  }
}
