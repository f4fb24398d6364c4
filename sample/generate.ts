/**
 * Makes the sample: `npm run sample -- [--days N] [--history N] [--scale F] [--seed TEXT] [--out DIR] [--new-pki]`. The same seed and
 * certificates give the same bytes. Days before the sample day have everyday traffic only; `--scale` thins it out. Before them, `--history` days of little but refusals, for the report's trends.
 */

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { connectionsOf, FILES, PORTAL } from './connections.js';
import { filesOf, historyFiles, type SampleFile } from './files.js';
import { HISTORY, HISTORY_SCALE } from './history.js';
import { makePki, type Pki, readPki, SAMPLE_DAY, TRUSTSTORE } from './pki.js';
import { random } from './random.js';
import { render, type SampleEvent } from './render.js';
import { STORIES } from './stories.js';
import { APIS, type Call, timeline } from './timeline.js';
import { type Truth, truthOf } from './truth.js';

export interface SampleOptions {
  readonly seed: string;
  readonly days: number;
  /** Days before them, of which only refusals and other 403s were kept. */
  readonly history: number;
  /** How much everyday traffic there is; 1 is the shipped day. */
  readonly scale: number;
}

export const DEFAULTS: SampleOptions = { seed: 'mtls-watch', days: 1, history: 62, scale: 1 };
export const PKI_FILE = join(import.meta.dirname, 'pki.pem');

const DAY = 86_400_000;

export interface Sample {
  readonly files: readonly SampleFile[];
  readonly truth: Truth;
}

/** The files of all days and what is true of them; in memory, and pure but for the certificates. */
export function makeSample(pki: Pki, { seed, days, history, scale }: SampleOptions): Sample {
  const dates = Array.from({ length: days }, (_, n) => dateBefore(days - 1 - n));
  const calls: Call[] = [];
  const events: SampleEvent[] = [];
  const files: SampleFile[] = [];
  for (const date of dates) {
    const ofDay: Call[] = [];
    for (const story of STORIES.filter(({ daily }) => daily || date === SAMPLE_DAY)) {
      const day = timeline(pki, date, story.name, random(`${seed}/${date}/${story.name}`));
      story.tell(day, scale);
      ofDay.push(...day.calls());
    }
    ofDay.sort((a, b) => a.at - b.at);
    const rendered = render(ofDay, `${seed}/${date}`);
    calls.push(...ofDay);
    events.push(...rendered);
    files.push(...filesOf(rendered, date, seed));
  }
  for (let left = history; left > 0; left -= 7) {
    // The last week of history is the one that may be short.
    const weekDates = Array.from({ length: Math.min(7, left) }, (_, n) => dateBefore(days - 1 + left - n));
    const ofWeek: SampleEvent[] = [];
    for (const date of weekDates) {
      const told = HISTORY.flatMap((story) => {
        const day = timeline(pki, date, story.name, random(`${seed}/${date}/${story.name}`));
        story.tell(day, HISTORY_SCALE);
        return day.calls();
      }).sort((a, b) => a.at - b.at);
      calls.push(...told);
      ofWeek.push(...render(told, `${seed}/${date}`));
    }
    events.push(...ofWeek);
    files.push(...historyFiles(ofWeek, weekDates[0] ?? '', seed));
  }
  const connections = connectionsOf(pki, dates, seed, scale);
  files.push(...connections.files);
  const named = new Map([...HISTORY, ...STORIES].map((story) => [story.name, story]));
  return { files, truth: truthOf(dates, calls, events, files, [...named.values()], connections) };
}

/** The date so many days before the sample day. */
function dateBefore(days: number): string {
  return new Date(Date.parse(SAMPLE_DAY) - days * DAY).toISOString().slice(0, 10);
}

/** The CA bundle that was in use until Acme's new CA was added to it at 09:59, and the one from then on. */
export function truststores(pki: Pki): { readonly before: string; readonly after: string } {
  const bundle = (names: readonly string[]) => names.map((name) => `# ${name}\n${pki.get(name)?.pem ?? ''}`).join('');
  // The new CA stands before the old one of the same name: OpenSSL tries the first that the name fits.
  const updated = TRUSTSTORE.flatMap((name) => (name === 'acme-issuing' ? ['acme-issuing-new', name] : [name]));
  return { before: bundle(TRUSTSTORE), after: bundle(updated) };
}

/** Settings for `--config`. */
export function sampleConfig(): object {
  const apis = Object.values(APIS);
  return {
    executionLogGroups: apis.map(({ executionGroup }) => ({ name: executionGroup })),
    accessLogGroups: apis.map(({ accessGroup }) => ({ name: accessGroup })),
    domains: {
      ...Object.fromEntries(apis.map(({ apiId, stage, domain }) => [`${apiId}/${stage}`, domain])),
      [`distribution/${PORTAL.distributionId}`]: PORTAL.domain,
      [`${FILES.name}:${FILES.port}`]: FILES.domain,
    },
    truststores: Object.fromEntries(
      [...apis, PORTAL, FILES].map(({ domain }) => [domain, `s3://example-bank-truststores/${domain}.pem`]),
    ),
    runbooks: { baseUrl: 'https://wiki.bank.example/mtls-watch/runbooks' },
  };
}

/** JSON with each group on a line of its own, so that a change of the sample can be read. */
function printed(truth: Truth): string {
  const fields = Object.entries(truth).map(([key, value]) => {
    if (!Array.isArray(value)) return `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    return `  ${JSON.stringify(key)}: [\n${value.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`;
  });
  return `{\n${fields.join(',\n')}\n}`;
}

/** A client of the re-keyed CA, for those who want to try `diagnose`. */
const REFUSED_CLIENT = 'edi-01-new';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      days: { type: 'string', default: String(DEFAULTS.days) },
      history: { type: 'string', default: String(DEFAULTS.history) },
      scale: { type: 'string', default: String(DEFAULTS.scale) },
      seed: { type: 'string', default: DEFAULTS.seed },
      out: { type: 'string', default: join(import.meta.dirname, 'day') },
      'new-pki': { type: 'boolean', default: false },
    },
  });
  const [days, history, scale] = [Number(values.days), Number(values.history), Number(values.scale)];
  if (!Number.isInteger(days) || days < 1 || days > 400) throw new Error(`--days ${values.days}: expected 1 to 400`);
  if (!Number.isInteger(history) || history < 0 || history > 400) {
    throw new Error(`--history ${values.history}: expected 0 to 400`);
  }
  if (!(scale > 0 && scale <= 10)) throw new Error(`--scale ${values.scale}: expected a number above 0, at most 10`);
  if (values['new-pki']) await writeFile(PKI_FILE, await makePki());
  const pki = readPki(await readFile(PKI_FILE, 'utf8'));
  const { files, truth } = makeSample(pki, { seed: values.seed, days, history, scale });

  await rm(join(values.out, 'logs'), { recursive: true, force: true });
  for (const { date, name, content } of files) {
    await mkdir(join(values.out, 'logs', date), { recursive: true });
    await writeFile(join(values.out, 'logs', date, name), content);
  }
  const { before, after } = truststores(pki);
  await writeFile(join(values.out, 'truststore.pem'), before);
  await writeFile(join(values.out, 'truststore-updated.pem'), after);
  await writeFile(join(values.out, 'refused-client.pem'), pki.get(REFUSED_CLIENT)?.pem ?? '');
  await writeFile(join(values.out, 'mtls-watch.json'), `${JSON.stringify(sampleConfig(), null, 2)}\n`);
  await writeFile(join(values.out, 'expected.json'), `${printed(truth)}\n`);
  const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
  console.log(
    `${truth.events.delivered} events in ${files.length} files, ${Math.round(bytes / 1024)} KiB, in ${values.out}`,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
