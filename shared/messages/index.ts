/** The texts of every rendering, by language. Ids, JSON and logs are always English. */

import { en } from './en.js';
import { ja } from './ja.js';
import type { Messages } from './types.js';

export const messagesIn = { en, ja } as const satisfies Record<string, Messages>;

export { en, ja };
