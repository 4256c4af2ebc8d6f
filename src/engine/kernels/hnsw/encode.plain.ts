import type { Memory } from '../../memory/views.ts';
import { nodesOf } from './graph.plain.ts';

/** Twins of encode.ts. */
export function twins(memory: Memory) {
  const { f32, i8 } = memory;
  const { word, scaleOf } = nodesOf(memory);
  const hnswEncodeFinely = (g: number, slot: number, vector: number, dimensions: number) => {
    const scale = scaleOf(g, slot);
    const at = slot * word(g, 'width');
    for (let d = 0; d < dimensions; d++) {
      const rest = scale > 0 ? (f32[vector / 4 + d] / scale - i8[word(g, 'codes') + at + d]) * 254 : 0;
      i8[word(g, 'fine') + at + d] = Math.max(-127, Math.min(127, Math.floor(rest + 0.5)));
    }
  };
  return {
    hnswEncode(g: number, slot: number, vector: number, dimensions: number) {
      let largest = 0;
      for (let d = 0; d < dimensions; d++) largest = Math.max(largest, Math.abs(f32[vector / 4 + d]));
      const scale = Math.fround(largest / 127);
      f32[word(g, 'scales') / 4 + slot] = scale;
      const at = word(g, 'codes') + slot * word(g, 'width');
      let error = 0;
      for (let d = 0; d < dimensions; d++) {
        const code = scale > 0 ? Math.floor(f32[vector / 4 + d] / scale + 0.5) : 0;
        i8[at + d] = code;
        error += (f32[vector / 4 + d] - scale * code) ** 2;
      }
      if (word(g, 'fine')) hnswEncodeFinely(g, slot, vector, dimensions);
      return error;
    },
    hnswEncodeFinely,
  };
}
