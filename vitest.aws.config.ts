import { defineConfig } from 'vitest/config';

/** What runs on the local AWS; `npm run test:aws` starts it and sets AWS_ENDPOINT_URL. */
export default defineConfig({
  test: {
    include: ['test/aws/**/*.test.ts'],
    reporters: ['verbose'],
    // A cold function, a minute's schedule and two busy cores take their time; nothing here measures speed.
    testTimeout: 900_000,
    hookTimeout: 900_000,
  },
});
