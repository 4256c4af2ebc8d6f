import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.ts';

const items = 64;
const groups = 3;

describe('the screening kernels', () => {
  it('give what their plain twins give', () => {
    const bytes = fc.int8Array({ minLength: items * 8 * groups, maxLength: items * 8 * groups });
    const weights = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 8 * groups, maxLength: 8 * groups });
    fc.assert(
      fc.property(bytes, weights, fc.integer({ min: -9000, max: 9000 }), (codes, query, limit) => {
        expect(screened(false, codes, query, limit)).toEqual(screened(true, codes, query, limit));
      }),
    );
  });
});

/** All that the kernels find: the largest sums, the blocks that pass, and their items after one more group. */
function screened(plain: boolean, codes: Int8Array, query: number[], limit: number) {
  const engine = new Engine(32_768, { threads: 1, scratchBytes: 64, plain });
  const { kernels } = engine;
  const code = engine.i32(codes.length / 4);
  new Int8Array(code.array.buffer, code.at, codes.length).set(codes);
  const columns = engine.i32(Int32Array.from(query, (_, c) => c * items));
  const weights = engine.i32(4 * query.length);
  new Int16Array(weights.array.buffer, weights.at, 8 * query.length).set(query.flatMap((w) => Array(8).fill(w)));
  const sums = engine.i32(items / 2);
  const most = engine.i32(items / 32);
  const list = engine.i32(items / 16);
  const found = engine.i32(items);
  kernels.screenAdd(0, items, 2, columns.at, weights.at, code.at, sums.at);
  kernels.screenMost(0, items, sums.at, most.at);
  const blocks = kernels.screenBlocks(0, items, limit, sums.at, list.at);
  const first = list.array.slice(0, blocks);
  const left = kernels.screenMore(blocks, list.at, columns.at + 64, weights.at + 256, code.at, sums.at, limit);
  const count = kernels.screenFind(left, list.at, limit, sums.at, found.at);
  return { sums: sums.array, most: most.array, first, left: list.array.slice(0, left), found: found.array.slice(0, count) };
}
