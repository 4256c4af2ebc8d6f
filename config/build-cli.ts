/** Builds `dist/cli`, the command `attune`: a program of its own over the package's public files, so that it changes nothing in them. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './entries.ts';

export async function buildCli(): Promise<void> {
  await build({
    entryPoints: [join(root, 'src/cli/bin.ts')],
    outdir: join(root, 'dist/cli'),
    bundle: true,
    splitting: true, // a command is loaded when it runs
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: ['hyparquet-writer'],
    plugins: [
      {
        name: 'public files stay outside',
        setup({ onResolve }) {
          onResolve({ filter: /\/entries\/\w+\.ts$/ }, ({ path }) => ({
            path: path.replace(/^.*\/entries\/(\w+)\.ts$/, '../$1.js'),
            external: true,
          }));
        },
      },
    ],
  });
}
