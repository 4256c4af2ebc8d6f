// Products of small matrices, the inner loop of every layer. Tiles of four rows by eight columns: eight accumulators, two vectors of b and
// one of a fit into the sixteen registers. All widths are multiples of 8; strides are in bytes.

/**
 * c (m x n) += a b. Element (i, t) of a is at a + i * rowA + t * stepA, so that a transposed matrix is one with the two exchanged; row t of
 * b is at b + t * rowB. `panel`: k x 8 floats of room, to lay eight columns of b side by side: rows of 512 bytes and more collide in the L1 cache.
 */
export function multiply(
  a: usize, rowA: usize, stepA: usize, b: usize, rowB: usize, c: usize, rowC: usize, m: i32, k: i32, n: i32, panel: usize,
): void {
  const packed = m >= 16 && rowB >= 512;
  for (let j: usize = 0, end = (<usize>n) << 2; j < end; j += 32) {
    let q = b + j;
    let stepB = rowB;
    if (packed) {
      for (let t = 0, to = panel; t < k; t++, to += 32, q += rowB) {
        v128.store(to, v128.load(q));
        v128.store(to, v128.load(q, 16), 16);
      }
      q = panel;
      stepB = 32;
    }
    tiles(a, rowA, stepA, q, stepB, c + j, rowC, m, k);
  }
}

/** c (m x n) += a b^T, where b is n x k in rows of rowB bytes. `panel` as above; k is a multiple of 4. */
export function multiplyTransposed(
  a: usize, rowA: usize, b: usize, rowB: usize, c: usize, rowC: usize, m: i32, k: i32, n: i32, panel: usize,
): void {
  for (let j = 0; j < n; j += 8) {
    const top = b + <usize>j * rowB;
    for (let t: usize = 0, end = (<usize>k) << 2, to = panel; t < end; t += 16, to += 128) {
      turn(top + t, rowB, to);
      turn(top + (rowB << 2) + t, rowB, to + 16);
    }
    tiles(a, rowA, 4, panel, 32, c + ((<usize>j) << 2), rowC, m, k);
  }
}

/** Four by four numbers, rows of `row` bytes, to columns of 32 bytes. */
// @ts-ignore: decorator of AssemblyScript
@inline
function turn(from: usize, row: usize, to: usize): void {
  const a = v128.load(from),
    b = v128.load(from + row),
    c = v128.load(from + 2 * row),
    d = v128.load(from + 3 * row);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7),
    cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7), 96);
}

/**
 * Eight columns of c. A row is summed in the same order wherever it stands, so that blocks can be cut anywhere. Where fewer than four rows are left
 * the last one takes the places of those that are missing: it is then made more than once, to the same numbers.
 */
// @ts-ignore: decorator of AssemblyScript
@inline
function tiles(a: usize, rowA: usize, stepA: usize, b: usize, stepB: usize, c: usize, rowC: usize, m: i32, k: i32): void {
  const last = <usize>(m - 1);
  for (let i: usize = 0; i < <usize>m; i += 4) {
    const i1 = min(i + 1, last),
      i2 = min(i + 2, last),
      i3 = min(i + 3, last);
    let p0 = a + i * rowA,
      p1 = a + i1 * rowA,
      p2 = a + i2 * rowA,
      p3 = a + i3 * rowA,
      q = b;
    const c0 = c + i * rowC,
      c1 = c + i1 * rowC,
      c2 = c + i2 * rowC,
      c3 = c + i3 * rowC;
    let s0 = v128.load(c0), t0 = v128.load(c0, 16),
      s1 = v128.load(c1), t1 = v128.load(c1, 16),
      s2 = v128.load(c2), t2 = v128.load(c2, 16),
      s3 = v128.load(c3), t3 = v128.load(c3, 16);
    for (let t = 0; t < k; t++) {
      const v = v128.load(q),
        w = v128.load(q, 16);
      let x = v128.load32_splat(p0);
      s0 = f32x4.add(s0, f32x4.mul(x, v));
      t0 = f32x4.add(t0, f32x4.mul(x, w));
      x = v128.load32_splat(p1);
      s1 = f32x4.add(s1, f32x4.mul(x, v));
      t1 = f32x4.add(t1, f32x4.mul(x, w));
      x = v128.load32_splat(p2);
      s2 = f32x4.add(s2, f32x4.mul(x, v));
      t2 = f32x4.add(t2, f32x4.mul(x, w));
      x = v128.load32_splat(p3);
      s3 = f32x4.add(s3, f32x4.mul(x, v));
      t3 = f32x4.add(t3, f32x4.mul(x, w));
      p0 += stepA;
      p1 += stepA;
      p2 += stepA;
      p3 += stepA;
      q += stepB;
    }
    v128.store(c0, s0);
    v128.store(c0, t0, 16);
    v128.store(c1, s1);
    v128.store(c1, t1, 16);
    v128.store(c2, s2);
    v128.store(c2, t2, 16);
    v128.store(c3, s3);
    v128.store(c3, t3, 16);
  }
}
