/**
 * The subpaths of the package, from the one list there is: the files in `src/entries`. Adding a file there adds a subpath to the build, the
 * reference, the tests and, by `npm run exports`, package.json.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');

/** Names of the files, such as `index` and `metrics`. */
export const entries: string[] = readdirSync(join(root, 'src/entries'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length))
  .sort((a, b) => Number(b === 'index') - Number(a === 'index') || (a < b ? -1 : 1));

/** Packages whose code is in dist. */
export const bundledPackages = ['fzstd', 'seedrandom'];

/** What callers import: `attune`, `attune/metrics`. */
export const moduleName = (entry: string): string => (entry === 'index' ? 'attune' : `attune/${entry}`);

/**
 * `exports` of package.json. Bundlers for pages and edge runtimes take `modules`; Node and Deno files that load most code when it is called;
 * Bun and bundlers for servers (they know `module`, Node does not) ES modules that cannot be torn from each other.
 */
export function packageExports(): Record<string, unknown> {
  const subpaths = entries.map((entry) => [
    entry === 'index' ? '.' : `./${entry}`,
    {
      import: {
        types: `./dist/${entry}.d.ts`,
        node: { bun: `./dist/bundle/${entry}.js`, module: `./dist/bundle/${entry}.js`, default: `./dist/${entry}.js` },
        default: `./dist/modules/entries/${entry}.js`,
      },
      require: { types: `./dist/${entry}.d.cts`, default: `./dist/${entry}.cjs` },
    },
  ]);
  return { ...Object.fromEntries(subpaths), './kernels.wasm': './dist/kernels.wasm', './package.json': './package.json' };
}
