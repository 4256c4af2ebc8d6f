import type { Memory } from '../../memory/views.ts';
import { bitsAt } from './numbers.plain.ts';

/** Twins of attention.ts. */
export function twins({ f32, i32 }: Memory) {
  return {
    attentionForward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [qkv, starts, squares, width, heads, probability, seed, shares, out] = rest;
      const own = width / heads;
      const limit = Math.floor(Math.fround(probability) * 4294967295);
      for (let sequence = lo; sequence < hi; sequence++) {
        const start = i32[starts / 4 + sequence];
        const length = i32[starts / 4 + sequence + 1] - start;
        const before = i32[squares / 4 + sequence];
        for (let head = 0; head < heads; head++) {
          const at = (row: number, third: number) => qkv / 4 + ((start + row) * 3 + third) * width + head * own;
          for (let i = 0; i < length; i++) {
            const place = heads * before + (head * length + i) * length;
            const scores: number[] = [];
            for (let j = 0; j <= i; j++) {
              let score = 0;
              for (let e = 0; e < own; e++) score += f32[at(i, 0) + e] * f32[at(j, 1) + e];
              scores.push(score / Math.sqrt(own));
            }
            const most = Math.max(...scores);
            const sum = scores.reduce((all, score) => all + Math.exp(score - most), 0);
            for (let e = 0; e < own; e++) {
              let value = 0;
              for (let j = 0; j <= i; j++) {
                const share = Math.exp(scores[j] - most) / sum;
                f32[shares / 4 + place + j] = share;
                if (probability > 0 && bitsAt(seed, place + j) < limit) continue;
                value += (share / (1 - probability)) * f32[at(j, 2) + e];
              }
              f32[out / 4 + (start + i) * width + head * own + e] = value;
            }
          }
        }
      }
    },

    attentionBackward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [qkv, starts, squares, width, heads, probability, seed, shares, dout, dqkv] = rest;
      const own = width / heads;
      const limit = Math.floor(Math.fround(probability) * 4294967295);
      for (let sequence = lo; sequence < hi; sequence++) {
        const start = i32[starts / 4 + sequence];
        const length = i32[starts / 4 + sequence + 1] - start;
        const before = i32[squares / 4 + sequence];
        f32.fill(0, dqkv / 4 + start * 3 * width, dqkv / 4 + (start + length) * 3 * width);
        for (let head = 0; head < heads; head++) {
          const at = (row: number, third: number) => ((start + row) * 3 + third) * width + head * own;
          for (let i = 0; i < length; i++) {
            const place = heads * before + (head * length + i) * length;
            const d = dout / 4 + (start + i) * width + head * own;
            const share = (j: number) => f32[shares / 4 + place + j];
            const kept = (j: number) => (probability === 0 || bitsAt(seed, place + j) >= limit ? 1 / (1 - probability) : 0);
            const dshares: number[] = [];
            for (let j = 0; j <= i; j++) {
              let product = 0;
              for (let e = 0; e < own; e++) {
                product += f32[d + e] * f32[qkv / 4 + at(j, 2) + e];
                f32[dqkv / 4 + at(j, 2) + e] += share(j) * kept(j) * f32[d + e];
              }
              dshares.push(kept(j) * product);
            }
            const inner = dshares.reduce((sum, value, j) => sum + share(j) * value, 0);
            for (let j = 0; j <= i; j++) {
              const dscore = (share(j) * (dshares[j] - inner)) / Math.sqrt(own);
              for (let e = 0; e < own; e++) {
                f32[dqkv / 4 + at(i, 0) + e] += dscore * f32[qkv / 4 + at(j, 1) + e];
                f32[dqkv / 4 + at(j, 1) + e] += dscore * f32[qkv / 4 + at(i, 0) + e];
              }
            }
          }
        }
      }
    },
  };
}
