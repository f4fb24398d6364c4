import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Examples import the package by its name.
  resolve: { alias: { 'mtls-watch': fileURLToPath(new URL('infra/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    // What needs the local AWS or a browser has scripts of its own.
    exclude: ['test/aws/**', 'test/browser/**', 'test/package/**'],
    testTimeout: 120_000,
  },
});
