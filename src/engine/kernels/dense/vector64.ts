/** y += t x */
export function addTimes(t: f64, x: usize, y: usize, bytes: usize): void {
  const tv = f64x2.splat(t);
  for (let q: usize = 0; q < bytes; q += 16) v128.store(y + q, f64x2.add(v128.load(y + q), f64x2.mul(tv, v128.load(x + q))));
}
