/** Finds the sentences of a source file that are tagged with `say`, with `{0}` for each value, as the tag makes them. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All of the sources. */
export function saidInSources(folders: readonly string[] = ['shared', 'cli']): Set<string> {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  );
  return new Set(files.flatMap((file) => saidIn(readFileSync(file, 'utf8'))));
}

function saidIn(source: string): string[] {
  const found: string[] = [];
  const code = source.replace(/\/\*\*.*?\*\//gs, '');
  for (let at = code.indexOf('say`'); at !== -1; at = code.indexOf('say`', at + 1))
    found.push(templateAt(code, at + 4));
  return found;
}

function templateAt(code: string, start: number): string {
  let words = '';
  let values = 0;
  for (let at = start; at < code.length && code[at] !== '`'; at++) {
    if (code[at] === '\\') at += 1;
    else if (code.startsWith('${', at)) {
      words += `{${values++}}`;
      at = closingOf(code, at + 2);
      continue;
    }
    words += code[at];
  }
  return words;
}

/** The brace that ends a value; values may hold templates with values. */
function closingOf(code: string, start: number): number {
  let at = start;
  for (let open = 1; at < code.length; at++) {
    if (code[at] === '`') {
      at += 1;
      while (code[at] !== '`') at = code.startsWith('${', at) ? closingOf(code, at + 2) + 1 : at + 1;
    } else if (code[at] === '{') open += 1;
    else if (code[at] === '}' && --open === 0) return at;
  }
  return at;
}
