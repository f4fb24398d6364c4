import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What replaces a module, or loads a bundle into its process with an environment of its own. */
const alone = ['test/infra/bundle.test.ts', 'test/infra/example.test.ts'];
/** What synthesises stacks. */
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
    // Files share processes, because loading the same modules again takes longer than most of them do. What needs the CDK
    // stands apart, so that the other processes never load it.
    projects: [
      { extends: true, test: { name: 'cdk', include: cdk, isolate: false } },
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...elsewhere, ...cdk, ...alone],
          isolate: false,
        },
      },
    ],
  },
});
