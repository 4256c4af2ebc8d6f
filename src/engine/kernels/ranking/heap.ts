// The heap of top-k.ts: equal scores stand in the order of their index.

/** Whether entry a must leave the list before entry b. */
// @ts-ignore: decorator of AssemblyScript
@inline
function worse(items: usize, scores: usize, a: i32, b: i32): bool {
  const s = load<f32>(scores + (<usize>a << 2)), t = load<f32>(scores + (<usize>b << 2));
  return s < t || (s == t && load<i32>(items + (<usize>a << 2)) > load<i32>(items + (<usize>b << 2)));
}

// @ts-ignore: decorator of AssemblyScript
@inline
function put(items: usize, scores: usize, at: i32, item: i32, score: f32): void {
  store<i32>(items + (<usize>at << 2), item);
  store<f32>(scores + (<usize>at << 2), score);
}

// @ts-ignore: decorator of AssemblyScript
@inline
function swap(items: usize, scores: usize, a: i32, b: i32): void {
  const item = load<i32>(items + (<usize>a << 2)), score = load<f32>(scores + (<usize>a << 2));
  put(items, scores, a, load<i32>(items + (<usize>b << 2)), load<f32>(scores + (<usize>b << 2)));
  put(items, scores, b, item, score);
}

/** Offers an entry to a heap of at most n, the worst at its root. @returns its size. */
export function offer(items: usize, scores: usize, size: i32, n: i32, item: i32, score: f32): i32 {
  if (size < n) {
    if (score != score) return size;
    put(items, scores, size, item, score);
    for (let at = size; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!worse(items, scores, at, parent)) break;
      swap(items, scores, at, parent);
      at = parent;
    }
    return size + 1;
  }
  const least = load<f32>(scores);
  if (score > least || (score == least && item < load<i32>(items))) {
    put(items, scores, 0, item, score);
    sink(items, scores, size);
  }
  return size;
}

/** Lets the root of a heap sink to its place. */
function sink(items: usize, scores: usize, size: i32): void {
  for (let at = 0; ; ) {
    let worst = at;
    const left = 2 * at + 1;
    if (left < size && worse(items, scores, left, worst)) worst = left;
    if (left + 1 < size && worse(items, scores, left + 1, worst)) worst = left + 1;
    if (worst == at) return;
    swap(items, scores, at, worst);
    at = worst;
  }
}

/** A heap, best first. */
export function sort(items: usize, scores: usize, size: i32): void {
  for (let last = size - 1; last > 0; last--) {
    swap(items, scores, 0, last);
    sink(items, scores, last);
  }
}
