import { describe, expect, expectTypeOf, it } from 'vitest';
import { type Block, Engine } from '../../../src/engine/engine.ts';
import { Arena } from '../../../src/engine/memory/arena.ts';
import { part, within } from '../../../src/engine/memory/block.ts';
import { arena, f32, f64, i8, i16, i32, layout, place, u8 } from '../../../src/engine/memory/layout.ts';

const everything = (n: number) =>
  layout({ a: f32(n), b: f64(n), c: i32(n), d: i16(n), e: i8(n), f: u8(n), inner: layout({ x: f32(Float32Array.of(1, 2, 3)) }) });

const smallEngine = (size: number | { bytes: number }) => new Engine(size, { families: [], threads: 1, scratchBytes: 0, plain: true });

describe('a layout', () => {
  it.each([0, 1, 15, 16, 17, 1000])('of arrays of %i numbers knows exactly what the engine hands out for it', (n) => {
    const plan = everything(n);
    const memory = new Arena(new ArrayBuffer(plan.bytes), 0, plan.bytes);
    place(plan, memory);
    expect(memory.bytesLeft).toBe(0);
  });

  it('gives arrays of the declared kinds and lengths that share no byte', () => {
    const plan = everything(17);
    const { inner, ...blocks } = smallEngine(plan).place(plan);
    const all: Block<Uint8Array | Float32Array | Float64Array | Int8Array | Int16Array | Int32Array>[] = [
      ...Object.values(blocks),
      inner.x,
    ];
    all.sort((p, q) => p.at - q.at);
    for (const { at, array } of all) expect([at, array.byteOffset]).toEqual([at, at]);
    for (let k = 1; k < all.length; k++) expect(all[k].at).toBeGreaterThanOrEqual(all[k - 1].at + all[k - 1].array.byteLength);
    expect(blocks.a.array).toEqual(new Float32Array(17));
    expect(blocks.d.array).toEqual(new Int16Array(17));
    expect([...inner.x.array]).toEqual([1, 2, 3]);
  });

  it('of which a part is undefined takes nothing for it', () => {
    const plan = (wanted: boolean) => layout({ a: f32(16), b: wanted ? f32(16) : undefined });
    expect([plan(false).bytes, plan(true).bytes]).toEqual([64, 128]);
    const { b } = smallEngine(plan(false)).place(plan(false));
    expect(b).toBeUndefined();
    expectTypeOf(b).toEqualTypeOf<Block<Float32Array> | undefined>();
  });

  it('is all that an engine made for it has room for', () => {
    const plan = layout({ a: f32(16) });
    const engine = smallEngine(plan);
    engine.place(plan);
    const rest = Math.ceil((1024 + 256 + 64) / 65_536) * 65_536; // memory comes in pages, the engine stops where the layout does
    expect(() => engine.f32(rest)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_MEMORY' }));
  });
});

describe('an arena', () => {
  it('hands out the same zeros again after a reset, whatever was written', () => {
    const { scratch } = smallEngine(layout({ scratch: arena(256) })).place(layout({ scratch: arena(256) }));
    const first = scratch.take(Float32Array, 30);
    first.array.fill(7);
    scratch.reset();
    const again = scratch.take(Float32Array, 10);
    expect(again.at).toBe(first.at);
    expect(again.array).toEqual(new Float32Array(10));
    expect(scratch.take(Int32Array, Int32Array.of(4, 5)).array).toEqual(Int32Array.of(4, 5));
    const rest = scratch.take(Float32Array, 16);
    expect(rest.array.every((v) => v === 0)).toBe(true);
  });

  it('holds a layout made to its measure, step after step', () => {
    const step = layout({ hidden: f32(100), gradient: f32(100) });
    const memory = smallEngine(layout({ scratch: arena(step.bytes) })).place(layout({ scratch: arena(step.bytes) }));
    for (let k = 0; k < 3; k++) {
      memory.scratch.reset();
      const { hidden, gradient } = place(step, memory.scratch);
      expect([...hidden.array, ...gradient.array].every((v) => v === 0)).toBe(true);
      hidden.array.fill(k + 1);
    }
    expect(memory.scratch.bytesLeft).toBe(0);
    expect(() => memory.scratch.take(Uint8Array, 1)).toThrow(expect.objectContaining({ code: 'ERR_OUT_OF_MEMORY' }));
  });
});

describe('a block', () => {
  it('has parts that are views of it', () => {
    const block = smallEngine(1024).f32(Float32Array.of(1, 2, 3, 4));
    const some = part(block, 1, 3);
    expect([...some.array]).toEqual([2, 3]);
    expect(some.at).toBe(within(block, 1));
    some.array[0] = 9;
    expect(block.array[1]).toBe(9);
  });
});
