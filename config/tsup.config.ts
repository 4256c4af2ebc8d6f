import { copyFileSync, existsSync } from 'node:fs';
import { defineConfig } from 'tsup';
import { entries } from './entries.ts';

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
  external: [/^node:/, 'ml-matrix', 'seedrandom', '@huggingface/transformers', 'faiss-node', 'hyparquet'],
  async onSuccess() {
    if (existsSync('src/engine/generated/kernels.wasm')) copyFileSync('src/engine/generated/kernels.wasm', 'dist/kernels.wasm');
  },
});
