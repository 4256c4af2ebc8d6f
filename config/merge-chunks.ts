/**
 * Puts the small chunks of the ESM build into one file. esbuild makes a chunk of every set of modules that the same subpaths share, and each
 * file takes Node half a millisecond to find and link, a quarter of the time of importing attune.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

/** Larger chunks stay by themselves, because a subpath that needs one of the small ones loads all of them. */
const largest = 32 * 1024;
const importStatement = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";\n/gm;

export async function mergeChunks(dist: string): Promise<void> {
  const files = new Map(
    readdirSync(dist)
      .filter((name) => name.endsWith('.js'))
      .map((name) => [name, readFileSync(join(dist, name), 'utf8')]),
  );
  const chunks = smallLeaves(files);
  const entry = chunks.map((name, k) => {
    const names = exportedNames(files.get(name) as string).map((each) => `${each} as m${k}_${each}`);
    return `export { ${names.join(', ')} } from './${name}';`;
  });
  const { outputFiles } = await build({
    stdin: { contents: entry.join('\n'), resolveDir: dist },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    external: ['node:*'],
  });
  writeFileSync(join(dist, 'shared.js'), outputFiles[0].text);
  for (const name of chunks) rmSync(join(dist, name));
  for (const [file, code] of files) {
    if (chunks.includes(file)) continue;
    const names: string[] = [];
    const rest = code.replace(importStatement, (statement, list: string | undefined, from: string) => {
      const k = chunks.indexOf(basename(from));
      if (k < 0) return statement;
      for (const item of (list ?? '').split(',').map((each) => each.trim())) {
        const [name, local = name] = item.split(' as ');
        if (name) names.push(`m${k}_${name} as ${local}`);
      }
      return '';
    });
    if (rest !== code) writeFileSync(join(dist, file), `import {\n  ${names.join(',\n  ')}\n} from "./shared.js";\n${rest}`);
  }
}

/** Small chunks that import nothing but small chunks, so that the file they become imports none that imports it. */
function smallLeaves(files: Map<string, string>): string[] {
  let chunks = [...files.keys()].filter((name) => name.startsWith('chunk-') && (files.get(name) as string).length < largest);
  for (let before = 0; before !== chunks.length; ) {
    before = chunks.length;
    chunks = chunks.filter((name) =>
      [...(files.get(name) as string).matchAll(importStatement)].every(([, , from]) => chunks.includes(basename(from))),
    );
  }
  return chunks;
}

function exportedNames(code: string): string[] {
  const [, list] = /^export \{([^}]*)\};\s*$/m.exec(code) ?? ['', ''];
  return list
    .split(',')
    .map((each) => each.trim().split(' as ').at(-1) as string)
    .filter((each) => each !== '');
}
