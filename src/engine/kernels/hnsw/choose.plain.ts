import type { Memory } from '../../memory/views.ts';
import type { Nodes } from './graph.plain.ts';

/** How links are chosen. */
export function chooseOver({ f32, i32 }: Memory, { word, similarity }: Nodes) {
  /** @returns how many were chosen; they are in `chosen` */
  const choose = (g: number, entries: number, count: number, m: number) => {
    const at = word(g, 'chosen') / 4;
    let taken = 0;
    for (let k = 0; k < count && taken < m; k++) {
      const slot = i32[entries / 4 + 2 * k + 1];
      const near = i32.subarray(at, at + taken).some((other) => similarity(g, slot, other) >= f32[entries / 4 + 2 * k]);
      if (!near) i32[at + taken++] = slot;
    }
    return taken;
  };
  /** @returns what choose has left in `chosen` */
  const chosen = (g: number, count: number) => i32.subarray(word(g, 'chosen') / 4, word(g, 'chosen') / 4 + count);
  return { choose, chosen };
}
