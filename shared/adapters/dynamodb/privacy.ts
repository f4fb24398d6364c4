/** The key of the address hash: created by the first function that needs it, and then the same for all. */

import { randomBytes } from 'node:crypto';
import type { PrivacyStore } from '../../ports/index.js';
import { textOf } from './items.js';
import { keys } from './keys.js';
import type { Table } from './table.js';

export function createPrivacy(table: Table): PrivacyStore {
  let known: string | null = null;
  return {
    key: async () => {
      if (known === null) {
        const { item } = await table.update(keys.addressKey, {
          expression: 'SET #value = if_not_exists(#value, :value)',
          values: { ':value': { S: randomBytes(32).toString('base64url') } },
        });
        known = textOf(item, 'value');
      }
      return known;
    },
  };
}
