/**
 * Runs the command line in a checkout: `npm start`, `npm run mtls-watch`. The sources are bundled once and again after they changed,
 * and what V8 compiled of the bundle is kept beside it, because both take a quarter of a second. Needs nothing but what `npm ci` installs.
 */

import './engine.mjs';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedDataVersionTag, getHeapCodeStatistics } from 'node:v8';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'mtls-watch');
/** Tells the bundle of the last state of the sources, and what that state was. */
const LAST = join(cache, 'last.json');
/** What a bundle is made of beside the sources that it holds; of packages the lock tells the versions. */
const BESIDE = ['cli/bundle.mjs', 'package-lock.json'];
/** A bundle that another run may still load its thread from is not removed. */
const KEPT_MS = 60 * 60 * 1000;
/** What is compiled is kept again when it grew by a tenth, as when a verb was asked for its help before it was run. */
const GROWN = 1.1;

/** Written aside and renamed, so that two runs at a time do not disturb each other. */
function writeWhole(path, content) {
  const aside = `${path}-${process.pid}`;
  writeFileSync(aside, content);
  renameSync(aside, path);
}

/** @returns the folder of the bundle; null where there is none, or a source has changed since */
function bundledBefore() {
  try {
    const { folder, sources } = JSON.parse(readFileSync(LAST, 'utf8'));
    const isSame = ([path, size, changedAt]) => {
      const found = statSync(join(root, path));
      return found.size === size && found.mtimeMs === changedAt;
    };
    // In a copy of a checkout what is told is the bundle of the other one.
    return dirname(folder) === cache && sources.every(isSame) && existsSync(folder) ? folder : null;
  } catch {
    // The first run, or one after a file was moved; whatever else is wrong shows when it is bundled.
    return null;
  }
}

async function bundled() {
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (error) {
    const cure = 'let this user write there, or run the command of the built package';
    process.stderr.write(`error: the bundled command cannot be kept in ${cache}: ${error.message}; ${cure}\n`);
    process.exit(2);
  }
  const { bundleInOneFile } = await import('./bundle.mjs');
  const begun = Date.now();
  const folder = join(cache, `${begun}-${process.pid}`);
  const read = await bundleInOneFile(folder);
  // What Node reads there is CommonJS, whatever the package around it says.
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  const sources = [...read.filter((path) => !/(?:^|\/)node_modules\//.test(path)), ...BESIDE].map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    // One that was saved meanwhile counts as changed at the next start.
    return [path, size, mtimeMs < begun ? mtimeMs : null];
  });
  writeWhole(LAST, JSON.stringify({ folder, sources }));
  for (const name of readdirSync(cache)) {
    const other = join(cache, name);
    if (other === LAST || other === folder) continue;
    // Another run may have renamed or removed it meanwhile.
    const changedAt = statSync(other, { throwIfNoEntry: false })?.mtimeMs ?? begun;
    if (changedAt < begun - KEPT_MS) rmSync(other, { recursive: true, force: true });
  }
  return folder;
}

/** Verbs share little code, and each has its file; what is no verb loads nearly nothing. */
function keptFor(folder) {
  const [, , verb = ''] = process.argv;
  const isVerb = /^[a-z-]{1,20}$/.test(verb) && existsSync(join(root, 'cli', 'commands', `${verb}.ts`));
  return join(folder, `${isVerb ? verb : 'no-verb'}.compiled`);
}

/** Of compiled code, for this processor and this V8 with its settings. Behind the code, so that it begins where V8 wants it. */
function sumOf(code) {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(code, crc32(`${process.arch} ${cachedDataVersionTag()}`)));
  return sum;
}

/** V8 runs what it is given: code of which a byte is not as it was written ends the process. */
function keptCode(path) {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const code = bytes.subarray(0, -4);
  return sumOf(code).equals(bytes.subarray(-4)) ? code : undefined;
}

/** A module of CommonJS, compiled as Node does it, but for what V8 made of it before. */
function load(path, kept) {
  const cachedData = keptCode(kept);
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`,
    { filename: path, cachedData },
  );
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(path), module, path, dirname(path));
  const compiled = () => getHeapCodeStatistics().bytecode_and_metadata_size;
  const before = cachedData === undefined || script.cachedDataRejected ? 0 : compiled();
  process.once('exit', () => {
    if (compiled() < before * GROWN) return;
    try {
      const code = script.createCachedData();
      writeWhole(kept, Buffer.concat([code, sumOf(code)]));
    } catch {
      // Without it the next start is slower, and no less right.
    }
  });
  return module.exports;
}

const folder = bundledBefore() ?? (await bundled());
await load(join(folder, 'command-line.js'), keptFor(folder)).run();
