import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundledPackages, entries, moduleName, packageExports, root } from '../../config/entries.ts';
import { publicFace, publicNamesFile, publicTypesFile } from '../../config/public-names.ts';
import { billOfMaterials } from '../../config/sbom.ts';

const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

describe('the package', () => {
  it('exports each file of src/entries, with types for ESM and CommonJS', () => {
    expect(json('package.json').exports).toEqual(packageExports());
  });
  it('exports the names and types that are written down; npm run exports writes them anew', { timeout: 120_000 }, () => {
    const { names, types } = publicFace();
    expect(names).toEqual(JSON.parse(readFileSync(publicNamesFile, 'utf8')));
    expect(types.split('\n')).toEqual(readFileSync(publicTypesFile, 'utf8').split('\n'));
  });
  it('has each subpath in the table of the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    for (const entry of entries) expect(readme).toContain(`| \`${moduleName(entry)}\``);
  });
  it('has each guide in the reference, but for pages that only the site can show', () => {
    const ofSite = ['index.md', 'playground.md', 'which-model.md'];
    const guides = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && !ofSite.includes(name));
    expect(json('config/typedoc.json').projectDocuments.sort()).toEqual(
      ['../CHANGELOG.md', ...guides.map((name) => `../docs/${name}`)].sort(),
    );
  });
  it('has in its bill of materials the packages whose code it brings along, and no other', () => {
    const { metadata, components } = billOfMaterials();
    expect(metadata.component).toMatchObject({ name: 'attune', version: json('package.json').version });
    expect(components.map(({ name }: { name: string }) => name)).toEqual(bundledPackages);
    const others = [...Object.keys(json('package.json').peerDependencies), 'hyparquet-writer', 'tsx'];
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const imported = sources.flatMap((name) => {
      const code = readFileSync(join(root, 'src', name), 'utf8').replace(/^import type .*;$/gm, '');
      return [...code.matchAll(/(?:^import [^;]*from |^} from |[^`]\bimport\()'(@[^/']+\/[^/']+|[a-z][\w-]*)(?:\/[^']*)?'/gm)].map(
        ([, each]) => each,
      );
    });
    expect([...new Set(imported)].filter((each) => each !== 'attune' && !others.includes(each)).sort()).toEqual(bundledPackages);
  });
});
