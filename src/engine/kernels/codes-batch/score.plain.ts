import { dot } from '../../../numeric/dot.ts';
import type { Memory } from '../../memory/views.ts';

/** Twin of score.ts. */
export function twins({ f32, u8, i32 }: Memory) {
  return {
    scoreLevels(
      lo: number, hi: number, _block: number, _scratch: number, levels: number, stride: number, own: number, leasts: number, n: number,
      vectors: number, rows: number, f: number, most: number, lists: number, scores: number, counts: number,
    ) {
      for (let k = lo; k < hi; k++) {
        const level = (r: number) => u8[levels + k * stride + r];
        const score = (r: number) => dot(f32, rows / 4 + r * f, f32.subarray(vectors / 4 + k * f, vectors / 4 + (k + 1) * f));
        const least = i32[leasts / 4 + k];
        const all = Array.from({ length: stride }, (_, r) => r).filter((r) => least > 0 && level(r) >= least);
        const reached = all.map(level).sort((a, b) => b - a)[n - 1] ?? least;
        const first = all.filter((r) => level(r) >= reached);
        const worst = first.length >= n ? Math.fround(first.reduce((least, r) => Math.min(least, Math.fround(score(r))), Number.POSITIVE_INFINITY)) : Number.NaN;
        const from = Math.max(least, Math.trunc(Math.min(255, Math.fround(worst * f32[own / 4 + 8 * k + 5]))) || 0);
        const found = [...first, ...all.filter((r) => level(r) >= from && level(r) < reached)];
        i32[counts / 4 + k] = found.length;
        for (const [e, r] of found.slice(0, most).entries()) {
          i32[lists / 4 + k * most + e] = r;
          f32[scores / 4 + k * most + e] = score(r);
        }
      }
    },
  };
}
