import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'tsup';
import { bundledPackages, entries, root } from './entries.ts';

export default defineConfig({
  entry: Object.fromEntries(entries.map((name) => [name, `src/entries/${name}.ts`])),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  splitting: true, // one copy of each class for all subpaths, so that instanceof holds between them
  clean: true,
  sourcemap: false,
  outDir: 'dist',
  external: [/^node:/, '@huggingface/transformers', 'faiss-node', 'hyparquet'],
  esbuildOptions(options, { format }) {
    if (format === 'cjs') options.define = { ...options.define, 'import.meta.url': 'undefined' }; // no syntax of CommonJS, which has __filename
  },
  async onSuccess() {
    writeFileSync('dist/LICENSES.txt', licenses());
    if (existsSync('src/engine/generated/kernels.wasm')) copyFileSync('src/engine/generated/kernels.wasm', 'dist/kernels.wasm');
  },
});

/** The notices of the packages whose code is in dist. */
function licenses(): string {
  const notice = (name: string) => {
    const folder = join(root, 'node_modules', name);
    const file = ['LICENSE', 'LICENSE.md', 'License', 'README.md']
      .map((each) => join(folder, each))
      .find((path) => existsSync(path)) as string;
    const text = readFileSync(file, 'utf8');
    return `${name}\n${'-'.repeat(name.length)}\n${file.endsWith('README.md') ? text.slice(text.search(/^LICENSE/m)) : text}`;
  };
  return bundledPackages.map(notice).join('\n\n');
}
