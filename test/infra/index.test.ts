/** What the package gives by its names is what the checkout gives by the same names: types here, files in `package.json`. */

import { readFileSync } from 'node:fs';
import * as entry from 'mtls-watch';
import * as schemas from 'mtls-watch/schemas';
import { expect, expectTypeOf, it } from 'vitest';
import type * as z from 'zod';
import * as source from '../../infra/index.js';
import type { Config, Settings } from '../../shared/config/settings.js';
import type { Notice } from '../../shared/model/index.js';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));

it('names the same files in package.json and in tsconfig.json', () => {
  const { exports, main, types } = read('package.json') as {
    exports: Record<string, Record<'import' | 'require', { types: string; default: string }>>;
    main: string;
    types: string;
  };
  const { compilerOptions } = read('tsconfig.json') as { compilerOptions: { paths: Record<string, string[]> } };
  const built = (path: string, folder: string) => {
    const start = path.replace(/^\.\//, `./${folder}/`).replace(/\.ts$/, '');
    return { types: `${start}.d.ts`, default: `${start}.js` };
  };
  expect(exports).toEqual(
    Object.fromEntries(
      Object.entries(compilerOptions.paths).map(([name, [path = '']]) => [
        name.replace(/^mtls-watch/, '.'),
        { import: built(path, 'dist'), require: built(path, 'dist/cjs') },
      ]),
    ),
  );
  // What older resolution of modules, such as that of TypeScript for CommonJS, goes by.
  expect({ types, default: main }).toEqual(exports['.']?.require);
});

it('gives the constructs by the name of the package', () => {
  expect(entry.MtlsWatch).toBe(source.MtlsWatch);
});

it('gives schemas whose types are those of what they read', () => {
  expectTypeOf<z.output<typeof schemas.configSchema>>().toEqualTypeOf<Config>();
  expectTypeOf<z.input<typeof schemas.configSchema>>().toEqualTypeOf<Settings>();
  expectTypeOf<z.output<typeof schemas.noticeSchema>>().toExtend<Notice>();
  expectTypeOf(schemas.reportSchema.parse).returns.not.toBeAny();
  expect(schemas.configSchema.parse({ runbooks: { baseUrl: 'https://wiki.example.com' } })).toMatchObject({
    language: 'en',
  });
});
