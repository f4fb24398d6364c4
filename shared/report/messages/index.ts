/** The texts of the report, by language. DNs, ids, JSON and CSV are the same in every language. */

import { en } from './en.js';
import { ja } from './ja.js';
import type { Language, ReportMessages } from './types.js';

export const reportMessages: Readonly<Record<Language, ReportMessages>> = { en, ja };
