import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // What needs the local AWS or a browser has scripts of its own.
    exclude: ['test/aws/**', 'test/browser/**'],
    testTimeout: 120_000,
  },
});
