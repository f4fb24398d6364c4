/**
 * Runs the command line in a checkout: `npm start`, `npm run mtls-watch`. The sources are bundled once and again after
 * they changed, which takes a quarter of a second; compiling each file whenever it is loaded takes three times that on
 * every run. Needs nothing but what `npm ci` installs.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'mtls-watch');
/** What the bundle is made of. */
const SOURCES = ['cli', 'shared', 'package.json', 'package-lock.json'];
/** A bundle that another run may still load chunks from is not removed. */
const KEPT_MS = 60 * 60 * 1000;

/** Names the state of the sources: every file with its size and the time of its last change. */
function stateOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { mtimeMs, size } = statSync(join(root, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  for (const source of SOURCES) {
    if (!statSync(join(root, source)).isDirectory()) add(source);
    else for (const path of readdirSync(join(root, source), { recursive: true }).sort()) add(join(source, path));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Written aside and renamed, so that two runs at a time do not disturb each other. */
async function bundleInto(folder) {
  const { bundleCli } = await import('./bundle.mjs');
  const aside = `${folder}-${process.pid}`;
  await bundleCli(aside, 'checkout');
  try {
    renameSync(aside, folder);
  } catch (error) {
    rmSync(aside, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  for (const name of readdirSync(cache)) {
    const other = join(cache, name);
    if (other !== folder && statSync(other).mtimeMs < Date.now() - KEPT_MS) rmSync(other, { recursive: true });
  }
}

const folder = join(cache, stateOfSources());
if (!existsSync(folder)) {
  mkdirSync(cache, { recursive: true });
  await bundleInto(folder);
}
await import(pathToFileURL(join(folder, 'main.js')).href);
