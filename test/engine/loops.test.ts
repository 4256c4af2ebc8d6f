import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: JavaScript without types, as the build loads it
import { testedAtTheEnd } from '../../config/loops.mjs';

/** Loops that turn not at all, that go on, that leave, within each other. */
const source = `
export function sum(from: i32, to: i32): i32 {
  let all = 0;
  for (let k = from; k < to; k++) {
    if (k % 3 == 0) continue;
    let inner = k;
    while (inner > 0) {
      inner -= 2;
      if (inner == 5) break;
      all += inner;
    }
    for (let j = 0, top = k; j < top; j += 4, top--) all ^= j;
  }
  return all;
}
`;

async function compiled(transforms: object[]) {
  let text = '';
  let bytes = new Uint8Array();
  const flags = ['-o', 'loops.wasm', '-t', 'loops.wat', '--runtime', 'stub', '--enable', 'simd', '--use', 'abort='];
  const { error, stderr } = await asc.main(['loops.ts', ...flags], {
    readFile: (name) => (name === 'loops.ts' ? source : null),
    writeFile: (name, contents) => {
      if (name.endsWith('.wat')) text = contents as string;
      else bytes = contents as Uint8Array<ArrayBuffer>;
    },
    transforms: transforms as never,
  });
  if (error) throw new Error(stderr.toString());
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return { text, ...(exports as { sum(from: number, to: number): number }) };
}

describe('loops of kernels', () => {
  it('are tested at their end, and compute what they say', async () => {
    const [inverted, plain] = [await compiled([testedAtTheEnd]), await compiled([])];
    for (const from of [-3, 0, 7]) {
      for (const to of [-5, 0, 1, 8, 30]) expect(inverted.sum(from, to)).toBe(plain.sum(from, to));
    }
    // What a loop begins with: a test, or what it does.
    const firsts = ({ text }: { text: string }) => [...text.matchAll(/loop \$\S+\s+(?:local\.get \$\d+\s+)+i32\.(?:lt|gt)_s/g)].length;
    expect(firsts(plain)).toBeGreaterThan(0);
    expect(firsts(inverted)).toBe(0);
  });
});
