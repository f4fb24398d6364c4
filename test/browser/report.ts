/**
 * The report in a real browser: `npm run test:browser`. Needs Chromium (CHROMIUM names it, otherwise Debian's); says what
 * it lacks where there is none, and ends with 2. Screenshots are left in `out/browser/` for people to look at.
 */

import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { pageOf } from '../../shared/report/page.js';
import { makeSampleReport, truststore } from '../report/sample.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const SWITCHES = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** What a page may take to open on a busy machine; nothing here measures speed. */
const BUSY_MS_MAX = 300_000;
const OUT = join(import.meta.dirname, '../../out/browser');
const SCREENS = {
  light: { viewport: { width: 1100, height: 900 }, colorScheme: 'light' },
  dark: { viewport: { width: 1100, height: 900 }, colorScheme: 'dark' },
  phone: { viewport: { width: 390, height: 844 }, colorScheme: 'light' },
} as const;

/** Run in the page, as text: this project's types know no DOM. */
const MEASURE = `(() => ({
  wide: document.documentElement.scrollWidth,
  background: getComputedStyle(document.body).backgroundColor,
  names: [...document.querySelectorAll('svg')].map((svg) => svg.querySelector('title')?.textContent ?? ''),
  headings: document.querySelectorAll('h1,h2,h3').length,
}))()` as unknown as () => { wide: number; background: string; names: string[]; headings: number };

const failures: string[] = [];

function expect(isRight: boolean, what: string): void {
  process.stdout.write(`${isRight ? 'ok  ' : 'FAIL'}  ${what}\n`);
  if (!isRight) failures.push(what);
}

if (!existsSync(CHROMIUM)) {
  process.stderr.write(
    `error: there is no Chromium at ${CHROMIUM}; install one (apt-get install chromium) or set CHROMIUM\n`,
  );
  process.exit(2);
}

mkdirSync(OUT, { recursive: true });
const { folder, scene, replayed } = await makeSampleReport();
const file = join(folder, 'report.html');
const japanese = pageOf(await scene.report(replayed, { language: 'ja', truststore }), 'ja');
expect(statSync(file).size < 1_000_000, `the page has ${Math.round(statSync(file).size / 1024)} KiB, under 1 MB`);

const server = createServer((request, response) => {
  const isPage = request.url === '/' || request.url === '/ja';
  response.writeHead(isPage ? 200 : 404, { 'content-type': 'text/html; charset=utf-8' });
  response.end(isPage ? (request.url === '/ja' ? japanese : readFileSync(file)) : '');
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const browser = await chromium.launch({ executablePath: CHROMIUM, args: SWITCHES, timeout: BUSY_MS_MAX });
try {
  for (const [name, screen] of Object.entries(SCREENS)) {
    for (const javaScriptEnabled of [true, false]) {
      for (const url of [pathToFileURL(file).href, `${origin}/`, `${origin}/ja`]) {
        await look(browser, name, screen, javaScriptEnabled, url);
      }
    }
  }
  await inert(browser);
} finally {
  await browser.close();
  server.close();
}
process.stdout.write(failures.length === 0 ? 'all is well\n' : `${failures.length} failed\n`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function look(
  on: Browser,
  name: string,
  screen: (typeof SCREENS)[keyof typeof SCREENS],
  javaScriptEnabled: boolean,
  url: string,
): Promise<void> {
  const context = await on.newContext({ ...screen, javaScriptEnabled });
  context.setDefaultTimeout(BUSY_MS_MAX);
  const page = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  // A server is asked for its icon by the browser itself.
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().endsWith('/favicon.ico')) asked.push(request.url());
  });
  await page.goto(url);
  const where = `${name}, ${url.startsWith('file') ? 'from disk' : 'over HTTP'}${url.endsWith('ja') ? ', Japanese' : ''}${javaScriptEnabled ? '' : ', without JavaScript'}`;
  expect(
    said.filter((text) => !text.includes('favicon')).length === 0,
    `${where}: says nothing on the console ${said.join('; ')}`,
  );
  expect(asked.length === 0, `${where}: asks nobody for anything ${asked.join(' ')}`);
  if (javaScriptEnabled) {
    const { wide, background, names, headings } = await page.evaluate(MEASURE);
    expect(wide <= screen.viewport.width, `${where}: does not scroll sideways (${wide} px)`);
    const isDark = /^rgb\((\d+)/.exec(background)?.[1] !== '255';
    expect(isDark === (screen.colorScheme === 'dark'), `${where}: background is ${background}`);
    expect(
      names.length > 3 && names.every((text) => text.length > 0),
      `${where}: ${names.length} pictures, each with a name`,
    );
    expect(headings > 10, `${where}: ${headings} headings`);
    await picturesInTree(page, where, names.length);
  } else if (!url.startsWith('http') || url.endsWith('ja')) {
    await page.screenshot({ path: join(OUT, `${name}${url.endsWith('ja') ? '-ja' : ''}.png`), fullPage: true });
    if (name === 'light') {
      const pdf = await page.pdf({ format: 'A4', path: join(OUT, `report${url.endsWith('ja') ? '-ja' : ''}.pdf`) });
      const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
      expect(pages >= 2 && pages <= 20, `${where}: prints on ${pages} pages`);
    }
  }
  await context.close();
}

interface Node {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

async function picturesInTree(page: Page, where: string, pictures: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = (await session.send('Accessibility.getFullAXTree')) as unknown as { nodes: Node[] };
  const images = nodes.filter((node) => !node.ignored && ['image', 'img'].includes(node.role?.value ?? ''));
  expect(images.length === pictures, `${where}: the accessibility tree has ${images.length} of ${pictures} pictures`);
  expect(
    images.every((node) => (node.name?.value ?? '') !== ''),
    `${where}: each of them has a name`,
  );
}

/** The sample's scanner has markup in its names and user agents: were it alive, it would have shown. */
async function inert(on: Browser): Promise<void> {
  const page = await on.newPage();
  page.setDefaultTimeout(BUSY_MS_MAX);
  let dialogs = 0;
  page.on('dialog', async (dialog) => {
    dialogs += 1;
    await dialog.dismiss();
  });
  await page.goto(pathToFileURL(file).href);
  const found = await page.evaluate(
    `document.querySelectorAll('script,iframe,img,object,embed,link,[onerror],[onload],[onclick],[style]').length`,
  );
  expect(dialogs === 0 && found === 0, `hostile names are text: ${dialogs} dialogs, ${found} foreign elements`);
  await page.close();
}
