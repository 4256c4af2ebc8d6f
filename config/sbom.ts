/**
 * `npm run sbom [-- FILE]`: what the package consists of, as a CycloneDX file; to the terminal without a name. `npm sbom` knows what installing
 * brings along, which is nothing; the packages whose code is in dist are added from package-lock.json.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages, root } from './entries.ts';

interface Locked {
  version: string;
  license: string;
  integrity: string;
}

/** The bill of materials. */
export function billOfMaterials() {
  const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const { name, version } = json('package.json');
  const { packages } = json('package-lock.json') as { packages: Record<string, Locked> };
  const options = ['--sbom-format', 'cyclonedx', '--sbom-type', 'library', '--omit', 'dev', '--omit', 'optional', '--package-lock-only'];
  const bill = JSON.parse(execFileSync('npm', ['sbom', ...options], { cwd: root, encoding: 'utf8' }));
  bill.metadata.component.name = name; // npm takes the name of the folder
  bill.components.push(...bundledPackages.map((bundled) => component(bundled, packages[`node_modules/${bundled}`])));
  bill.dependencies = [
    { ref: `${name}@${version}`, dependsOn: bill.components.map((each: { 'bom-ref': string }) => each['bom-ref']) },
    ...bill.components.map((each: { 'bom-ref': string }) => ({ ref: each['bom-ref'], dependsOn: [] })),
  ];
  return bill;
}

function component(name: string, { version, license, integrity }: Locked) {
  const [algorithm, digest] = integrity.split('-');
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    scope: 'required',
    purl: `pkg:npm/${name}@${version}`,
    properties: [{ name: 'cdx:npm:package:bundled', value: 'true' }],
    hashes: [{ alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }],
    licenses: [{ license: { id: license } }],
  };
}

if (import.meta.filename === process.argv[1]) {
  const text = `${JSON.stringify(billOfMaterials(), undefined, 2)}\n`;
  if (process.argv[2]) writeFileSync(process.argv[2], text);
  else process.stdout.write(text);
}
