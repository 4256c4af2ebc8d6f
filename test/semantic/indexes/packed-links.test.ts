import { describe, expect, it } from 'vitest';
import { packingOf } from '../../../src/semantic/indexes/hnsw/graph-memory.ts';
import { HnswGraph } from '../../../src/semantic/indexes/hnsw/hnsw-graph.ts';

const m = 12;
const degree = 2 * m;

describe.each([
  ['WebAssembly', false],
  ['plain TypeScript', true],
])('links beside codes of four bits, in %s', (_, plain) => {
  const open = () => new HnswGraph({ dimensions: 8, m, seed: 0, isFourBit: true, threads: 1, plain });

  it('come back ascending, whatever they are, and stay when there is room for more slots', () => {
    const graph = open();
    const lists = new Map<number, number[]>();
    for (const slots of [1, 30, 1000, 70_000]) {
      graph.reserve(slots, slots, 16);
      for (const slot of [0, slots >> 1, slots - 1]) {
        for (const [k, list] of listsBelow(slots).entries()) {
          const at = Math.min(slots - 1, slot + k);
          graph.setLinks(at, 0, Int32Array.from(list));
          lists.set(at, list);
        }
      }
      for (const [slot, list] of lists) expect(linked(graph, slot)).toEqual([...new Set(list)].sort((a, b) => a - b));
    }
  });

  it('do not touch those of other slots', () => {
    const graph = open();
    graph.reserve(500, 500, 16);
    const lists = Array.from({ length: 500 }, (_, slot) =>
      Array.from({ length: slot % (degree + 1) }, (_, k) => (slot * 31 + k * 17) % 500),
    );
    for (const slot of [...lists.keys()].reverse()) graph.setLinks(slot, 0, Int32Array.from(lists[slot]));
    graph.setLinks(250, 0, Int32Array.of(499, -1));
    lists[250] = [499];
    for (const [slot, list] of lists.entries()) expect(linked(graph, slot)).toEqual([...new Set(list)].sort((a, b) => a - b));
  });
});

it('packed links take two bits more than the logarithm of slots per link', () => {
  for (const slots of [1e3, 94_327, 1e6, 1e7]) {
    const bits = (8 * packingOf(slots, m).record) / degree;
    expect(bits).toBeLessThanOrEqual(Math.log2(slots / degree) + 3 + 8 / degree);
    expect(bits).toBeGreaterThanOrEqual(Math.log2(slots / degree) + 1.4);
  }
});

/** Few, many, close together, far apart, some of them twice. */
function listsBelow(slots: number): number[][] {
  const last = slots - 1;
  const spread = Array.from({ length: degree }, (_, k) => Math.floor((last * k) / (degree - 1)));
  const close = Array.from({ length: Math.min(degree, slots) }, (_, k) => last - k);
  return [[], [last], [0], [last, 0], spread, close, [0, 0, last, last]];
}

function linked(graph: HnswGraph, slot: number): number[] {
  const links = Array.from(graph.links(slot, 0));
  const end = links.indexOf(-1);
  expect(links.slice(end < 0 ? degree : end).every((other) => other === -1)).toBe(true);
  return end < 0 ? links : links.slice(0, end);
}
