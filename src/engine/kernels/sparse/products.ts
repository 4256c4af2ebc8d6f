// Products of a sparse matrix in rows with a few columns at once, whose sums stay in registers.

/** q += M^T M p for 8 columns. A row of M is gathered and scattered while its products stay in registers. */
export function addGramTimes8(offsets: usize, indices: usize, values: usize, rows: i32, p: usize, q: usize): void {
  for (let row: usize = 0; row < <usize>rows; row++) {
    const first = <usize>load<i32>(offsets + (row << 2)) << 2;
    const last = <usize>load<i32>(offsets + (row << 2), 4) << 2;
    let t0 = f32x4.splat(0),
      t1 = t0;
    for (let e = first; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = p + (<usize>load<i32>(indices + e) << 5);
      t0 = f32x4.add(t0, f32x4.mul(v, v128.load(o)));
      t1 = f32x4.add(t1, f32x4.mul(v, v128.load(o, 16)));
    }
    for (let e = first; e < last; e += 4) {
      const v = v128.load32_splat(values + e);
      const o = q + (<usize>load<i32>(indices + e) << 5);
      v128.store(o, f32x4.add(v128.load(o), f32x4.mul(v, t0)));
      v128.store(o, f32x4.add(v128.load(o, 16), f32x4.mul(v, t1)), 16);
    }
  }
}

/** out = a row of a sparse matrix times 16 columns. */
// @ts-ignore: decorator of AssemblyScript
@inline
export function rowTimes16(offsets: usize, indices: usize, values: usize, row: i32, x: usize, out: usize): void {
  const at = <usize>row << 2;
  const last = <usize>load<i32>(offsets + at, 4) << 2;
  let t0 = f32x4.splat(0),
    t1 = t0,
    t2 = t0,
    t3 = t0;
  for (let e = <usize>load<i32>(offsets + at) << 2; e < last; e += 4) {
    const v = v128.load32_splat(values + e);
    const o = x + (<usize>load<i32>(indices + e) << 6);
    t0 = f32x4.add(t0, f32x4.mul(v, v128.load(o)));
    t1 = f32x4.add(t1, f32x4.mul(v, v128.load(o, 16)));
    t2 = f32x4.add(t2, f32x4.mul(v, v128.load(o, 32)));
    t3 = f32x4.add(t3, f32x4.mul(v, v128.load(o, 48)));
  }
  v128.store(out, t0);
  v128.store(out, t1, 16);
  v128.store(out, t2, 32);
  v128.store(out, t3, 48);
}
