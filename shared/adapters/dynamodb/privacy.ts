/** The key of the addresses' hash: made by whoever needs it first, and the same for everybody from then on. */

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
