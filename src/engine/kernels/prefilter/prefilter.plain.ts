import type { Memory } from '../../memory/views.ts';

const rowScale = 127;
const queryScale = 212;
const group = 8;
const spread = 1.9;

/** Twins of prefilter.ts. */
export function twins({ f32, f64, i8, i16, i32 }: Memory) {
  const groupsOf = (f: number) => Math.ceil(f / group);
  const weightsOf = (aim: number, f: number) => aim + 4 * group * groupsOf(f);
  const boundsOf = (aim: number, f: number) => aim + 20 * group * groupsOf(f);
  const queryOf = (aim: number, f: number) => boundsOf(aim, f) + 24 * groupsOf(f);
  /** Where a row stands in a column. */
  const place = (k: number) => (k & ~15) + ((k & 7) << 1) + ((k >> 3) & 1);
  return {
    aimBytes: (f: number) => queryOf(0, f) + 6 * group * groupsOf(f) + 16 * groupsOf(f) + 4 * 516,
    prefilterEncode(
      lo: number,
      hi: number,
      x: number,
      width: number,
      f: number,
      norms: number,
      padded: number,
      columns: number,
      rows: number,
    ) {
      let worst = 0;
      for (let k = lo; k < hi; k++) {
        const norm = f64[norms / 8 + k];
        let square = 0;
        for (let d = 0; d < f; d++) {
          const v = norm > 0 ? f32[x / 4 + k * width + d] * (rowScale / norm) : 0;
          const code = Math.floor(v + 0.5);
          square += (v - code) ** 2;
          i8[columns + d * padded + place(k)] = k & 8 ? code : code ^ 128;
          i8[rows + k * group * groupsOf(f) + d] = code;
        }
        worst = Math.max(worst, square);
      }
      return Math.sqrt(worst) + 1e-6;
    },
    prefilterAim(x: number, norm: number, f: number, padded: number, error: number, aim: number) {
      const size = (d: number) => Math.min(511, Math.trunc(Math.abs(f32[x / 4 + d]) * (511 / norm)));
      const order = Array.from({ length: f }, (_, d) => d).sort((a, b) => size(b) - size(a) || a - b);
      let used = 0;
      let square = 0;
      for (let m = 0; m < group * groupsOf(f); m++) {
        const d = m < f ? order[m] : m;
        const v = m < f ? f32[x / 4 + d] / norm : 0;
        const code = Math.floor(v * queryScale + 0.5);
        used += v * v;
        square += (code - queryScale * v) ** 2;
        i32[aim / 4 + m] = m < f ? d * padded : 0;
        i16[queryOf(aim, f) / 2 + d] = code;
        const weight = weightsOf(aim, f) / 2 + 8 * m;
        i16.fill(code, weight, weight + 8);
        if ((m + 1) % group !== 0) continue;
        const bounds = boundsOf(aim, f) / 8 + 3 * Math.floor(m / group);
        const off = Math.min(error, Math.sqrt(m + 1) / 2);
        const rest = m + 1 >= f ? 0 : Math.sqrt(Math.max(0, 1 - used)) + 1e-9;
        const rounding = queryScale * Math.sqrt(used) * off + Math.sqrt(square) * (rowScale + off) + 1e-3;
        f64.set([rest, rounding, rest + rounding / (rowScale * queryScale) + spread * Math.sqrt(used / f)], bounds);
      }
    },
    prefilterGroups(limit: number, f: number, aim: number) {
      let g = 1;
      while (g < groupsOf(f) && f64[boundsOf(aim, f) / 8 + 3 * g - 1] > limit) g++;
      return g;
    },
    prefilterLeast(limit: number, groups: number, f: number, aim: number) {
      const [rest, rounding] = f64.subarray(boundsOf(aim, f) / 8 + 3 * (groups - 1));
      const least = Math.ceil((limit - rest) * rowScale * queryScale - rounding) - 1;
      return Math.min(32767, Math.max(-32768, least));
    },
    prefilterAdd(lo: number, hi: number, from: number, to: number, f: number, aim: number, columns: number, sums: number) {
      if (from === 0) i16.fill(0, sums / 2 + lo, sums / 2 + hi);
      for (let m = group * from; m < group * to; m++) {
        const weight = i16[weightsOf(aim, f) / 2 + 8 * m];
        for (let k = lo; k < hi; k++) {
          const byte = i8[columns + i32[aim / 4 + m] + place(k)];
          i16[sums / 2 + k] += weight * (k & 8 ? byte : ((byte ^ 128) << 24) >> 24);
        }
      }
    },
    prefilterNth(hi: number, n: number, sums: number) {
      const most = Array.from({ length: hi / 32 }, (_, k) => Math.max(...i16.subarray(sums / 2 + 32 * k, sums / 2 + 32 * k + 32)) >> 6);
      const nth = most.sort((a, b) => b - a)[n - 1] ?? -512;
      return Math.max(-32768, (nth << 6) - 1);
    },
    prefilterFind(lo: number, hi: number, limit: number, sums: number, _room: number, out: number) {
      let found = 0;
      for (let k = lo; k < hi; k++) if (i16[sums / 2 + k] > limit) i32[out / 4 + found++] = k;
      return found;
    },
    prefilterCheck(count: number, list: number, limit: number, f: number, aim: number, rows: number, sums: number) {
      const length = group * groupsOf(f);
      let left = 0;
      for (let e = 0; e < count; e++) {
        const row = i32[list / 4 + e];
        let sum = 0;
        for (let d = 0; d < length; d++) sum += i16[queryOf(aim, f) / 2 + d] * i8[rows + row * length + d];
        if (sum <= limit) continue;
        i32[list / 4 + left] = row;
        i32[sums / 4 + left++] = sum;
      }
      return left;
    },
  };
}
