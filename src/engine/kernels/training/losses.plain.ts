import type { Memory } from '../../memory/views.ts';
import { below, bitsAt, holds, rowProducts, sigmoid, softplusOfMinus } from './numbers.plain.ts';

/** Twins of losses.ts. */
export function twins({ f32, f64, i32 }: Memory) {
  const { dot, axpy } = rowProducts(f32);
  return {
    drawNegatives(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [users, offsets, indices, items, count, seed, out] = rest;
      for (let place = lo * count; place < hi * count; place++) {
        const user = i32[users / 4 + Math.floor(place / count)];
        let found = -1;
        for (let attempt = 0; attempt < 50 && found < 0; attempt++) {
          const item = below(bitsAt((seed + attempt) | 0, place), items);
          if (!holds(i32, indices, i32[offsets / 4 + user], i32[offsets / 4 + user + 1], item)) found = item;
        }
        i32[out / 4 + place] = found;
      }
    },

    bprLoss(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [users, positives, negatives, width, count, weight, dusers, dpositives, dnegatives, stats] = rest;
      let loss = 0;
      for (let row = lo; row < hi; row++) {
        const at = row * width;
        f32.fill(0, dusers / 4 + at, dusers / 4 + at + width);
        f32.fill(0, dpositives / 4 + at, dpositives / 4 + at + width);
        for (let other = row * count; other < (row + 1) * count; other++) {
          const q = negatives / 4 + other * width;
          const margin = dot(users / 4 + at, positives / 4 + at, width) - dot(users / 4 + at, q, width);
          loss += softplusOfMinus(margin);
          const pull = -weight * sigmoid(-margin);
          axpy(pull, positives / 4 + at, dusers / 4 + at, width);
          axpy(-pull, q, dusers / 4 + at, width);
          axpy(pull, users / 4 + at, dpositives / 4 + at, width);
          f32.fill(0, dnegatives / 4 + other * width, dnegatives / 4 + (other + 1) * width);
          axpy(-pull, users / 4 + at, dnegatives / 4 + other * width, width);
        }
      }
      f64[stats / 8 + block] = weight * loss;
    },

    bceLoss(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [scores, labels, weight, dscores, stats] = rest;
      let loss = 0;
      for (let k = lo; k < hi; k++) {
        const z = f32[scores / 4 + k];
        const y = f32[labels / 4 + k];
        loss += softplusOfMinus(z) + (1 - y) * z;
        f32[dscores / 4 + k] = weight * (sigmoid(z) - y);
      }
      f64[stats / 8 + block] = weight * loss;
    },

    sampledLoss(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [rows, positives, targets, negatives, negativeItems, count, width, kind, scale] = rest;
      const [corrections, weight, drows, pulls, dnegatives, stride, stats] = rest.slice(9);
      const correction = (item: number) => (corrections ? f32[corrections / 4 + item] : 0);
      let loss = 0;
      for (let row = lo; row < hi; row++) {
        const target = i32[targets / 4 + row];
        const x = rows / 4 + row * width;
        const p = positives / 4 + row * width;
        const dx = drows / 4 + row * width;
        f32.fill(0, dx, dx + width);
        f32[pulls / 4 + row] = 0;
        if (target < 0) continue;
        const liked = scale * dot(x, p, width) - correction(target);
        const logits = Array.from({ length: count }, (_, k) => {
          const item = i32[negativeItems / 4 + k];
          if (item === target || item < 0) return Number.NEGATIVE_INFINITY;
          return scale * dot(x, negatives / 4 + k * width, width) - correction(item);
        });
        let pushes: number[];
        let pull: number;
        if (kind === 0) {
          const top = logits.reduce((most, logit) => Math.max(most, logit), liked);
          const sum = logits.reduce((all, logit) => all + Math.exp(logit - top), Math.exp(liked - top));
          loss += Math.log(sum) - (liked - top);
          pull = Math.exp(liked - top) / sum - 1;
          pushes = logits.map((logit) => Math.exp(logit - top) / sum);
        } else {
          loss += softplusOfMinus(liked);
          for (const logit of logits) if (logit > -1e29) loss += softplusOfMinus(-logit) / count;
          pull = -sigmoid(-liked);
          pushes = logits.map((logit) => sigmoid(logit) / count);
        }
        f32[pulls / 4 + row] = weight * scale * pull;
        axpy(weight * scale * pull, p, dx, width);
        pushes.forEach((push, k) => {
          axpy(weight * scale * push, negatives / 4 + k * width, dx, width);
          axpy(weight * scale * push, x, dnegatives / 4 + block * stride + k * width, width);
        });
      }
      f64[stats / 8 + block] = weight * loss;
    },
  };
}
