import type { Memory } from '../../memory/views.ts';

/** Twins of optimizer.ts. */
export function twins({ f32, i32 }: Memory) {
  const adam = (x: number, m: number, v: number, g: number, [beta1, beta2, rate, epsilon, decay]: number[]) => {
    f32[m] = beta1 * f32[m] + (1 - beta1) * g;
    f32[v] = beta2 * f32[v] + (1 - beta2) * g * g;
    f32[x] = (1 - decay) * f32[x] - (rate * f32[m]) / (Math.sqrt(f32[v]) + epsilon);
  };
  return {
    groupLinks(count: number, rows: number, head: number, next: number, touched: number) {
      let distinct = 0;
      for (let link = count - 1; link >= 0; link--) {
        const row = i32[rows / 4 + link];
        if (row < 0) continue;
        const first = i32[head / 4 + row];
        if (first < 0) i32[touched / 4 + distinct++] = row;
        i32[next / 4 + link] = first;
        i32[head / 4 + row] = link;
      }
      return distinct;
    },

    adamRows(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [touched, head, next, slots, weights, sources, table, means, squares, width] = rest;
      const [beta1, beta2, rate, epsilon, regularization, decay] = rest.slice(10);
      for (let k = lo; k < hi; k++) {
        const row = i32[touched / 4 + k];
        for (let e = 0; e < width; e++) {
          const at = row * width + e;
          let g = regularization * f32[table / 4 + at];
          for (let link = i32[head / 4 + row]; link >= 0; link = i32[next / 4 + link]) {
            g += (weights ? f32[weights / 4 + link] : 1) * f32[sources / 4 + i32[slots / 4 + link] * width + e];
          }
          adam(table / 4 + at, means / 4 + at, squares / 4 + at, g, [beta1, beta2, rate, epsilon, decay]);
        }
        i32[head / 4 + row] = -1;
      }
    },

    adamDense(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [gradients, parts, stride, values, means, squares, beta1, beta2, rate, epsilon, regularization, decay] = rest;
      for (let e = lo; e < hi; e++) {
        let g = regularization * f32[values / 4 + e];
        for (let part = 0; part < parts; part++) {
          g += f32[gradients / 4 + part * stride + e];
          f32[gradients / 4 + part * stride + e] = 0;
        }
        adam(values / 4 + e, means / 4 + e, squares / 4 + e, g, [beta1, beta2, rate, epsilon, decay]);
      }
    },

    gatherRows(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [table, width, indices, scale, add, out] = rest;
      for (let k = lo; k < hi; k++) {
        const index = i32[indices / 4 + k];
        for (let e = 0; e < width; e++) {
          const before = add ? f32[out / 4 + k * width + e] : 0;
          f32[out / 4 + k * width + e] = before + (index < 0 ? 0 : scale * f32[table / 4 + index * width + e]);
        }
      }
    },

    sumParts(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [values, width, parts, stride] = rest;
      for (let e = values / 4 + lo * width; e < values / 4 + hi * width; e++) {
        for (let part = 1; part < parts; part++) {
          f32[e] += f32[e + part * stride];
          f32[e + part * stride] = 0;
        }
      }
    },
  };
}
