import { copyFileSync, existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

/** One entry a subpath of the package; the list in package.json `exports` is the same, and a test keeps it so. */
const subpaths = ['index', 'node', 'metrics', 'cold-start', 'sqlite', 'transformers', 'faiss', 'pgvector', 'mlflow'].filter((name) =>
  existsSync(`src/entries/${name}.ts`),
);

export default defineConfig({
  entry: Object.fromEntries(subpaths.map((name) => [name, `src/entries/${name}.ts`])),
  format: ['esm', 'cjs'],
  target: 'es2022',
  platform: 'neutral',
  dts: true,
  splitting: true, // one copy of each class for all subpaths, so that instanceof holds between them
  clean: true,
  sourcemap: false,
  outDir: 'dist',
  external: [/^node:/, 'ml-matrix', 'seedrandom', '@huggingface/transformers', 'faiss-node', 'hyparquet'],
  async onSuccess() {
    if (existsSync('src/engine/generated/kernels.wasm')) copyFileSync('src/engine/generated/kernels.wasm', 'dist/kernels.wasm');
  },
});
