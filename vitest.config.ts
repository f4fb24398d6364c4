import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** What replaces a module, or loads a bundle into its process with an environment of its own. */
const alone = [
  'test/doors/registry.test.ts',
  'test/infra/bundle.test.ts',
  'test/infra/example.test.ts',
  'test/logs/dropped-readers.test.ts',
];
/** What synthesises stacks. */
const cdk = ['test/infra/!(bundle|example).test.ts', 'test/cli/cost.test.ts'];
/** Thousands of random inputs, hundreds of megabytes, or one synth for every variant: named so, and run by CI. */
const slow = ['test/**/*.slow.test.ts'];
const [aws, packed] = [['test/aws/**/*.test.ts'], ['test/package/**/*.test.ts']];

/** `npm test` runs what tells within seconds whether a change holds; `npm test -- --project NAME` the project of that name. */
const isAsked = process.argv.some((argument) => argument.startsWith('--project'));

export default defineConfig({
  // Examples import the package by its name.
  resolve: {
    alias: {
      'mtls-watch/schemas': fileURLToPath(new URL('shared/schemas/index.ts', import.meta.url)),
      'mtls-watch': fileURLToPath(new URL('infra/index.ts', import.meta.url)),
    },
  },
  test: {
    // By default one core is left to vitest itself, which hardly uses it.
    maxWorkers: '100%',
    globalSetup: 'test/support/temp-folder.ts',
    setupFiles: 'test/support/seed.ts',
    // Nothing here measures speed: a busy machine, a cold function or a minute's schedule take their time.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // Files share processes, because loading the same modules again takes longer than most of them do. What needs the CDK
    // stands apart, so that the other processes never load it.
    projects: [
      { extends: true, test: { name: 'cdk', include: cdk, exclude: slow, isolate: false } },
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: 'test/support/bundle-cli.ts',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...cdk, ...slow, ...aws, ...packed],
          isolate: false,
        },
      },
      ...(isAsked
        ? [
            { extends: true as const, test: { name: 'slow', include: slow, isolate: false } },
            // The packed tool, as a user gets it. It builds, so that nothing else may use dist/ meanwhile.
            { extends: true as const, test: { name: 'package', include: packed } },
            // On the local AWS that `npm run test:aws` starts.
            { extends: true as const, test: { name: 'aws', include: aws } },
          ]
        : []),
    ],
  },
});
