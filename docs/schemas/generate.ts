/** Writes the JSON Schemas of what mtls-watch publishes: `npm run schemas`. A test holds the files to this. */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { chatSchema } from '../../shared/messages/chat.js';
import { reportSchema } from '../../shared/report/schema.js';
import { doctorLineSchema, noticeSchema, summarySchema } from '../../shared/schemas/lines.js';
import { settingsJsonSchema } from '../../shared/schemas/settings-schema.js';

const published = {
  notice: ['A notice of mtls-watch, as SQS, Lambda, HTTPS, EventBridge and --json carry it', noticeSchema],
  summary: ['The last line of replay --json', summarySchema],
  doctor: ['A line of doctor --json: the checks, then one summary', doctorLineSchema],
  report: ['The report of a week or of any period', reportSchema],
  chat: ['What mtls-watch uses of a custom notification of Amazon Q Developer in chat applications', chatSchema],
} as const;

/** File name and text of each schema. */
export function schemaFiles(): [file: string, text: string][] {
  const settings = `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;
  const lines = Object.entries(published).map(([name, [title, schema]]) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12' });
    return [`${name}.schema.json`, `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`] as [string, string];
  });
  return [...lines, ['settings.schema.json', settings]];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of schemaFiles()) writeFileSync(new URL(file, import.meta.url), text);
}
