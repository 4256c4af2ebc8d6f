/** Rows that `syrk` takes at a time: with 128 factors they fill the L1 cache. */
export const PANEL = 64;

/** t times a row, as row r of a panel for `syrk`: columns go eight at a time, the same eight of all `rows` rows lie side by side. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function packRow(t: f32, from: usize, panel: usize, r: i32, rows: i32, f: i32): void {
  const v = f32x4.splat(t);
  const step = (<usize>rows) << 5;
  let to = panel + ((<usize>r) << 5);
  for (let end = from + ((<usize>f) << 2); from < end; from += 32) {
    v128.store(to, f32x4.mul(v, v128.load(from)));
    v128.store(to, f32x4.mul(v, v128.load(from, 16)), 16);
    to += step;
  }
}

/** C[f x f], from the diagonal on, += X^T X over a panel of rows as `packRow` lays them. 4 x 8 register tiles. */
export function syrk(panel: usize, rows: i32, f: i32, c: usize): void {
  const s: usize = (<usize>f) << 2;
  const step = (<usize>rows) << 5;
  for (let i = 0; i < f; i += 4) {
    for (let j = i & ~7; j < f; j += 8) {
      let a0 = f32x4.splat(0),
        a1 = a0,
        b0 = a0,
        b1 = a0,
        c0 = a0,
        c1 = a0,
        d0 = a0,
        d1 = a0;
      let p = panel + <usize>(i >> 3) * step + ((<usize>(i & 4)) << 2),
        q = panel + <usize>(j >> 3) * step;
      for (const end = q + step; q < end; q += 32) {
        const v0 = v128.load(q),
          v1 = v128.load(q, 16);
        let t = v128.load32_splat(p);
        a0 = f32x4.add(a0, f32x4.mul(t, v0));
        a1 = f32x4.add(a1, f32x4.mul(t, v1));
        t = v128.load32_splat(p, 4);
        b0 = f32x4.add(b0, f32x4.mul(t, v0));
        b1 = f32x4.add(b1, f32x4.mul(t, v1));
        t = v128.load32_splat(p, 8);
        c0 = f32x4.add(c0, f32x4.mul(t, v0));
        c1 = f32x4.add(c1, f32x4.mul(t, v1));
        t = v128.load32_splat(p, 12);
        d0 = f32x4.add(d0, f32x4.mul(t, v0));
        d1 = f32x4.add(d1, f32x4.mul(t, v1));
        p += 32;
      }
      let o = c + <usize>i * s + ((<usize>j) << 2);
      v128.store(o, f32x4.add(v128.load(o), a0));
      v128.store(o, f32x4.add(v128.load(o, 16), a1), 16);
      o += s;
      v128.store(o, f32x4.add(v128.load(o), b0));
      v128.store(o, f32x4.add(v128.load(o, 16), b1), 16);
      o += s;
      v128.store(o, f32x4.add(v128.load(o), c0));
      v128.store(o, f32x4.add(v128.load(o, 16), c1), 16);
      o += s;
      v128.store(o, f32x4.add(v128.load(o), d0));
      v128.store(o, f32x4.add(v128.load(o, 16), d1), 16);
    }
  }
}
