/** What `replay` says of causes and of records that it could not read: names, with the ids that programs and runbooks know. */

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../cli/deployed/settings.js';
import { printReplay } from '../../cli/replay/output.js';
import { replay } from '../../cli/replay/replay.js';
import type { Replayed } from '../../cli/replay/types.js';
import { causes } from '../../shared/messages/causes.js';
import { messagesIn } from '../../shared/messages/index.js';
import { replayWords } from '../../shared/messages/replay-words.js';
import { forbiddenCauses } from '../../shared/model/reasons.js';

const log = join(import.meta.dirname, '../../sample/day/logs/2026-10-13/partners-execution-afternoon.gz');
const CODES = Object.keys(replayWords.ja.rejected ?? {});
let played: Replayed;

beforeAll(async () => {
  const { summary, ...others } = await replay([log], await readConfig(undefined), undefined);
  const numbered = (ids: readonly string[]) => Object.fromEntries(ids.map((id, n) => [id, 1000 + n]));
  const rejectedExamples = Object.fromEntries(CODES.map((code) => [code, `an example of ${code}`]));
  const changes = { otherForbidden: numbered(forbiddenCauses), rejectedBy: numbered(CODES), rejectedExamples };
  played = { ...others, summary: { ...summary, ...changes } };
});

function printed(language: 'en' | 'ja'): string {
  let text = '';
  const out = { write: (part: string) => (text += part) } as unknown as NodeJS.WritableStream;
  printReplay(played, messagesIn[language], out, null, { inputs: [log], language });
  return text;
}

describe.each(['en', 'ja'] as const)('%s', (language) => {
  it.each(forbiddenCauses)('%s', (cause) => {
    const n = (1000 + forbiddenCauses.indexOf(cause)).toLocaleString('en');
    expect(printed(language)).toMatch(new RegExp(`^ +${n}  .+ \\(${cause}\\)$`, 'm'));
    expect(printed(language)).toContain(`  ${causes[language][cause]} (${cause})`);
  });
});

it.each(CODES)('%s in Japanese, and the id alone in English', (code) => {
  const n = (1000 + CODES.indexOf(code)).toLocaleString('en');
  expect(printed('ja')).toMatch(
    new RegExp(`^ +${n}  [^a-z]*\\p{Script=Hiragana}.* \\(${code}\\) +「an example of ${code}」$`, 'mu'),
  );
  expect(printed('en')).toMatch(new RegExp(`^ +${n}  ${code} +such as an example of ${code}$`, 'm'));
});
