import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';
import { modulesOf, plainKernels } from '../../src/engine/families.ts';
import { codesKernels } from '../../src/engine/generated/families/codes.ts';
import { denseKernels } from '../../src/engine/generated/families/dense.ts';
import { dot64, gram, groupLinks, type Job } from '../../src/engine/generated/jobs.ts';
import { positionOf, within } from '../../src/engine/memory/block.ts';
import { ThreadPool } from '../../src/engine/threads/thread-pool.ts';
import { kernelFamilies, kernelsFile } from './kernel-families.ts';

const engineOf = (plain = false) => new Engine(65_536, { families: [codesKernels, denseKernels], threads: 1, scratchBytes: 65_536, plain });

describe('a job', () => {
  it('is called with named arguments, on all threads or on this one', async () => {
    for (const plain of [false, true]) {
      const engine = engineOf(plain);
      const x = engine.f32(Float32Array.from({ length: 16 }, (_, k) => k % 3));
      const [one, many] = [engine.f32(64), engine.f32(64)];
      engine.runHere(gram, { hi: 2 }, { x, f: 8, out: one });
      await engine.run(gram, { rows: 2, blockSize: 2 }, { x, f: 8, out: many });
      expect([...many.array]).toEqual([...one.array]);
      expect(one.array[0]).toBe(0 * 0 + 2 * 2);
      expect(engine.call(dot64, { a: x, b: within(x, 8), f: 2 })).toBe(0 * 2 + 1 * 0);
    }
  });

  it('with more arguments than fit is refused', async () => {
    const engine = engineOf();
    const long: Job<{ x: number }, 'dense'> = { name: 'gram', list: ({ x }) => new Array<number>(25).fill(x) };
    const refusal = expect.objectContaining({ code: 'ERR_BAD_ARGUMENT', message: expect.stringContaining('at most 24 arguments, got 25') });
    await expect(engine.run(long, { rows: 1, blockSize: 1 }, { x: 0 })).rejects.toThrow(refusal);
    expect(() => new ThreadPool(engine, 1, 64).run(long, 1, 1, { x: 0 })).toThrow(refusal);
  });

  it('does not compile with a wrong, missing or misspelt argument', () => {
    const engine = engineOf();
    const [x, out] = [engine.f32(8), engine.f32(64)];
    const [ints, bytes] = [engine.i32(8), engine.u8(8)];
    const cut = { rows: 0, blockSize: 1 };
    const wrong = () => {
      // @ts-expect-error: no `out`
      engine.run(gram, cut, { x, f: 8 });
      // @ts-expect-error: no `weigths`
      engine.run(gram, cut, { x, f: 8, out, weigths: x });
      // @ts-expect-error: integers where floats are expected
      engine.run(gram, cut, { x: ints, f: 8, out });
      // @ts-expect-error: a position of bytes where floats are expected
      engine.run(gram, cut, { x: within(bytes, 1), f: 8, out });
      // @ts-expect-error: a bare number says not what stands there
      engine.run(gram, cut, { x: 4096, f: 8, out });
      // @ts-expect-error: an array where a number is expected
      engine.runHere(gram, { hi: 1 }, { x, f: x, out });
      // @ts-expect-error: an argument by position
      engine.run(gram, cut, [x.at, 8, 0, out.at]);
      // @ts-expect-error: a kernel that is no block job
      engine.run(dot64, cut, { a: x, b: x, f: 8 });
      // @ts-expect-error: a block job, called as if it were none
      engine.call(gram, { x, f: 8, out });
      // @ts-expect-error: a kernel of a family that the engine was not given
      engine.call(groupLinks, { count: 0, rows: ints, head: ints, next: ints, touched: ints });
      // @ts-expect-error: no `b`
      engine.call(dot64, { a: x, f: 8 });
    };
    expect(wrong).toBeTypeOf('function');
    expectTypeOf(engine.call(dot64, { a: positionOf<Float32Array>(x.at), b: x, f: 8 })).toEqualTypeOf<number>();
  });
});

describe('the generated lists', () => {
  it('have every kernel of a family, and no other, in both forms', async () => {
    for (const family of await kernelFamilies()) {
      const exported = exportsOf(modulesOf([family])?.[0] as WebAssembly.Module);
      expect(Object.keys(plainKernels([family], new ArrayBuffer(64))).sort(), family.name).toEqual(exported);
      expect(exported).toEqual(expect.arrayContaining([...family.jobs]));
    }
  });

  it('are together what attune/kernels.wasm has', async () => {
    const families = await kernelFamilies();
    const all = families.flatMap((family) => exportsOf(modulesOf([family])?.[0] as WebAssembly.Module));
    expect(exportsOf(new WebAssembly.Module(kernelsFile()))).toEqual(all.sort());
  });

  it('need two files a family: kernels and their twins', () => {
    const folder = join(import.meta.dirname, '../../src/engine/kernels');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    const twins = files.filter(
      (file) => file.endsWith('.plain.ts') && readFileSync(join(folder, file), 'utf8').includes('function twins('),
    );
    for (const twin of twins) expect(files).toContain(twin.replace('.plain.ts', '.ts'));
  });
});

const exportsOf = (module: WebAssembly.Module) =>
  WebAssembly.Module.exports(module)
    .filter(({ kind }) => kind === 'function')
    .map(({ name }) => name)
    .sort();
