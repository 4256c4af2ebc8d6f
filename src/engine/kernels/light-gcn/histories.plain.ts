import type { Memory } from '../../memory/views.ts';
import { rowProducts, sigmoid, softplusOfMinus } from '../training/numbers.plain.ts';

/** Twins of histories.ts. */
export function twins({ f32, f64, i32 }: Memory) {
  const { dot, axpy } = rowProducts(f32);
  /** Calls back with each entry of the history of a user, and where its row begins. */
  const each = (user: number, [ends, items, table, width]: number[], take: (e: number, row: number) => void) => {
    for (let e = i32[ends / 4 + user]; e < i32[ends / 4 + user + 1]; e++) take(e, table / 4 + i32[items / 4 + e] * width);
  };
  return {
    historySums(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [ends, items, shares, table, width, x] = rest;
      for (let user = lo; user < hi; user++) {
        const to = x / 4 + user * width;
        f32.fill(0, to, to + width);
        each(user, [ends, items, table, width], (e, row) => axpy(f32[shares / 4 + e], row, to, width));
      }
    },

    historyBpr(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [ends, items, shares, others, table, width, biases, x, weight, pulls, dx, stats] = rest;
      const biasAt = (indices: number, e: number) => f32[biases / 4 + i32[indices / 4 + e]];
      let loss = 0;
      for (let user = lo; user < hi; user++) {
        const from = x / 4 + user * width;
        const to = dx / 4 + user * width;
        f32.fill(0, to, to + width);
        each(user, [ends, items, table, width], (e, z) => {
          f32[pulls / 4 + e] = 0;
          if (i32[others / 4 + e] < 0) return;
          const other = table / 4 + i32[others / 4 + e] * width;
          const own = biasAt(items, e) + dot(from, z, width) - f32[shares / 4 + e] * dot(z, z, width);
          const margin = own - biasAt(others, e) - dot(from, other, width);
          loss += softplusOfMinus(margin);
          const pull = -weight * sigmoid(-margin);
          f32[pulls / 4 + e] = pull;
          axpy(pull, z, to, width);
          axpy(-pull, other, to, width);
        });
      }
      f64[stats / 8 + block] = weight * loss;
    },

    historySoftmax(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [ends, items, shares, table, width, biases, x, negatives, negativeBiases, , real, placeOf, times] = rest;
      const [weight, pulls, dx, dnegatives, stride, stats] = rest.slice(13);
      let loss = 0;
      for (let user = lo; user < hi; user++) {
        const from = x / 4 + user * width;
        const to = dx / 4 + user * width;
        f32.fill(0, to, to + width);
        const own = new Set<number>();
        const liked: { e: number; z: number; logit: number }[] = [];
        each(user, [ends, items, table, width], (e, z) => {
          const item = i32[items / 4 + e];
          own.add(i32[placeOf / 4 + item]);
          liked.push({ e, z, logit: f32[biases / 4 + item] + dot(from, z, width) - f32[shares / 4 + e] * dot(z, z, width) });
        });
        const others = Array.from({ length: real }, (_, k) => k).filter((k) => !own.has(k));
        const odds = others.map((k) => Math.exp(f32[negativeBiases / 4 + k] + dot(from, negatives / 4 + k * width, width)));
        const sum = times * odds.reduce((all, odd) => all + odd, 0);
        let share = 0;
        for (const { e, z, logit } of liked) {
          const part = 1 / (Math.exp(logit) + sum);
          loss -= Math.log(Math.exp(logit) * part);
          share += part;
          f32[pulls / 4 + e] = weight * (Math.exp(logit) * part - 1);
          axpy(f32[pulls / 4 + e], z, to, width);
        }
        others.forEach((k, at) => {
          const push = weight * times * share * odds[at];
          axpy(push, negatives / 4 + k * width, to, width);
          axpy(push, from, dnegatives / 4 + block * stride + k * width, width);
        });
      }
      f64[stats / 8 + block] = weight * loss;
    },

    historyGradients(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [touched, head, next, slots, pulls, shares, x, dx, table, width, out] = rest;
      for (let k = lo; k < hi; k++) {
        const item = i32[touched / 4 + k];
        const to = out / 4 + item * width;
        for (let link = i32[head / 4 + item]; link >= 0; link = i32[next / 4 + link]) {
          const row = i32[slots / 4 + link] * width;
          const pull = f32[pulls / 4 + link];
          const share = f32[shares / 4 + link];
          axpy(pull, x / 4 + row, to, width);
          axpy(share, dx / 4 + row, to, width);
          axpy(-2 * pull * share, table / 4 + item * width, to, width);
        }
        i32[head / 4 + item] = -1;
      }
    },

    addRows(count: number, indices: number, from: number, width: number, out: number) {
      for (let k = 0; k < count; k++) axpy(1, from / 4 + k * width, out / 4 + i32[indices / 4 + k] * width, width);
    },
  };
}
