import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const root = resolve(import.meta.dirname, '..');

export default defineConfig({
  root,
  // Tests and examples import by package name and get the sources.
  resolve: {
    alias: [
      { find: /^attune$/, replacement: resolve(root, 'src/entries/index.ts') },
      { find: /^attune-static-en$/, replacement: resolve(root, 'packages/static-en/index.js') },
      { find: /^attune\/(.*)$/, replacement: `${resolve(root, 'src/entries')}/$1.ts` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/integration/**'],
    setupFiles: ['test/support/typed-arrays.ts', 'test/support/property-seed.ts'],
    // Many tests start processes of their own, which take their time on a busy machine.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    // Files share the modules of their worker: evaluating the library anew for each would be most of the work of many.
    isolate: false,
    // What runs of Vitest after this one load is not transformed again; the integration tests are several.
    experimental: { fsModuleCache: true },
  },
});
