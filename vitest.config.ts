import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What synthesises stacks; but for what replaces a module or loads a bundle into its process. */
const cdk = ['test/infra/!(bundle|example).test.ts', 'test/cli/cost.test.ts'];
/** What needs the local AWS or a browser has scripts of its own. */
const elsewhere = ['test/aws/**', 'test/browser/**', 'test/package/**'];

export default defineConfig({
  // Examples import the package by its name.
  resolve: { alias: { 'mtls-watch': fileURLToPath(new URL('infra/index.ts', import.meta.url)) } },
  test: {
    // By default one core is left to vitest itself, which hardly uses it.
    maxWorkers: '100%',
    // Nothing here measures speed: a busy machine may take minutes over what takes a second.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      // Loading the CDK takes longer than most of these files do, so that they share processes.
      { extends: true, test: { name: 'cdk', include: cdk, isolate: false } },
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [...elsewhere, ...cdk] } },
    ],
  },
});
