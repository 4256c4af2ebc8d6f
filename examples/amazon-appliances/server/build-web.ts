import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { exampleFolder } from '../settings.ts';

const web = join(exampleFolder, 'web');

/** Where the built files lie; their names hold a hash of their content, so they can be cached for ever. */
export const assetsFolder = join(web, 'dist');
export const assetsPath = '/assets/';

const pageNames = ['landing', 'product', 'login', 'you', 'cart', 'admin', 'lost'] as const;

/** The pages as HTML; `{{title}}` and `{{description}}` are still to be filled in. */
export type Pages = Readonly<Record<(typeof pageNames)[number], string>>;

/** Bundles the pages. Takes some 100 ms, so it is done at every start and nothing stale is ever served. */
export async function buildWeb(): Promise<Pages> {
  const { outputFiles, metafile } = await build({
    entryPoints: Object.fromEntries(pageNames.map((name) => [name, join(web, name, 'index.tsx')])),
    outdir: assetsFolder,
    publicPath: assetsPath,
    entryNames: '[name]-[hash]',
    chunkNames: 'shared-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  mkdirSync(assetsFolder, { recursive: true });
  for (const file of outputFiles) writeOnce(file.path, file.contents);
  const icon = readFileSync(join(web, 'icon.svg'));
  const iconName = `icon-${createHash('sha256').update(icon).digest('hex').slice(0, 8)}.svg`;
  writeOnce(join(assetsFolder, iconName), icon);

  const template = readFileSync(join(web, 'page.html'), 'utf8').replace('{{icon}}', assetsPath + iconName);
  const page = (name: string) => {
    const [path, output] = Object.entries(metafile.outputs).find(([, it]) => it.entryPoint?.endsWith(`/${name}/index.tsx`))!;
    return template.replace('{{script}}', assetsPath + basename(path)).replace('{{style}}', assetsPath + basename(output.cssBundle!));
  };
  return Object.fromEntries(pageNames.map((name) => [name, page(name)])) as Pages;
}

/** Another server may be reading or writing the same file: it appears as a whole or not at all, and never changes. */
function writeOnce(path: string, content: Uint8Array): void {
  if (existsSync(path)) return;
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, content);
  renameSync(unfinished, path);
}
