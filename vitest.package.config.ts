import { defineConfig } from 'vitest/config';

/** The packed tool, as a user gets it: `npm run test:package`. It builds, so nothing else may use dist/ meanwhile. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    reporters: ['verbose'],
    // Packing compiles and bundles; nothing here measures speed.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
