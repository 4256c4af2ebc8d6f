import { resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '../../..');

/** The library and {@link fingerprint} as one module. */
export async function bundle(platform: 'node' | 'browser'): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [resolve(import.meta.dirname, 'fit.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    platform,
    alias: { attune: resolve(root, 'src/entries/index.ts') },
    external: ['@huggingface/transformers', 'hyparquet', 'faiss-node'],
    logLevel: 'error',
  });
  return outputFiles[0].text;
}
