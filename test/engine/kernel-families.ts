import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelFamily } from '../../src/engine/families.ts';

const generated = join(import.meta.dirname, '../../src/engine/generated');

/** All families of kernels. Nothing in the library names all of them, so that a bundle has those it needs. */
export async function kernelFamilies(): Promise<KernelFamily[]> {
  const files = readdirSync(join(generated, 'families')).sort();
  const modules = await Promise.all(files.map((file) => import(join(generated, 'families', file))));
  return modules.flatMap((module) => Object.values(module) as KernelFamily[]);
}

/** The module with all kernels, as the package has it. */
export const kernelsFile = () => readFileSync(join(generated, 'kernels.wasm'));
