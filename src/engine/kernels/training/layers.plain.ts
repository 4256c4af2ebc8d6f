import type { Memory } from '../../memory/views.ts';
import { multiply } from './multiply.plain.ts';
import { bitsAt } from './numbers.plain.ts';

const gelu = Math.sqrt(2 / Math.PI);

/** Twins of layers.ts. */
export function twins({ f32 }: Memory) {
  return {
    linearForward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, inputs, w, b, outputs, y] = rest;
      for (let row = lo; row < hi; row++) {
        for (let j = 0; j < outputs; j++) f32[y / 4 + row * outputs + j] = b ? f32[b / 4 + j] : 0;
      }
      const out = [y / 4 + lo * outputs, outputs];
      multiply(f32, [x / 4 + lo * inputs, inputs, 1], [w / 4, outputs, 1], out, [hi - lo, inputs, outputs]);
    },

    linearBackward(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [x, inputs, w, outputs, dy, dx, dw, db, stride] = rest;
      const own = block * stride;
      const m = hi - lo;
      const rows = dy / 4 + lo * outputs;
      multiply(f32, [x / 4 + lo * inputs, 1, inputs], [rows, outputs, 1], [dw / 4 + own, outputs], [inputs, m, outputs]);
      for (let row = 0; row < m && db; row++) {
        for (let j = 0; j < outputs; j++) f32[db / 4 + own + j] += f32[rows + row * outputs + j];
      }
      if (!dx) return;
      f32.fill(0, dx / 4 + lo * inputs, dx / 4 + hi * inputs);
      multiply(f32, [rows, outputs, 1], [w / 4, 1, outputs], [dx / 4 + lo * inputs, inputs], [m, outputs, inputs]);
    },

    activationForward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, width, kind, y, slopes] = rest;
      for (let e = lo * width; e < hi * width; e++) {
        const v = f32[x / 4 + e];
        const t = Math.tanh(gelu * (v + 0.044715 * v ** 3));
        f32[y / 4 + e] = kind === 1 ? Math.max(v, 0) : 0.5 * v * (1 + t);
        if (kind === 2 && slopes) f32[slopes / 4 + e] = 0.5 * (1 + t + v * (1 - t * t) * gelu * (1 + 3 * 0.044715 * v * v));
      }
    },

    activationBackward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, width, kind, dy, dx] = rest;
      for (let e = lo * width; e < hi * width; e++) {
        const v = f32[x / 4 + e];
        f32[dx / 4 + e] = f32[dy / 4 + e] * (kind === 1 ? Number(v > 0) : v);
      }
    },

    layerNormForward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, width, gain, shift, y, stats] = rest;
      for (let row = lo; row < hi; row++) {
        const values = f32.subarray(x / 4 + row * width, x / 4 + (row + 1) * width);
        const mean = values.reduce((sum, value) => sum + value, 0) / width;
        const inverse = 1 / Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width + 1e-6);
        for (let e = 0; e < width; e++)
          f32[y / 4 + row * width + e] = (values[e] - mean) * inverse * f32[gain / 4 + e] + f32[shift / 4 + e];
        f32.set([mean, inverse], stats / 4 + 2 * row);
      }
    },

    layerNormBackward(lo: number, hi: number, block: number, _scratch: number, ...rest: number[]) {
      const [x, width, gain, stats, dy, dx, dgain, dshift, stride] = rest;
      for (let row = lo; row < hi; row++) {
        const [mean, inverse] = f32.subarray(stats / 4 + 2 * row, stats / 4 + 2 * row + 2);
        const unit = Array.from({ length: width }, (_, e) => (f32[x / 4 + row * width + e] - mean) * inverse);
        const du = unit.map((_, e) => f32[dy / 4 + row * width + e] * f32[gain / 4 + e]);
        const meanDu = du.reduce((sum, value) => sum + value, 0) / width;
        const meanInner = du.reduce((sum, value, e) => sum + value * unit[e], 0) / width;
        for (let e = 0; e < width; e++) {
          f32[dgain / 4 + block * stride + e] += f32[dy / 4 + row * width + e] * unit[e];
          f32[dshift / 4 + block * stride + e] += f32[dy / 4 + row * width + e];
          f32[dx / 4 + row * width + e] += inverse * (du[e] - meanDu - unit[e] * meanInner);
        }
      }
    },

    dropoutRows(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, base, width, probability, seed, out] = rest;
      const limit = Math.floor(Math.fround(probability) * 4294967295);
      for (let e = lo * width; e < hi * width; e++) {
        const kept = probability > 0 ? Number(bitsAt(seed, e) >= limit) / (1 - probability) : 1;
        f32[out / 4 + e] = (base ? f32[base / 4 + e] : 0) + kept * f32[x / 4 + e];
      }
    },

    unitForward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [x, width, y, stats] = rest;
      for (let row = lo; row < hi; row++) {
        const values = f32.slice(x / 4 + row * width, x / 4 + (row + 1) * width);
        const inverse =
          1 /
          Math.sqrt(
            Math.max(
              values.reduce((sum, value) => sum + value * value, 0),
              1e-20,
            ),
          );
        f32.set(
          values.map((value) => value * inverse),
          y / 4 + row * width,
        );
        f32[stats / 4 + row] = inverse;
      }
    },

    unitBackward(lo: number, hi: number, _block: number, _scratch: number, ...rest: number[]) {
      const [y, width, stats, dy, dx] = rest;
      for (let row = lo; row < hi; row++) {
        let along = 0;
        for (let e = row * width; e < (row + 1) * width; e++) along += f32[y / 4 + e] * f32[dy / 4 + e];
        for (let e = row * width; e < (row + 1) * width; e++) {
          f32[dx / 4 + e] = f32[stats / 4 + row] * (f32[dy / 4 + e] - along * f32[y / 4 + e]);
        }
      }
    },
  };
}
