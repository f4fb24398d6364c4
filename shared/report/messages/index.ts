/** What the report says, by language. DNs, ids, JSON and CSV stay as they are whatever the language. */

import { en } from './en.js';
import { ja } from './ja.js';
import type { Language, ReportMessages } from './types.js';

export const reportMessages: Readonly<Record<Language, ReportMessages>> = { en, ja };
