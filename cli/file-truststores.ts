/** Truststores from files, for the command line: the address is a path. */

import { readFile, stat } from 'node:fs/promises';
import { digest } from '../shared/digest.js';
import { MtlsWatchError, messageOf } from '../shared/errors.js';
import type { TruststoreSource } from '../shared/ports/truststore.js';

export const fileTruststores: TruststoreSource = {
  read: async (path) => {
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(path, 'latin1'), stat(path)]);
      return { text, version: digest('truststore', text), versionId: null, modifiedAt: mtimeMs };
    } catch (error) {
      const advice = 'expected a file of PEM certificates; check the path';
      throw new MtlsWatchError(
        'unreadable-input',
        `truststore ${path} cannot be read: ${messageOf(error)}; ${advice}`,
        {
          cause: error,
        },
      );
    }
  },
  // A file has no versions, and its time says when it was copied, not when it was put in use.
  previous: async () => null,
};
