import { PANEL, packRow, syrk } from '../dense/syrk';
import { axpy } from '../dense/vector';

/** A = sum d y y^T, from the diagonal on; `right`, unless 0, gets sum r y on top. P is room for a panel. */
export function normalMatrix(n: i32, indices: usize, d: usize, r: usize, y: usize, f: i32, P: usize, A: usize, right: usize): void {
  const s: usize = (<usize>f) << 2;
  memory.fill(A, 0, s * <usize>f);
  for (let p0 = 0; p0 < n; p0 += PANEL) {
    const pn = min(PANEL, n - p0);
    for (let p = 0; p < pn; p++) {
      const e = (<usize>(p0 + p)) << 2;
      const from = y + <usize>load<i32>(indices + e) * s;
      packRow(sqrt<f32>(max<f32>(load<f32>(d + e), 0)), from, P, p, pn, f);
      if (right) axpy(load<f32>(r + e), from, right, f);
    }
    syrk(P, pn, f, A);
  }
}
