// Histories as queries for the rows of eigenvectors, in integers.

/** Histories that read the vectors of an item together. */
export const together: i32 = 32;
/** Largest norm of a query in integers; with rows of at most 16,000 no sum of products leaves 32 bits, and so the order of additions is free. */
const norm: f64 = 131072;

/** x = g(Λ) Vᵀ pre s of one history. */
export function aim(
  query: i32, rank: i32, vectors: usize, scales: usize, gains: usize, pre: usize,
  queryOffsets: usize, queryItems: usize, queryValues: usize, x: usize,
): void {
  const width = <usize>rank << 2;
  memory.fill(x, 0, width);
  const end = load<i32>(queryOffsets + (<usize>query << 2), 4);
  for (let k = load<i32>(queryOffsets + (<usize>query << 2)); k < end; k++) {
    const item = <usize>load<i32>(queryItems + (<usize>k << 2)) << 2;
    const t = load<f32>(queryValues + (<usize>k << 2)) * load<f32>(pre + item) * load<f32>(scales + item);
    const row = vectors + <usize>(item >> 2) * (width >> 1);
    for (let o: usize = 0; o < width; o += 4) store<f32>(x + o, load<f32>(x + o) + t * <f32>load<i16>(row + (o >> 1)));
  }
  for (let o: usize = 0; o < width; o += 4) store<f32>(x + o, load<f32>(x + o) * load<f32>(gains + o));
}

/** x in integers, and their scale; what rounding left stays in x. */
export function round(x: usize, rank: i32, whole: usize, scale: usize): void {
  const width = <usize>rank << 2;
  let square: f64 = 0, most: f64 = 0;
  for (let o: usize = 0; o < width; o += 4) {
    const v = <f64>load<f32>(x + o);
    square += v * v;
    most = max(most, abs<f64>(v));
  }
  const length = <f64><f32>max(sqrt(square) / norm, most / 32767);
  store<f32>(scale, <f32>length);
  for (let o: usize = 0; o < width; o += 4) {
    const v = <f64>load<f32>(x + o);
    const n = length > 0 ? max<f64>(-32767, min<f64>(32767, nearest<f64>(v / length))) : 0;
    store<i16>(whole + (o >> 1), <i16>n);
    store<f32>(x + o, <f32>(v - n * length));
  }
}
